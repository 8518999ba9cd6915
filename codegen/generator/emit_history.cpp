#include <algorithm>

#include "emit.hpp"
#include "text.hpp"

namespace codegen {
namespace {

std::string lifetime(const HistoryMark& history) {
  return "{" + literal(history.since) + ", " + literal(history.until) + "}";
}

/// A row of a table, and the names by which rows are sorted.
struct Row {
  std::string name;
  std::string text;
};

std::string sorted(std::vector<Row> rows) {
  std::stable_sort(rows.begin(), rows.end(),
                   [](const Row& a, const Row& b) { return a.name < b.name; });
  std::string out;
  for (const auto& row : rows) out += "    " + row.text + ",\n";
  return out;
}

std::string table(const std::string& type, const std::string& name, const std::vector<Row>& rows) {
  const std::string text = sorted(rows);
  const std::string begin =
      "constexpr std::array<" + type + ", " + std::to_string(rows.size()) + "> " + name;
  return rows.empty() ? begin + "{};\n" : begin + "{{\n" + text + "}};\n";
}

void add_part(std::vector<Row>& rows, const std::string& name, const HistoryMark& history) {
  if (history.empty() || name.empty()) return;
  rows.push_back({name, "{" + view_literal(name) + ", " + lifetime(history) + ", " +
                            literal(history.required_until) + "}"});
}

std::vector<Row> parts_with_history(const Definition& definition) {
  std::vector<Row> rows;
  const auto add_members = [&](const std::vector<Member>& members) {
    for (const auto& member : members) add_part(rows, member.wire, member.history);
  };
  if (const auto* object = std::get_if<Struct>(&definition.shape)) add_members(object->members);
  if (const auto* message = std::get_if<Message>(&definition.shape)) add_members(message->members);
  if (const auto* values = std::get_if<Enum>(&definition.shape)) {
    for (const auto& value : values->values) add_part(rows, value.wire, value.history);
  }
  if (const auto* choice = std::get_if<Union>(&definition.shape)) {
    for (const auto& arm : choice->arms) {
      add_part(rows, arm.wire.empty() ? arm.type.name : arm.wire, arm.history);
    }
    add_members(choice->shared);
  }
  return rows;
}

std::string type_tables(const Model& model) {
  std::string parts;
  std::vector<Row> types;
  for (const auto& definition : model.definitions) {
    const auto rows = parts_with_history(definition);
    if (rows.empty() && definition.history.empty()) continue;
    const std::string local = local_name(definition.name) + "_history";
    if (!rows.empty()) {
      parts += "constexpr PartHistory " + local + "[] = {\n" + sorted(rows) + "};\n";
    }
    types.push_back({definition.name, "{" + literal(definition.name) + ", " +
                                          lifetime(definition.history) + ", " +
                                          (rows.empty() ? "{}" : local) + "}"});
  }
  return parts + table("TypeHistory", "all_type_histories", types);
}

std::string method_table(const Model& model) {
  std::vector<Row> rows;
  for (const auto& method : model.methods) {
    if (method.history.empty()) continue;
    rows.push_back({method.wire, "{" + view_literal(method.wire) +
                                     ", MethodKind::" + std::string(kind_name(method.kind)) + ", " +
                                     lifetime(method.history) + "}"});
  }
  return table("MethodHistory", "all_method_histories", rows);
}

}  // namespace

std::string history_tables(const Model& model) {
  std::string out = "constexpr std::array<std::string_view, " +
                    std::to_string(model.versions.size()) + "> all_history_versions{\n";
  for (const auto& version : model.versions) out += "    " + literal(version) + ",\n";
  return out + "};\n\n" + type_tables(model) + "\n" + method_table(model);
}

std::string history_functions() {
  return R"(std::span<const std::string_view> detail::history_versions() { return all_history_versions; }

std::span<const TypeHistory> detail::type_histories() { return all_type_histories; }

std::span<const MethodHistory> detail::method_histories() { return all_method_histories; }
)";
}

}  // namespace codegen
