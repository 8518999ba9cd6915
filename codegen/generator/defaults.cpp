#include "defaults.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "text.hpp"

namespace codegen {

/// Writes one default.
class Defaults::Writer {
 public:
  Writer(const Defaults& defaults, const Member& member) : defaults_(defaults), member_(member) {}

  [[nodiscard]] std::string value(const Type& type, const Json& json) const {
    switch (type.kind) {
      case Type::Kind::boolean:
        return json.is_boolean() ? json.dump() : refuse(json);
      case Type::Kind::int32:
        return integer<std::int32_t>(json);
      case Type::Kind::int64:
        return integer<std::int64_t>(json);
      case Type::Kind::uint16:
        return integer<std::uint16_t>(json);
      case Type::Kind::uint32:
        return integer<std::uint32_t>(json);
      case Type::Kind::uint64:
        return integer<std::uint64_t>(json);
      case Type::Kind::number:
        return json.is_number() ? Json(json.get<double>()).dump() : refuse(json);
      case Type::Kind::string:
        if (!json.is_string()) return refuse(json);
        return string(json.get<std::string>());
      case Type::Kind::json:
        return refuse(json);
      case Type::Kind::named:
        return named(*defaults_.index_.at(type.name), json);
      case Type::Kind::list:
        return list(type, json);
      case Type::Kind::map:
        return map(type, json);
      case Type::Kind::optional:
        return json.is_null() ? "std::nullopt" : value(*type.element, json);
    }
    return refuse(json);
  }

 private:
  /// With its length if a null character would cut it.
  static std::string string(const std::string& text) {
    return "std::string(" + literal(text) +
           (is_cut(text) ? ", " + std::to_string(text.size()) : "") + ")";
  }

  static bool is_cut(const std::string& text) { return text.find('\0') != text.npos; }

  [[noreturn]] std::string refuse(const Json& json) const {
    throw SchemaError(member_.pointer + "/default", "the default " + json.dump() +
                                                        " does not fit " + cpp_type(member_.type) +
                                                        ", or has no spelling in C++");
  }

  template <class Int>
  [[nodiscard]] std::string integer(const Json& json) const {
    if (json.is_number_float()) {  // 5.0 is an integer to JSON Schema
      const double number = json.get<double>();
      if (std::trunc(number) != number || std::abs(number) > 9e15) return refuse(json);
      return integer<Int>(Json(static_cast<std::int64_t>(number)));
    }
    if (json.is_number_unsigned()) {
      const auto number = json.get<std::uint64_t>();
      if (!std::in_range<Int>(number)) return refuse(json);
      return json.dump() + (std::in_range<std::int64_t>(number) ? "" : "U");
    }
    if (!json.is_number_integer() || !std::in_range<Int>(json.get<std::int64_t>())) {
      return refuse(json);
    }
    // The lowest number has no literal: it would be the negative of one that is too large.
    const auto number = json.get<std::int64_t>();
    return number == std::numeric_limits<std::int64_t>::min() ? std::to_string(number + 1) + " - 1"
                                                              : json.dump();
  }

  [[nodiscard]] std::string list(const Type& type, const Json& json) const {
    if (!json.is_array()) return refuse(json);
    std::string out;
    for (const auto& element : json) {
      out += (out.empty() ? "" : ", ") + value(*type.element, element);
    }
    return cpp_type(type) + "{" + out + "}";
  }

  [[nodiscard]] std::string map(const Type& type, const Json& json) const {
    if (!json.is_object()) return refuse(json);
    std::string out;
    for (const auto& [key, element] : json.items()) {
      out += (out.empty() ? "{" : ", {") + (is_cut(key) ? string(key) : literal(key)) + ", " +
             value(*type.element, element) + "}";
    }
    return cpp_type(type) + "{" + out + "}";
  }

  [[nodiscard]] std::string named(const Definition& definition, const Json& json) const {
    if (const auto* alias = std::get_if<Alias>(&definition.shape)) {
      return value(alias->target, json);
    }
    if (const auto* object = std::get_if<Struct>(&definition.shape)) {
      return object_text(definition.name, *object, json);
    }
    const Enum* values = defaults_.string_values(definition);
    if (!values || !json.is_string()) return refuse(json);
    const auto spelling = json.get<std::string>();
    const auto found =
        std::find_if(values->values.begin(), values->values.end(),
                     [&](const Enumerator& known) { return known.wire == spelling; });
    if (found == values->values.end()) return refuse(json);
    return definition.name + "::" + found->name;
  }

  [[nodiscard]] std::string member_value(const Member& member, const Json& json) const {
    if (json.is_null() && member.presence == Presence::optional_nullable) return "codex::null";
    if (json.is_null() && member.presence == Presence::required_nullable) return "std::nullopt";
    return value(member.type, json);
  }

  [[nodiscard]] std::string object_text(const std::string& name, const Struct& object,
                                        const Json& json) const {
    if (!json.is_object()) return refuse(json);
    std::string out;
    std::size_t written = 0;
    for (const auto& member : object.members) {
      const bool required =
          member.presence == Presence::required || member.presence == Presence::required_nullable;
      const auto given = json.find(member.wire);
      if (given == json.end()) {
        if (required) return refuse(json);
        continue;
      }
      out += (out.empty() ? "." : ", .") + member.name + " = " + member_value(member, *given);
      ++written;
    }
    if (written != json.size()) return refuse(json);
    return name + "{" + out + "}";
  }

  const Defaults& defaults_;
  const Member& member_;
};

Defaults::Defaults(const Model& model) {
  for (const auto& definition : model.definitions) index_.emplace(definition.name, &definition);
}

std::string Defaults::text(const Member& member) const {
  const std::string out = Writer(*this, member).value(member.type, *member.default_value);
  return out.ends_with("{}") ? "" : out;
}

const Enum* Defaults::string_values(const Definition& definition) const {
  if (const auto* values = std::get_if<Enum>(&definition.shape)) return values;
  const auto* choice = std::get_if<Union>(&definition.shape);
  if (!choice || choice->style != UnionStyle::external || choice->arms.empty() ||
      !choice->arms[0].wire.empty()) {
    return nullptr;
  }
  return std::get_if<Enum>(&index_.at(choice->arms[0].type.name)->shape);
}

}  // namespace codegen
