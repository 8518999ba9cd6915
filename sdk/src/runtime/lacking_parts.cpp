#include "runtime/lacking_parts.hpp"

#include <algorithm>
#include <map>
#include <span>
#include <string>
#include <utility>

#include <codex/protocol/registry.hpp>

namespace codex::detail {
namespace {

using namespace protocol::detail;

template <class Info>
const Info& as(const TypeInfo& type) {
  return static_cast<const Info&>(type);
}

std::span<const Field> shared_fields(const UnionInfo& info) {
  return {info.shared, info.shared_count};
}

/// The element type of a list, a map or an optional; nullptr for other types.
const TypeInfo* element_of(const TypeInfo& type) {
  switch (type.kind) {
    case Kind::list:
      return as<ListInfo>(type).element;
    case Kind::map:
      return as<MapInfo>(type).element;
    case Kind::optional:
    case Kind::nullable:
      return as<OptionalInfo>(type).element;
    case Kind::defaulted:
      return as<DefaultedInfo>(type).element;
    default:
      return nullptr;
  }
}

/// The type inside optionals.
const TypeInfo& bare(const TypeInfo& type) {
  const bool may_be_empty =
      type.kind == Kind::optional || type.kind == Kind::nullable || type.kind == Kind::defaulted;
  return may_be_empty ? bare(*element_of(type)) : type;
}

/// Whether a JSON value of this JSON type can be a value of the type.
bool may_be(const TypeInfo& type, const Json& json) {
  const TypeInfo& here = bare(type);
  switch (here.kind) {
    case Kind::string:
    case Kind::enumeration:
      return json.is_string();
    case Kind::list:
      return json.is_array();
    case Kind::object:
    case Kind::map:
    case Kind::message:
      return json.is_object();
    case Kind::boolean:
      return json.is_boolean();
    case Kind::union_: {
      const auto& info = as<UnionInfo>(here);
      if (info.style == UnionStyle::tagged) return json.is_object();
      return std::ranges::any_of(info.arms, [&](const auto& arm) {
        if (info.style == UnionStyle::external && !arm.name.empty()) return json.is_object();
        return may_be(*arm.type, json);
      });
    }
    case Kind::json:
      return true;
    default:
      return json.is_number();
  }
}

const UnionArm* find_arm(const UnionInfo& info, std::string_view name) {
  const auto found = std::ranges::find(info.arms, name, &UnionArm::name);
  return found != info.arms.end() ? &*found : nullptr;
}

/// The arm of the value; nullptr if unclear.
const UnionArm* arm_of(const UnionInfo& info, const Json& json) {
  if (info.style == UnionStyle::tagged) {
    const auto tag = json.is_object() ? json.find(info.tag) : json.end();
    const bool is_known = json.is_object() && tag != json.end() && tag->is_string();
    return is_known ? find_arm(info, tag->get_ref<const std::string&>()) : nullptr;
  }
  if (info.style == UnionStyle::external) {
    if (json.is_string()) return find_arm(info, {});
    if (!json.is_object()) return nullptr;
    const auto found = std::ranges::find_if(info.arms, [&](const UnionArm& arm) {
      return !arm.name.empty() && json.contains(arm.name);
    });
    return found != info.arms.end() ? &*found : nullptr;
  }
  const auto fits = [&](const UnionArm& arm) { return may_be(*arm.type, json); };
  if (std::ranges::count_if(info.arms, fits) != 1) return nullptr;
  return &*std::ranges::find_if(info.arms, fits);
}

class Walk {
 public:
  Walk(const RuntimeSupport& support, const LackingTypes& types)
      : support_(support), types_(types) {}

  void value(const TypeInfo& type, const Json& json, const std::string& path) {
    if (json.is_null() || !types_.contains(type)) return;
    switch (type.kind) {
      case Kind::enumeration:
        return enumeration(type, json, path);
      case Kind::object:
        return object(as<ObjectInfo>(type), json, path, {});
      case Kind::union_:
        return any_of(as<UnionInfo>(type), json, path);
      case Kind::list:
        return list(as<ListInfo>(type), json, path);
      case Kind::map:
        return map(as<MapInfo>(type), json, path);
      default:
        if (const TypeInfo* element = element_of(type)) value(*element, json, path);
    }
  }

