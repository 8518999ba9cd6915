#include <algorithm>
#include <set>

#include "comment.hpp"
#include "defaults.hpp"
#include "emit.hpp"
#include "history_notes.hpp"
#include "names.hpp"
#include "text.hpp"

namespace codegen {
namespace {

constexpr std::string_view deprecated_attribute = "[[deprecated(";

const std::string experimental_note =
    "Experimental: the runtime refuses it unless the client opted in (`experimental_api`).";

std::string scalar_initialiser(const Type& type) {
  switch (type.kind) {
    case Type::Kind::boolean:
      return " = false";
    case Type::Kind::int32:
    case Type::Kind::int64:
    case Type::Kind::uint16:
    case Type::Kind::uint32:
    case Type::Kind::uint64:
      return " = 0";
    case Type::Kind::number:
      return " = 0.0";
    // Required class types have none, so that the compiler warns about a forgotten one.
    case Type::Kind::string:
    case Type::Kind::json:
    case Type::Kind::named:
    case Type::Kind::list:
    case Type::Kind::map:
    case Type::Kind::optional:
      return "";
  }
  return "";
}

// The functions that `Union` declares.
const std::set<std::string> union_functions = {"is", "as", "visit", "emplace", "index", "data"};

class HeaderWriter {
 public:
  explicit HeaderWriter(const Model& model)
      : model_(model), defaults_(model), never_deprecated_(types_never_deprecated(model)) {
    for (const auto& method : model.methods) note_users(method);
  }

  std::string family(const Family& family) const {
    std::string out = "#pragma once\n\n" + banner(model_) + "\n" + where_else(family);
    if (!family.stands_on.empty()) out += include(family.stands_on);
    if (has_messages(family)) out += include("support/message");
    out += include("support/no_params") + include("support/text");
    out += "#include <cstdint>\n#include <map>\n#include <optional>\n#include <string>\n";
    out += "#include <string_view>\n#include <vector>\n\n";
    const std::string content = declarations(family);
    if (content.find(deprecated_attribute) == content.npos) return out + content;
    return out + quietly(content);
  }

 private:
  [[nodiscard]] std::string declarations(const Family& family) const {
    std::string out = "namespace codex::protocol {\n";
    for (const auto* definition : family.definitions) out += "\n" + this->definition(*definition);
    for (const auto kind : {MethodKind::request, MethodKind::notification,
                            MethodKind::server_request, MethodKind::client_notification}) {
      out += methods(family, kind);
    }
    return out + "\n}  // namespace codex::protocol\n";
  }

  /// Where a reader of this header finds what is not here.
  static std::string where_else(const Family& family) {
    if (!family.is_partly_everyday) return {};
    const std::string which = family.methods.empty() ? "The" : "The everyday";
    return "// " + which + " methods of this family are in <codex/protocol/everyday.hpp>, with " +
           "their types.\n\n";
  }

  /// Compilers also warn about deprecated members in implicit constructors; this silences that for
  /// programs that name none.
  static std::string quietly(const std::string& content) {
    return R"(#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
#endif

)" + content +
           R"(
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif
)";
  }

  /// The deprecation of a type that the pinned runtime no longer has, unless programs need it.
  [[nodiscard]] std::string type_deprecation(const Definition& definition) const {
    const bool needed = never_deprecated_.contains(definition.name);
    return needed ? "" : deprecation(definition.history, " ");
  }

  static std::string include(const std::string& header) {
    return "#include <codex/protocol/" + header + ".hpp>\n";
  }

  static bool has_messages(const Family& family) {
    return std::ranges::any_of(family.definitions, [](const Definition* definition) {
      return std::holds_alternative<Message>(definition->shape);
    });
  }

  void note_users(const Method& method) {
    const std::string wire = "`" + method.wire + "`";
    if (!method.params.empty()) uses_[method.params].push_back("The params of " + wire + ".");
    if (!method.response.empty()) uses_[method.response].push_back("The response of " + wire + ".");
  }

  /// The schema's description, or else where the type is used.
  [[nodiscard]] std::string type_doc(const Definition& definition,
                                     const std::string& fallback) const {
    std::vector<std::string> paragraphs = {definition.doc};
    if (definition.doc.empty()) {
      const auto uses = uses_.find(definition.name);
      paragraphs[0] = uses == uses_.end() ? fallback : uses->second.front();
    }
    if (definition.experimental) paragraphs.push_back(experimental_note);
    paragraphs.push_back(history_note(definition.history));
    return doc_comment(paragraphs, "");
  }

