#include <algorithm>
#include <map>
#include <set>

#include "emit.hpp"
#include "text.hpp"

namespace codegen {
namespace {

/// How many sources the families besides `everyday` are spread over: enough for two cores.
constexpr std::size_t source_count = 3;

std::string arm_name(const Struct& object) {
  if (!object.tag.empty()) {
    return "{.tag = " + view_literal(object.tag) +
           ", .tag_value = " + view_literal(object.tag_value) + "}";
  }
  if (!object.wrapper.empty()) return "{.wrapper = " + view_literal(object.wrapper) + "}";
  return "";
}

std::string field_rows(const std::string& owner, const std::vector<Member>& members) {
  std::string out;
  for (const auto& member : members) {
    const bool required =
        member.presence == Presence::required || member.presence == Presence::required_nullable;
    out += "    " +
           call(required ? "REQUIRED" : "OPTIONAL", {owner, member.name, view_literal(member.wire)},
                4) +
           ",\n";
  }
  return out;
}

std::string fields(const std::string& owner, const std::vector<Member>& members) {
  if (members.empty()) return "";
  return "constexpr Field " + local_name(owner) + "_fields[] = {\n" + field_rows(owner, members) +
         "};\n";
}

std::string fields_name(const std::string& owner, const std::vector<Member>& members) {
  return members.empty() ? "{}" : local_name(owner) + "_fields";
}

std::string struct_table(const std::string& name, const Struct& object) {
  std::vector<std::string> arguments = {"named<" + name + ">(Kind::object, " + literal(name) + ")",
                                        fields_name(name, object.members),
                                        "offsetof(" + name + ", extra)"};
  const std::string arm = arm_name(object);
  const std::string others = object.closed ? "closed" : object.open ? "open" : "unforeseen";
  if (object.closed || object.open || !arm.empty()) {
    arguments.push_back("OtherMembers::" + others);
  }
  if (!arm.empty()) arguments.push_back(arm);
  return fields(name, object.members) + "constinit const ObjectInfo " + name +
         "::type_info =\n    " + call("object", arguments, 4) + ";\n";
}

std::string enum_table(const std::string& name, const Enum& values) {
  const std::string local = local_name(name) + "_names";
  std::string out = "constexpr std::string_view " + local + "[] = {\n";
  for (const auto& value : values.values) out += "    " + view_literal(value.wire) + ",\n";
  return out + "};\nconstinit const EnumInfo " + name + "::type_info{\n    named<" + name +
         ">(Kind::enumeration, " + literal(name) + "),\n    " + local + "};\n";
}

std::string_view style_name(UnionStyle style) {
  switch (style) {
    case UnionStyle::tagged:
      return "UnionStyle::tagged";
    case UnionStyle::external:
      return "UnionStyle::external";
    case UnionStyle::shape:
      return "UnionStyle::shape";
  }
  return "";
}

std::string union_table(const std::string& name, const Union& choice) {
  const std::string local = local_name(name);
  std::string out = "constexpr UnionArm " + local + "_arms[] = {\n";
  for (const auto& arm : choice.arms) {
    out += "    {" + view_literal(arm.wire) + ", type_of<" + cpp_type(arm.type) + ">()},\n";
  }
  out += "};\n" + fields(name, choice.shared);
  std::vector<std::string> arguments = {literal(name), std::string(style_name(choice.style)),
                                        view_literal(choice.tag), local + "_arms"};
  if (!choice.shared.empty()) arguments.push_back(fields_name(name, choice.shared));
  return out + "constinit const UnionInfo " + name + "::type_info =\n    " +
         call("union_of<" + name + ">", arguments, 4) + ";\n";
}

std::string table(const Definition& definition) {
  if (const auto* object = std::get_if<Struct>(&definition.shape)) {
    return struct_table(definition.name, *object);
  }
  if (const auto* values = std::get_if<Enum>(&definition.shape)) {
    return enum_table(definition.name, *values);
  }
  if (const auto* choice = std::get_if<Union>(&definition.shape)) {
    return union_table(definition.name, *choice);
  }
  return "";
}

std::string source_begin(const Model& model, const std::vector<std::string>& headers) {
  std::string out = banner(model) + "\n";
  for (const auto& header : headers) out += "#include <codex/protocol/" + header + ".hpp>\n";
  out += "#include <codex/protocol/support/tables.hpp>\n#include <cstddef>\n\n";
  out +=
      R"(// The structs hold standard containers, for which offsetof is conditionally supported: every
// compiler that we know of supports it. And tables have what the runtime does not have any more.
#if defined(__GNUC__)
#pragma GCC diagnostic ignored "-Winvalid-offsetof"
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
#endif
#define FIELD(type, member, wire, required) \
  {wire, offsetof(type, member), required, type_of<decltype(type::member)>()}
#define REQUIRED(type, member, wire) FIELD(type, member, wire, true)
#define OPTIONAL(type, member, wire) FIELD(type, member, wire, false)

)";
  return out +
         "namespace codex::protocol {\n\nusing namespace detail;  // the vocabulary of tables\n";
}

std::string source(const Model& model, const std::vector<const Family*>& families) {
  std::vector<std::string> headers;
  for (const auto* family : families) headers.push_back(family->name);
  std::string out = source_begin(model, headers);
  for (const auto* family : families) {
    for (const auto* definition : family->definitions) {
      const std::string text = table(*definition);
      if (!text.empty()) out += "\n" + text;
    }
  }
  return out + "\n}  // namespace codex::protocol\n";
}

std::size_t weight(const Family& family) { return family.definitions.size(); }

/// Splits the families into contiguous runs of similar size. The files have fixed names, so that a
/// build knows them before the generator has run.
std::vector<std::vector<const Family*>> spread(const std::vector<Family>& families) {
  std::size_t total = 0;
  for (const auto& family : families) total += weight(family);
  total = std::max<std::size_t>(total - weight(families.front()), 1);
  std::vector<std::vector<const Family*>> out(source_count);
  std::size_t taken = 0;
  for (const auto& family : families) {
    if (&family == families.data() || family.name == "messages") continue;
    out[std::min(taken * source_count / total, source_count - 1)].push_back(&family);
    taken += weight(family);
  }
  return out;
}

/// Whether it is a second name of a struct, an enum or a union, whose table has the first name.
bool is_second_name(const Model& model, const Definition& definition) {
  const auto* alias = std::get_if<Alias>(&definition.shape);
  if (!alias || alias->target.kind != Type::Kind::named) return false;
  const Definition& target = *model.find(alias->target.name);
  return !std::holds_alternative<Alias>(target.shape) || is_second_name(model, target);
}

std::string type_entry(const Definition& definition) {
  if (std::holds_alternative<Alias>(definition.shape)) {
    return "    &" + local_name(definition.name) + "_alias,\n";
  }
  return "    &" + definition.name + "::type_info,\n";
}

std::string type_list(const Model& model) {
  std::vector<const Definition*> named;
  for (const auto& definition : model.definitions) {
    if (definition.in_schema && !is_second_name(model, definition)) named.push_back(&definition);
  }
  std::sort(named.begin(), named.end(),
            [](const Definition* a, const Definition* b) { return a->name < b->name; });
  std::string out =
      "constexpr std::array<const TypeInfo*, " + std::to_string(named.size()) + "> all_types = {\n";
  for (const auto* definition : named) out += type_entry(*definition);
  out += "};\n\n";
  std::erase_if(named, [](const Definition* definition) { return !definition->experimental; });
  out += "constexpr std::array<std::string_view, " + std::to_string(named.size()) +
         "> all_experimental_types = {\n";
  for (const auto* definition : named) out += "    " + literal(definition->name) + ",\n";
  return out + "};\n";
}

/// Its table; an alias has a table with its own name, which is needed to create values by name.
std::string type_table(const Model& model, const std::string& name) {
  if (name == any_response) return "&any_json";
  if (name.empty()) return "type_of<NoParams>()";
  const Definition& definition = *model.find(name);
  const bool alias =
      std::holds_alternative<Alias>(definition.shape) && !is_second_name(model, definition);
  return alias ? "&" + local_name(name) + "_alias" : "type_of<" + name + ">()";
}

/// The aliases that the schema names, and those that methods use.
std::string alias_list(const Model& model) {
  std::set<std::string> used;
  for (const auto& method : model.methods) used.insert({method.params, method.response});
  std::string out;
  if (used.contains(any_response)) {
    out += "constexpr auto any_json = aliased<Json>(\"Json\");\n";
  }
  for (const auto& definition : model.definitions) {
    if (!std::holds_alternative<Alias>(definition.shape)) continue;
    if (is_second_name(model, definition)) continue;
    if (!definition.in_schema && !used.contains(definition.name)) continue;
    out += "constexpr auto " + local_name(definition.name) + "_alias = aliased<" + definition.name +
           ">(" + literal(definition.name) + ");\n";
  }
  return out.empty() ? out : out + "\n";
}

/// The header of each method, as it is included.
std::map<const Method*, std::string> headers_of(const std::vector<Family>& families) {
  std::map<const Method*, std::string> out;
  for (const auto& family : families) {
    for (const auto* method : family.methods) {
      out[method] = "codex/protocol/" + family.name + ".hpp";
    }
  }
  return out;
}

std::string method_list(const Model& model, MethodKind kind,
                        const std::map<const Method*, std::string>& headers) {
  const std::string name = "all_" + std::string(kind_name(kind)) + "s";
  const bool none = std::none_of(model.methods.begin(), model.methods.end(),
                                 [&](const Method& method) { return method.kind == kind; });
  if (none) return "constexpr std::span<const MethodInfo> " + name + ";\n";
  std::string out = "constexpr MethodInfo " + name + "[] = {\n";
  for (const auto& method : model.methods) {
    if (method.kind != kind) continue;
    out += "    {" + view_literal(method.wire) + ", MethodKind::" + std::string(kind_name(kind)) +
           ",\n";
    out += "     " + type_table(model, method.params) + ",\n     ";
    out += method.response.empty() ? "nullptr" : type_table(model, method.response);
    out += method.params_required ? ", true" : ", false";
    out += method.experimental ? ", true,\n" : ", false,\n";
    out += "     " + view_literal(headers.at(&method)) + "},\n";
  }
  return out + "};\n";
}

std::string experimental_member_list(const Model& model) {
  std::vector<std::string> names;
  for (const auto& definition : model.definitions) {
    const auto* object = std::get_if<Struct>(&definition.shape);
    if (!object || definition.experimental) continue;
    for (const auto& member : object->members) {
      if (member.experimental) names.push_back(definition.name + "." + member.wire);
    }
  }
  std::sort(names.begin(), names.end());
  std::string out = "constexpr std::array<std::string_view, " + std::to_string(names.size()) +
                    "> all_experimental_members{\n";
  for (const auto& name : names) out += "    " + literal(name) + ",\n";
  return out + "};\n";
}

constexpr MethodKind all_kinds[] = {MethodKind::request, MethodKind::notification,
                                    MethodKind::server_request, MethodKind::client_notification};

}  // namespace

