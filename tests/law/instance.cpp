#include "law/instance.hpp"

#include <algorithm>
#include <array>
#include <cfloat>
#include <cstdint>
#include <functional>
#include <limits>
#include <set>
#include <utility>

#include "law/law.hpp"

namespace law {

namespace {

template <class Int>
constexpr Int least = std::numeric_limits<Int>::min();
template <class Int>
constexpr Int most = std::numeric_limits<Int>::max();

void append_character(std::string& out, std::uint32_t c) {
  const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (c < 0x80) return put(c);
  if (c < 0x800) {
    put(0xc0 | c >> 6);
  } else {
    if (c < 0x10000) {
      put(0xe0 | c >> 12);
    } else {
      put(0xf0 | c >> 18);
      put(0x80 | (c >> 12 & 0x3f));
    }
    put(0x80 | (c >> 6 & 0x3f));
  }
  put(0x80 | (c & 0x3f));
}

std::uint32_t any_character(Random& random) {
  static constexpr std::array<std::uint32_t, 16> special = {
      0,    '"',   '\\',   '/',    '\n',   0x1f,   0x7f,    0x80,
      0xe9, 0x7ff, 0x2028, 0xd7ff, 0xe000, 0xffff, 0x10000, 0x10ffff};
  if (random.one_in(4)) return random.pick(special);
  if (!random.one_in(3)) return static_cast<std::uint32_t>(' ' + random.below(95));
  const auto c = static_cast<std::uint32_t>(random.below(0x110000));
  return c >= 0xd800 && c < 0xe000 ? c - 0x800 : c;
}

template <class Int>
Json any_integer(Random& random) {
  const std::array<Int, 8> edges = {least<Int>,     most<Int>,     0, 1, static_cast<Int>(-1),
                                    least<Int> + 1, most<Int> - 1, 2};
  return random.one_in(2) ? random.pick(edges) : static_cast<Int>(random.next());
}

double any_double(Random& random) {
  static constexpr std::array<double, 18> edges = {0.0,
                                                   -0.0,
                                                   1.0,
                                                   -1.5,
                                                   0.1,
                                                   1.0 / 3,
                                                   DBL_MAX,
                                                   -DBL_MAX,
                                                   DBL_MIN,
                                                   5e-324,
                                                   -5e-324,
                                                   DBL_EPSILON,
                                                   1e22,
                                                   1e-7,
                                                   1e300,
                                                   4503599627370497.5,
                                                   9007199254740993.0,
                                                   123456789012345680.0};
  if (random.one_in(2)) return random.pick(edges);
  return static_cast<double>(static_cast<std::int64_t>(random.next())) /
         static_cast<double>(1 + random.below(1000));
}

}  // namespace

std::string any_text(Random& random) {
  static const std::vector<std::string> texts = {"",
                                                 "a",
                                                 "null",
                                                 "{\"a\":[1]}",
                                                 "käse",
                                                 "日本語",
                                                 "\U0001f600\U0001f389",
                                                 "\x7f",
                                                 "\u2028\r\n",
                                                 "\\u0000",
                                                 std::string(1, '\0'),
                                                 "/tmp/a b/c.txt",
                                                 "2026-11-21T00:00:00Z"};
  if (random.one_in(40)) return std::string(200 + random.below(400), 'x') + "é";
  if (random.one_in(2)) return random.pick(texts);
  std::string out;
  for (std::size_t left = random.below(20); left > 0; --left) {
    append_character(out, any_character(random));
  }
  return out;
}

Json any_json(Random& random, std::size_t depth) {
  switch (random.below(depth == 0 ? 6 : 8)) {
    case 0:
      return nullptr;
    case 1:
      return random.one_in(2);
    case 2:
      return any_integer<std::int64_t>(random);
    case 3:
      return any_integer<std::uint64_t>(random);
    case 4:
      return any_double(random);
    case 5:
      return any_text(random);
    case 6: {
      if (random.one_in(30)) {  // a well
        Json deep = Json::array();
        for (int i = 0; i < 100; ++i) deep = i % 2 ? Json::array({deep}) : Json{{"k", deep}};
        return deep;
      }
      Json list = Json::array();
      for (std::size_t left = random.below(4); left > 0; --left) {
        list.push_back(any_json(random, depth - 1));
      }
      return list;
    }
    default: {
      Json object = Json::object();
      for (std::size_t left = random.below(4); left > 0; --left) {
        object[any_text(random)] = any_json(random, depth - 1);
      }
      return object;
    }
  }
}

Json& Instance::at(Json& root, std::size_t place) const {
  const Place& here = places[place];
  if (here.parent == Place::none) return root;
  Json& parent = at(root, here.parent);
  if (here.same_spot) return parent;
  return here.index == Place::none ? parent[here.key] : parent[here.index];
}

std::string Instance::path(std::size_t place) const {
  const Place& here = places[place];
  if (here.parent == Place::none) return {};
  const std::string parent = path(here.parent);
  if (here.same_spot) return parent;
  if (here.index == Place::none) return joined(parent, here.key);
  return parent + "[" + std::to_string(here.index) + "]";
}

std::size_t Instance::owner(std::size_t place) const {
  std::size_t parent = places[place].parent;
  while (places[parent].same_spot) parent = places[parent].parent;
  return parent;
}

bool Instance::is_below(std::size_t place, std::size_t ancestor) const {
  while (place != ancestor && place != Place::none) place = places[place].parent;
  return place == ancestor;
}

Instance Generator::make(Style style, std::uint64_t seed) {
  style_ = style;
  random_ = Random(name_, seed);
  places_.clear();
  Json value = put({.use = root_});
  return {std::move(value), std::move(places_)};
}

Generator::Generator(const Schemas& schemas, const std::string& name)
    : root_(schemas.find(name)), name_(name) {
  note_choices(schemas, *root_.node);
}

void Generator::note_choices(const Schemas& schemas, const Node& node) {
  const auto follow = [&](const Use& use) {
    if (use.node && !schemas.is_definition(*use.node)) note_choices(schemas, *use.node);
  };
  const auto follow_all = [&](const std::vector<Member>& members) {
    for (const Member& member : members) follow(member.use);
  };
  const std::size_t count = node.values.size() + node.arms.size() + node.groups.size();
  if (count > 0) choices_[&node] = count;
  follow(node.element);
  follow_all(node.members);
  for (const auto& group : node.groups) follow_all(group);
  for (const Arm& arm : node.arms) follow(arm.use);
}

std::size_t Generator::left_out() const {
  std::size_t missing = 0;
  for (const auto& [node, count] : choices_) {
    const auto taken = turns_.find(node);
    missing += count - std::min(count, taken == turns_.end() ? 0 : taken->second);
  }
  return missing;
}

Json Generator::put(const Place& place) {
  places_.push_back(place);
  const std::size_t index = places_.size() - 1;
  Place& here = places_.back();
  if (here.parent != Place::none) {
    const Place& parent = places_[here.parent];
    here.loose |= parent.loose;
  }
  if (here.use.nullable &&
      (style_ == Style::smallest || (style_ == Style::random && random_.one_in(4)))) {
    return nullptr;
  }
  return value(here.use, index);
}

std::size_t Generator::turn(const Node& node, std::size_t count) {
  const std::size_t turn = turns_[&node]++;
  return turn < count ? turn : random_.below(count);
}

std::size_t Generator::some() {
  switch (style_) {
    case Style::smallest:
      return 0;
    case Style::fullest:
      return 2;
    case Style::random:
      break;
  }
  return random_.one_in(20) ? 5 : random_.below(3);
}

Json Generator::value(Use use, std::size_t place) {
  const Node& node = *use.node;
  switch (node.shape) {
    case Shape::nothing:
      return nullptr;
    case Shape::any:
      if (style_ == Style::smallest) return nullptr;
      return any_json(random_, 3);
    case Shape::boolean:
      return style_ != Style::smallest && random_.one_in(2);
    case Shape::integer:
      return integer(node);
    case Shape::number:
      return number();
    case Shape::string:
      return text(node);
    case Shape::enumeration:
      return node.values[turn(node, node.values.size())];
    case Shape::list:
      return list(node, place);
    case Shape::map:
      return map(node, place);
    case Shape::object:
      return object(node, place);
    case Shape::tagged:
      return tagged(node, place);
    case Shape::external:
      return external(node, place);
    case Shape::alternatives:
      return alternatives(node, place);
  }
  return {};
}

Json Generator::text(const Node& node) {
  if (style_ == Style::smallest) return node.non_empty ? "a" : "";
  std::string text = any_text(random_);
  if (text.empty() && node.non_empty) text = "a";
  return text;
}

Json Generator::integer(const Node& node) {
  if (style_ == Style::smallest) return 0;
  if (node.format == "int32") return any_integer<std::int32_t>(random_);
  if (node.format == "uint8") return any_integer<std::uint8_t>(random_);
  if (node.format == "uint16") return any_integer<std::uint16_t>(random_);
  if (node.format == "uint32") return any_integer<std::uint32_t>(random_);
  if (node.format.starts_with("uint")) return any_integer<std::uint64_t>(random_);
  return any_integer<std::int64_t>(random_);
}

Json Generator::number() {
  if (style_ == Style::smallest) return 0;
  if (random_.one_in(4)) return static_cast<std::int32_t>(random_.next());
  return any_double(random_);
}

Json Generator::list(const Node& node, std::size_t place) {
  Json list = Json::array();
  const std::size_t count = some();
  for (std::size_t i = 0; i < count; ++i) {
    list.push_back(put({.parent = place, .index = i, .use = node.element}));
  }
  return list;
}

Json Generator::map(const Node& node, std::size_t place) {
  Json map = Json::object();
  const std::size_t count = some();
  for (std::size_t i = 0; i < count; ++i) {
    std::string key = i == 0 ? "key" : any_text(random_);
    if (key.size() > 60 || map.contains(key)) continue;
    Json element = put({.parent = place, .key = key, .use = node.element});
    map[key] = std::move(element);
  }
  return map;
}

void Generator::members(const std::vector<Member>& members, Json& object, std::size_t place,
                        bool required) {
  for (const Member& member : members) {
    if (!member.required) {
      if (style_ == Style::smallest || (style_ == Style::random && random_.one_in(2))) continue;
    }
    object[member.name] = put({.parent = place,
                               .key = member.name,
                               .use = member.use,
                               .member = &member,
                               .required = member.required && required});
  }
}

Json Generator::object(const Node& node, std::size_t place) {
  Json object = Json::object();
  members(node.members, object, place, true);
  if (!node.groups.empty()) {
    // One is needed; the codec leaves the choice to the server.
    members(node.groups[turn(node, node.groups.size())], object, place, false);
  }
  return object;
}

Json Generator::tagged(const Node& node, std::size_t place) {
  const Arm& arm = node.arms[turn(node, node.arms.size())];
  Json object = put({.parent = place, .same_spot = true, .use = arm.use});
  members(node.members, object, place, true);
  object[node.tag] = arm.key;
  return object;
}

Json Generator::external(const Node& node, std::size_t place) {
  const std::size_t chosen = turn(node, node.arms.size());
  const Arm& arm = node.arms[chosen];
  if (arm.key.empty()) return put({.parent = place, .same_spot = true, .use = arm.use});
  Json object = Json::object();
  object[arm.key] = put({.parent = place, .key = arm.key, .use = arm.use});
  return object;
}

Json Generator::alternatives(const Node& node, std::size_t place) {
  const Arm& arm = node.arms[turn(node, node.arms.size())];
  const auto rivals = std::count_if(node.arms.begin(), node.arms.end(), [&](const Arm& other) {
    return accepts(*other.use.node, Json::object());
  });
  return put({.parent = place,
              .same_spot = true,
              .use = arm.use,
              .loose = rivals > 1 && accepts(*arm.use.node, Json::object())});
}

MayGo defaults_of(const Instance& instance) {
  return [&](const std::string& path, const std::string& name, const Json& value) {
    for (std::size_t i = 0; i < instance.places.size(); ++i) {
      const Node& node = *instance.places[i].use.node;
      const auto is_default = [&](const Member& member) {
        return member.name == name && !member.standard.is_null() && member.standard == value;
      };
      if (std::any_of(node.members.begin(), node.members.end(), is_default) &&
          instance.path(i) == path) {
        return true;
      }
    }
    return false;
  };
}

}  // namespace law
