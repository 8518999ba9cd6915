#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <codex/describe/shape.hpp>
#include <codex/errors.hpp>
#include <codex/protocol/support/nesting.hpp>

#include "describe/path.hpp"
#include "describe/shapes.hpp"
#include "mask/mask.hpp"

namespace codex::detail {
namespace {

using protocol::detail::max_depth;

/// The arms of variants within variants are tried one by one: no more values than this in all.
constexpr std::size_t max_values_in_variants = 100'000;

/// At most this much foreign text goes into a message.
constexpr std::size_t max_quoted = 60;
constexpr std::size_t max_problem = 300;

std::string shortened(std::string text, std::size_t limit) {
  if (text.size() <= limit) return text;
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xc0) == 0x80) --limit;
  return text.erase(limit).append("...");
}

std::string quoted(const Json& json) {
  return shortened(json.dump(-1, ' ', false, Json::error_handler_t::replace), max_quoted);
}

class Reader {
 public:
  void read(const Shape& shape, void* target, const Json& json);

 private:
  [[noreturn]] void fail(const std::string& problem) const {
    throw DecodeError(path_.text(), shortened(problem, max_problem));
  }
  [[noreturn]] void mismatch(std::string_view expected, const Json& json) const {
    fail("expected " + std::string(expected) + ", got " + json.type_name());
  }
  template <class Step>
  void below(const Step& step, const Shape& shape, void* target, const Json& json) {
    const auto here = path_.enter(step);
    if (path_.depth() > max_depth) fail(protocol::detail::too_deep());
    read(shape, target, json);
  }

  void integer(const IntegerShape& shape, void* target, const Json& json) const;
  void number(const NumberShape& shape, void* target, const Json& json) const;
  void enumeration(const EnumShape& shape, void* target, const Json& json) const;
  void object(const ObjectShape& shape, void* target, const Json& json);
  void list(const ListShape& shape, void* target, const Json& json);
  void map(const MapShape& shape, void* target, const Json& json);
  void optional(const OptionalShape& shape, void* target, const Json& json);
  void variant(const VariantShape& shape, void* target, const Json& json);

  Path path_;
  std::size_t ignored_ = 0;   // members that are not described
  std::size_t variants_ = 0;  // around the current value
  std::size_t values_in_variants_ = 0;
};

void Reader::read(const Shape& shape, void* target, const Json& json) {
  if (variants_ > 0 && ++values_in_variants_ > max_values_in_variants) {
    fail("too many alternatives to choose from");
  }
  switch (shape.kind) {
    case ShapeKind::boolean:
      if (!json.is_boolean()) mismatch("boolean", json);
      *static_cast<bool*>(target) = json.get<bool>();
      return;
    case ShapeKind::integer:
      return integer(as<IntegerShape>(shape), target, json);
    case ShapeKind::number:
      return number(as<NumberShape>(shape), target, json);
    case ShapeKind::string:
      if (!json.is_string()) mismatch("string", json);
      *static_cast<std::string*>(target) = json.get_ref<const std::string&>();
      return;
    case ShapeKind::json:
      *static_cast<Json*>(target) = json;
      return;
    case ShapeKind::enumeration:
      return enumeration(as<EnumShape>(shape), target, json);
    case ShapeKind::object:
      return object(as<ObjectShape>(shape), target, json);
    case ShapeKind::list:
      return list(as<ListShape>(shape), target, json);
    case ShapeKind::map:
      return map(as<MapShape>(shape), target, json);
    case ShapeKind::optional:
      return optional(as<OptionalShape>(shape), target, json);
    case ShapeKind::variant:
      return variant(as<VariantShape>(shape), target, json);
  }
}

/// An integer in two's complement; also from 3.0, which JSON Schema counts as an integer.
struct Whole {
  bool is_negative;
  std::uint64_t bits;
};

std::optional<Whole> whole(const Json& json) {
  if (json.is_number_unsigned()) return Whole{false, json.get<std::uint64_t>()};
  if (json.is_number_integer()) {
    const auto value = json.get<std::int64_t>();
    return Whole{value < 0, static_cast<std::uint64_t>(value)};
  }
  const double value = json.get<double>();
  constexpr double exact = 9007199254740992.0;  // 2^53
  if (value != std::trunc(value) || std::fabs(value) > exact) return std::nullopt;
  return Whole{value < 0, static_cast<std::uint64_t>(static_cast<std::int64_t>(value))};
}