  [[nodiscard]] std::string definition(const Definition& definition) const {
    const std::string& name = definition.name;
    if (const auto* object = std::get_if<Struct>(&definition.shape)) {
      return struct_text(definition, *object);
    }
    if (const auto* values = std::get_if<Enum>(&definition.shape)) {
      return enum_text(definition, *values);
    }
    if (const auto* choice = std::get_if<Union>(&definition.shape)) {
      return union_text(definition, *choice);
    }
    if (const auto* alias = std::get_if<Alias>(&definition.shape)) {
      return type_doc(definition, "") + "using " + name + " " + type_deprecation(definition) +
             "= " + cpp_type(alias->target) + ";\n";
    }
    return message_text(definition, std::get<Message>(definition.shape));
  }

  [[nodiscard]] std::string struct_text(const Definition& definition, const Struct& object) const {
    std::string fallback = "The protocol's `" + definition.name + "`.";
    if (!object.tag_value.empty()) {
      fallback = "The arm with `" + object.tag + "` \"" + object.tag_value + "\".";
    } else if (!object.wrapper.empty()) {
      fallback = "The arm under the key `" + object.wrapper + "`.";
    }
    std::string out = type_doc(definition, fallback) + "struct " + type_deprecation(definition) +
                      definition.name + " {\n";
    out += members(object.members);
    if (!object.members.empty()) out += "\n";
    out += "  Extra extra{};  // members that this version does not know\n";
    return out + closing("ObjectInfo");
  }

  static std::string closing(const std::string& info) {
    return "  static const detail::" + info + " type_info;\n};\n";
  }

  [[nodiscard]] std::string members(const std::vector<Member>& members) const {
    std::string out;
    for (const auto& member : members) {
      std::vector<std::string> paragraphs = {member.doc};
      if (member.default_value && !member.default_value->is_null()) {
        paragraphs.push_back("Default: `" + printable(member.default_value->dump()) + "`.");
      }
      if (member.experimental) paragraphs.push_back(experimental_note);
      paragraphs.push_back(history_note(member.history));
      out += doc_comment(paragraphs, "  ");
      const std::string attribute = deprecation(member.history, "\n");
      if (!attribute.empty()) out += "  " + attribute;
      out += "  " + cpp_type(member) + " " + member.name + initialiser(member) + ";\n";
    }
    return out;
  }

  /// Braces without `=`: with `=` g++ instantiates the destructor of the member's type, in every
  /// program that includes the header.
  [[nodiscard]] std::string initialiser(const Member& member) const {
    if (member.presence == Presence::required) return scalar_initialiser(member.type);
    if (member.presence == Presence::required_nullable) return "";
    if (member.presence != Presence::defaulted) return "{}";
    const std::string value = defaults_.text(member);
    return value.empty() ? "{}" : " = by_default(" + value + ")";
  }

  [[nodiscard]] std::string enum_text(const Definition& definition, const Enum& values) const {
    const std::string& name = definition.name;
    std::string out = "namespace known {\n";
    out += doc_comment({"The values of `" + name + "` that this version knows."}, "");
    out += "enum class " + name + " : std::uint8_t {\n";
    for (const auto& value : values.values) {
      std::vector<std::string> paragraphs = {value.doc};
      if (value.experimental) paragraphs.push_back(experimental_note);
      paragraphs.push_back(history_note(value.history));
      out += doc_comment(paragraphs, "  ");
      out += "  " + value.name + ",\n";
    }
    out += "};\n}  // namespace known\n\n";
    out += type_doc(definition, "The protocol's `" + name + "`.");
    out += "struct " + type_deprecation(definition) + name + "\n    : OpenEnum<" + name +
           ", known::" + name + "> {\n";
    out += "  using OpenEnum::OpenEnum;\n";
    out += constants(name, values) + "\n  static const detail::EnumInfo type_info;\n};\n";
    return out;
  }