std::string_view kind_name(MethodKind kind) {
  switch (kind) {
    case MethodKind::request:
      return "request";
    case MethodKind::notification:
      return "notification";
    case MethodKind::server_request:
      return "server_request";
    case MethodKind::client_notification:
      return "client_notification";
  }
  return "";
}

Files emit_tables(const Model& model, const std::vector<Family>& families) {
  Files files;
  files["src/tables_everyday.cpp"] = source(model, {families.data()});
  const auto groups = spread(families);
  for (std::size_t i = 0; i < groups.size(); ++i) {
    files["src/tables_" + std::to_string(i + 1) + ".cpp"] = source(model, groups[i]);
  }
  return files;
}

Files emit_registry(const Model& model, const std::vector<Family>& families) {
  std::vector<std::string> headers;
  for (const auto& family : families) headers.push_back(family.name);
  headers.emplace_back("registry");
  headers.emplace_back("support/history");
  std::string out = source_begin(model, headers);
  out += "\nnamespace {\n\n";
  out += alias_list(model);
  const auto headers_of_methods = headers_of(families);
  for (const auto kind : all_kinds) out += method_list(model, kind, headers_of_methods) + "\n";
  out += type_list(model) + "\n" + experimental_member_list(model) + "\n" + history_tables(model) +
         "\n}  // namespace\n";
  for (const auto& definition : model.definitions) {
    const auto* message = std::get_if<Message>(&definition.shape);
    if (!message) continue;
    const std::string& name = definition.name;
    out += "\n" + fields(name, message->members) + "constinit const MessageInfo " + name +
           "::type_info{\n    " +
           call("object",
                {"named<" + name + ">(Kind::message, " + literal(name) + ")",
                 fields_name(name, message->members), "offsetof(" + name + ", extra)"},
                4) +
           ",\n    all_" + std::string(kind_name(message->kind)) + "s};\n";
  }
  out += "\nstd::span<const MethodInfo> methods(MethodKind kind) {\n  switch (kind) {\n";
  for (const auto kind : all_kinds) {
    const std::string name(kind_name(kind));
    out += "    case MethodKind::" + name + ": return all_" + name + "s;\n";
  }
  out += "  }\n  return {};\n}\n\n";
  out += "std::span<const TypeInfo* const> types() { return all_types; }\n\n";
  out +=
      "std::span<const std::string_view> experimental_members() {\n"
      "  return all_experimental_members;\n}\n\n"
      "std::span<const std::string_view> experimental_types() { return all_experimental_types; "
      "}\n\n";
  out += history_functions();
  out += "\n}  // namespace codex::protocol\n";
  return {{"src/registry.cpp", out}};
}

}  // namespace codegen