void Reader::integer(const IntegerShape& shape, void* target, const Json& json) const {
  if (!json.is_number()) mismatch("integer", json);
  const auto value = whole(json);
  if (!value) fail("expected integer, got number " + quoted(json));
  const bool fits = value->is_negative ? static_cast<std::int64_t>(value->bits) >= shape.least
                                       : value->bits <= shape.most;
  if (!fits) {
    fail("expected integer from " + std::to_string(shape.least) + " to " +
         std::to_string(shape.most) + ", got " + quoted(json));
  }
  shape.set(target, value->bits);
}

void Reader::number(const NumberShape& shape, void* target, const Json& json) const {
  if (!json.is_number()) mismatch("number", json);
  const auto value = json.get<double>();
  if (!(std::fabs(value) <= shape.most)) fail("number " + quoted(json) + " is out of range");
  shape.set(target, value);
}

void Reader::enumeration(const EnumShape& shape, void* target, const Json& json) const {
  std::string expected = "one of";
  const auto* given = json.get_ptr<const std::string*>();
  for (std::size_t i = 0; i < shape.count; ++i) {
    if (given && *given == shape.spelling(i)) return shape.set(target, i);
    expected.append(i == 0 ? " " : ", ").append(Json(shape.spelling(i)).dump());
  }
  if (!json.is_string()) mismatch(expected, json);
  fail("expected " + expected + ", got " + quoted(json));
}

void Reader::object(const ObjectShape& shape, void* target, const Json& json) {
  if (!json.is_object()) mismatch("object", json);
  std::size_t found = 0;
  for (const Member& member : shape.members) {
    const auto value = json.find(member.name);
    if (value == json.end()) {
      if (is_required(member)) fail("missing member \"" + std::string(member.name) + '"');
      continue;
    }
    ++found;
    below(member.name, member.shape(), const_cast<void*>(member.at(target)), *value);
  }
  ignored_ += json.size() - found;
}

void Reader::list(const ListShape& shape, void* target, const Json& json) {
  if (!json.is_array()) mismatch("array", json);
  if (shape.resize) {
    shape.resize(target, json.size());
  } else if (json.size() != shape.fixed_size) {
    fail("expected " + std::to_string(shape.fixed_size) + " elements, got " +
         std::to_string(json.size()));
  }
  for (std::size_t i = 0; i < json.size(); ++i) {
    below(i, shape.element(), const_cast<void*>(shape.at(target, i)), json[i]);
  }
}

void Reader::map(const MapShape& shape, void* target, const Json& json) {
  if (!json.is_object()) mismatch("object", json);
  for (const auto& [key, value] : json.items()) {
    below(std::string_view(key), shape.element(), shape.insert(target, key), value);
  }
}

void Reader::optional(const OptionalShape& shape, void* target, const Json& json) {
  if (json.is_null()) return shape.reset(target);
  read(shape.element(), shape.emplace(target), json);
}

/// Chooses among the arms that fit the one that ignores the fewest members; if several do, the
/// first.
void Reader::variant(const VariantShape& shape, void* target, const Json& json) {
  const std::size_t ignored_before = ignored_;
  std::optional<std::size_t> fewest;
  std::string problems;
  ++variants_;
  for (std::size_t arm = 0; arm < shape.arms.size() && fewest != 0; ++arm) {
    const std::unique_ptr<void, void (*)(void*)> candidate(shape.create(), shape.destroy);
    ignored_ = 0;
    try {
      read(shape.arms[arm](), shape.emplace(candidate.get(), arm), json);
      if (fewest && *fewest <= ignored_) continue;
      fewest = ignored_;
      shape.move(target, candidate.get());
    } catch (const DecodeError& error) {
      const std::string name(shape.arms[arm]().name);
      problems.append(problems.empty() ? "" : "; ");
      problems.append(name.empty() ? "" : name + ": ").append(error.what());
    }
  }
  --variants_;
  ignored_ = ignored_before + fewest.value_or(0);
  if (!fewest) fail("fits none of the alternatives (" + problems + ')');
}

}  // namespace

void read_value(const Shape& shape, void* value, const Json& json) {
  try {
    Reader().read(shape, value, json);
  } catch (const DecodeError& error) {  // masked once: alternatives fail by the hundred thousand
    throw DecodeError(mask_secrets(error.path()), mask_secrets(error.problem()));
  }
}

}  // namespace codex::detail