  /// The enumerators as members. Not `using enum`: g++ 12 crashes on one that is used in a
  /// template.
  static std::string constants(const std::string& known, const Enum& values) {
    std::string out = "\n";
    for (const auto& value : values.values) {
      out += "  static constexpr auto " + value.name + " = known::" + known + "::" + value.name +
             ";\n";
    }
    return out;
  }

  [[nodiscard]] std::string union_text(const Definition& definition, const Union& choice) const {
    const std::string& name = definition.name;
    std::string out = type_doc(definition, "The protocol's `" + name + "`.");
    out += "struct " + type_deprecation(definition) + name + "\n    : Union<" + name +
           ",\n            ";
    for (const auto& arm : choice.arms) out += cpp_type(arm.type) + ",\n            ";
    out += "Unknown> {\n  using Union::Union;\n";
    if (const Enum* values = defaults_.string_values(definition)) {
      out += string_arm(name, choice.arms[0].type.name, *values);
    }
    if (!choice.shared.empty()) out += "\n" + members(choice.shared);
    for (const auto& member : members_of_all(choice)) out += accessor(member);
    return out + "\n" + closing("UnionInfo");
  }

  /// Strings that every arm must have, so that reading an id needs no visit.
  [[nodiscard]] std::vector<Member> members_of_all(const Union& choice) const {
    std::vector<Member> out;
    if (choice.style != UnionStyle::tagged || choice.arms.empty()) return out;
    const auto required = [&](const Arm& arm, const Member* wanted) {
      std::vector<Member> found;
      const auto* object = std::get_if<Struct>(&model_.find(arm.type.name)->shape);
      for (const auto& member : object ? object->members : found) {
        if (member.presence != Presence::required || member.type.kind != Type::Kind::string)
          continue;
        if (!wanted || member.wire == wanted->wire) found.push_back(member);
      }
      return found;
    };
    for (const auto& member : required(choice.arms.front(), nullptr)) {
      const bool everywhere =
          std::all_of(choice.arms.begin(), choice.arms.end(),
                      [&](const Arm& arm) { return !required(arm, &member).empty(); });
      if (everywhere && !union_functions.contains(member.name)) out.push_back(member);
    }
    return out;
  }

  static std::string accessor(const Member& member) {
    return "\n  /// The `" + member.name +
           "` of whichever arm it holds; empty for an `Unknown` without.\n" +
           "  [[nodiscard]] std::string_view " + member.name + "() const {\n" +
           "    return detail::arm_member(type_info, this, " + literal(member.wire) + ");\n  }\n";
  }

  /// Lets a union's plain strings be written like enumerators of the union itself.
  static std::string string_arm(const std::string& name, const std::string& strings,
                                const Enum& values) {
    const std::string known = "known::" + strings;
    std::string out = constants(strings, values);
    out += "\n  " + name + "(" + known + " value)\n      : Union(" + strings + "(value)) {}\n";
    out += "  friend bool operator==(const " + name + "& a,\n                         " + known +
           " b) {\n";
    out += "    const auto* value = a.as<" + strings + ">();\n";
    return out + "    return value && *value == b;\n  }\n";
  }

  [[nodiscard]] std::string message_text(const Definition& definition,
                                         const Message& message) const {
    const std::string& name = definition.name;
    std::string out = type_doc(definition, "Any message of this kind, with its params typed.");
    out += "struct " + name + " : MethodMessage {\n" + members(message.members);
    out += "  Extra extra{};  // members that this version does not know\n";
    return out + closing("MessageInfo");
  }

  [[nodiscard]] std::string methods(const Family& family, MethodKind kind) const {
    std::string out;
    for (const auto* method : family.methods) {
      if (method->kind == kind) out += "\n" + method_text(*method);
    }
    if (out.empty()) return out;
    const std::string space(method_namespace(kind));
    return "\nnamespace " + space + " {\n" + out + "\n}  // namespace " + space + "\n";
  }

  /// A type as its method names it: a method may have the same name, and would mean itself.
  [[nodiscard]] std::string payload(const Method& method, const std::string& type) const {
    const bool hidden = std::any_of(
        model_.methods.begin(), model_.methods.end(),
        [&](const Method& other) { return other.kind == method.kind && other.name == type; });
    return hidden ? "protocol::" + type : type;
  }