  std::vector<LackingPart> take() { return std::move(parts_); }

 private:
  /// Names a value, or an arm by its tag, after the path.
  static std::string named(const std::string& path, std::string_view name) {
    return path + (path.empty() ? "\"" : " \"") + std::string(name) + '"';
  }
  static std::string below(const std::string& path, std::string_view member) {
    return path.empty() ? std::string(member) : path + "." + std::string(member);
  }

  /// Whether the runtime lacks that part of the type; if so, records it.
  bool note(std::string_view type, std::string_view part, const std::string& path) {
    const PartHistory* lacking = support_.lacks(type, part);
    if (!lacking) return false;
    const auto& [since, until] = lacking->lifetime;
    const bool is_older = !since.empty() && !support_.has({.since = since});
    parts_.push_back({.path = path,
                      .since = is_older ? std::string(since) : "",
                      .until = is_older ? "" : std::string(until)});
    return true;
  }

  void enumeration(const TypeInfo& type, const Json& json, const std::string& path) {
    if (!json.is_string()) return;
    const auto& spelling = json.get_ref<const std::string&>();
    note(type.name, spelling, named(path, spelling));
  }

  void object(const ObjectInfo& info, const Json& json, const std::string& path,
              std::span<const Field> shared) {
    if (info.wrapper.empty()) return members(info, json, path, shared);
    const auto inner = json.is_object() ? json.find(info.wrapper) : json.end();
    if (json.is_object() && inner != json.end()) {
      members(info, *inner, below(path, info.wrapper), shared);
    }
  }

  void members(const ObjectInfo& info, const Json& json, const std::string& path,
               std::span<const Field> shared) {
    if (!json.is_object()) return;
    fields(info, info.fields, json, path);
    fields(info, shared, json, path);
    note_missing(info, json, path);
  }

  void fields(const ObjectInfo& info, std::span<const Field> fields, const Json& json,
              const std::string& path) {
    for (const Field& field : fields) {
      const auto member = json.find(field.name);
      if (member == json.end() || member->is_null()) continue;
      const std::string here = below(path, field.name);
      if (!note(info.name, field.name, here)) value(*field.type, *member, here);
    }
  }

  void note_missing(const ObjectInfo& info, const Json& json, const std::string& path) {
    const TypeHistory* entry = support_.history().type(info.name);
    if (!entry) return;
    for (const PartHistory& part : entry->parts) {
      if (!support_.requires_part(part) || json.contains(part.name)) continue;
      parts_.push_back({.path = below(path, part.name),
                        .until = std::string(part.required_until),
                        .is_missing = true});
    }
  }

  void any_of(const UnionInfo& info, const Json& json, const std::string& path) {
    const UnionArm* arm = arm_of(info, json);
    if (!arm) return;
    const bool has_name = info.style != UnionStyle::shape && !arm->name.empty();
    if (has_name && note(info.name, arm->name, named(path, arm->name))) return;
    if (arm->type->kind == Kind::object) {
      return object(as<ObjectInfo>(*arm->type), json, path, shared_fields(info));
    }
    value(*arm->type, json, path);
  }

  void list(const ListInfo& info, const Json& json, const std::string& path) {
    if (!json.is_array()) return;
    for (std::size_t i = 0; i < json.size(); ++i) {
      value(*info.element, json[i], path + "[" + std::to_string(i) + "]");
    }
  }

  void map(const MapInfo& info, const Json& json, const std::string& path) {
    if (!json.is_object()) return;
    for (const auto& [key, element] : json.items()) {
      value(*info.element, element, path + "[\"" + key + "\"]");
    }
  }

  const RuntimeSupport& support_;
  const LackingTypes& types_;
  std::vector<LackingPart> parts_;
};

/// Which types reach a part that the runtime lacks.
class Reach {
 public:
  explicit Reach(const RuntimeSupport& support) : support_(support) {}

  bool of(const TypeInfo& type) {
    const auto [known, is_new] = known_.try_emplace(&type, true);  // assume true within a cycle
    if (!is_new) return known->second;
    const bool by_parts = parts_reach(type);
    const bool reaches = lacks_itself(type) || by_parts;
    known_[&type] = reaches;
    return reaches;
  }