  [[nodiscard]] std::string method_text(const Method& method) const {
    std::vector<std::string> paragraphs = {"`" + method.wire + "`", method.doc};
    if (method.experimental) paragraphs.push_back(experimental_note);
    paragraphs.push_back(history_note(method.history));
    std::string out = doc_comment(paragraphs, "");
    const bool handled =
        method.kind == MethodKind::server_request;  // including those of older runtimes
    const std::string attribute = handled ? "" : deprecation(method.history, " ");
    out += "struct " + attribute + method.name + " {\n";
    out += "  static constexpr std::string_view method = " + view_literal(method.wire) + ";\n";
    out += "  static constexpr bool experimental = ";
    out += method.experimental ? "true;\n" : "false;\n";
    out += "  using Params = " +
           (method.params.empty() ? "NoParams" : payload(method, method.params)) + ";\n";
    if (!method.response.empty()) {
      out += "  using Response = " + payload(method, method.response) + ";\n";
    }
    return out + "};\n";
  }

  const Model& model_;
  Defaults defaults_;
  std::set<std::string> never_deprecated_;
  std::map<std::string, std::vector<std::string>, std::less<>> uses_;
};

std::string all_headers(const Model& model, const std::vector<Family>& families) {
  std::string out =
      "#pragma once\n\n" + banner(model) + "\n/// Every type and method of the protocol.\n\n";
  std::set<std::string> names = {"registry"};
  for (const auto& family : families) names.insert(family.name);
  for (const auto& name : names) out += "#include <codex/protocol/" + name + ".hpp>\n";
  return out;
}

/// Declares what `everyday` lacks, so that a program that uses it without its header is told which
/// one to include: compilers show the line of the declaration.
std::string forward_header(const Model& model, const std::vector<Family>& families) {
  std::string out = "#pragma once\n\n" + banner(model) + R"(
// The methods that are not in <codex/protocol/everyday.hpp>, and the header to include for each.

namespace codex::protocol {
)";
  for (const auto kind :
       {MethodKind::request, MethodKind::notification, MethodKind::server_request}) {
    std::string lines;
    for (const auto& family : families) {
      if (&family == &families.front()) continue;
      for (const auto* method : family.methods) {
        if (method->kind != kind) continue;
        const std::string declared = "struct " + method->name + ";";
        const std::string where = "  // in <codex/protocol/" + family.name + ".hpp>";
        lines += declared + (width(declared + where) > columns ? "" : where) + "\n";
      }
    }
    if (lines.empty()) continue;
    const std::string space(method_namespace(kind));
    out += "namespace " + space + " {\n" + lines + "}  // namespace " + space + "\n";
  }
  return out + "}  // namespace codex::protocol\n";
}

std::string registry_header(const Model& model) {
  std::string out = "#pragma once\n\n" + banner(model) + R"(
#include <codex/protocol/support/type_info.hpp>
#include <span>
#include <string_view>

namespace codex::protocol {

/// The runtime whose schema these types were made from.
inline constexpr std::string_view runtime_version = )" +
                    literal(model.pinned_version) + R"(;

using detail::MethodInfo;
using detail::MethodKind;
using detail::TypeInfo;

/// Every method of a kind, in the schema's order. For tools that go by name.
std::span<const MethodInfo> methods(MethodKind kind);

/// The method of that name, or nullptr.
const MethodInfo* find_method(MethodKind kind, std::string_view method);

/// Every type that the schema names, sorted by name. For tools that go by name.
std::span<const TypeInfo* const> types();

/// The type of that name, or nullptr.
const TypeInfo* find_type(std::string_view name);

/// The experimental members of types that are not experimental themselves, `Type.wireName`, sorted.
std::span<const std::string_view> experimental_members();

/// The names of the types that only clients with `experimental_api` meet, sorted.
std::span<const std::string_view> experimental_types();

}  // namespace codex::protocol
)";
  return out;
}

}  // namespace

Files emit_headers(const Model& model, const std::vector<Family>& families) {
  const HeaderWriter writer(model);
  Files files;
  for (const auto& family : families) {
    files["include/codex/protocol/" + family.name + ".hpp"] = writer.family(family);
  }
  files["include/codex/protocol/forward.hpp"] = forward_header(model, families);
  files["include/codex/protocol/registry.hpp"] = registry_header(model);
  files["include/codex/protocol.hpp"] = all_headers(model, families);
  return files;
}

}  // namespace codegen