  [[nodiscard]] const std::unordered_set<std::string_view>& names() const { return names_; }
  [[nodiscard]] bool may_miss() const { return may_miss_; }

  [[nodiscard]] std::unordered_set<const TypeInfo*> found() const {
    std::unordered_set<const TypeInfo*> types;
    for (const auto& [type, reaches] : known_) {
      if (reaches) types.insert(type);
    }
    return types;
  }

 private:
  bool lacks_itself(const TypeInfo& type) {
    const TypeHistory* entry = support_.history().type(type.name);
    if (!entry) return false;
    bool lacks = false;
    for (const PartHistory& part : entry->parts) {
      const bool is_demanded = support_.requires_part(part);
      const bool is_there = support_.has(part.lifetime);
      if (!is_there) names_.insert(part.name);
      may_miss_ |= is_demanded;
      lacks |= is_demanded || !is_there;
    }
    return lacks;
  }

  /// Checks all of them, so that each has its own answer.
  bool parts_reach(const TypeInfo& type) {
    bool reaches = false;
    const auto look_at = [&](std::span<const Field> fields) {
      for (const Field& field : fields) reaches = of(*field.type) || reaches;
    };
    if (type.kind == Kind::object) look_at(as<ObjectInfo>(type).fields);
    if (type.kind == Kind::union_) {
      look_at(shared_fields(as<UnionInfo>(type)));
      for (const UnionArm& arm : as<UnionInfo>(type).arms) reaches = of(*arm.type) || reaches;
    }
    if (const TypeInfo* element = element_of(type)) reaches = of(*element) || reaches;
    return reaches;
  }

  const RuntimeSupport& support_;
  std::map<const TypeInfo*, bool> known_;
  std::unordered_set<std::string_view> names_;
  bool may_miss_ = false;
};

std::vector<const TypeInfo*> params_of_requests() {
  std::vector<const TypeInfo*> types;
  for (const MethodInfo& method : protocol::methods(MethodKind::request)) {
    if (method.params) types.push_back(method.params);
  }
  return types;
}

}  // namespace

LackingTypes::LackingTypes(const RuntimeSupport& support, std::span<const TypeInfo* const> types) {
  if (!support.is_known()) return;
  Reach reach(support);
  for (const TypeInfo* type : types) (void)reach.of(*type);
  types_ = reach.found();
  names_ = reach.names();
  may_miss_ = reach.may_miss();
}

LackingTypes::LackingTypes(const RuntimeSupport& support)
    : LackingTypes(support, params_of_requests()) {}

bool LackingTypes::may_be_in(std::string_view params) const {
  if (may_miss_) return true;
  // Each name is between two quotes, whether or not these begin and end the same string.
  std::size_t begin = params.find('"');
  while (begin != std::string_view::npos) {
    const std::size_t end = params.find('"', begin + 1);
    if (names_.contains(params.substr(begin + 1, end - begin - 1))) return true;
    begin = end;
  }
  return false;
}

std::vector<LackingPart> lacking_parts(const RuntimeSupport& support, const LackingTypes& types,
                                       const TypeInfo& type, const Json& params) {
  Walk walk(support, types);
  walk.value(type, params, {});
  return walk.take();
}

bool has_member(const RuntimeSupport& support, const TypeInfo& type, std::string_view member) {
  const auto is_among = [&](std::span<const Field> fields) {
    return std::ranges::find(fields, member, &Field::name) != fields.end();
  };
  if (type.kind == Kind::object) {
    return is_among(as<ObjectInfo>(type).fields) && !support.lacks(type.name, member);
  }
  if (type.kind != Kind::union_) return false;
  const auto& info = as<UnionInfo>(type);
  return std::ranges::any_of(info.arms, [&](const UnionArm& arm) {
    if (support.lacks(info.name, arm.name)) return false;
    const bool is_shared = is_among(shared_fields(info)) && !support.lacks(arm.type->name, member);
    return is_shared || has_member(support, *arm.type, member);
  });
}

}  // namespace codex::detail
