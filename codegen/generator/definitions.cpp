#include "definitions.hpp"

#include "schema_parts.hpp"

namespace codegen {
namespace {

/// Keywords whose value is no schema: its members may have any name, even `$ref`.
bool is_data(std::string_view keyword) {
  return keyword == "default" || keyword == "examples" || keyword == "enum" || keyword == "const";
}

}  // namespace

Definitions::Definitions(Json& bundle) {
  const auto add = [this](Json& definitions) {
    if (!definitions.is_object()) return;
    for (auto& [name, schema] : definitions.items()) {
      if (name != "v2") places_[name].push_back(&schema);
    }
  };
  if (!bundle.is_object() || !bundle.contains("definitions")) return;
  Json& definitions = bundle["definitions"];
  add(definitions);
  if (definitions.is_object() && definitions.contains("v2")) add(definitions["v2"]);
}

const Json* Definitions::find(std::string_view name) const {
  const auto& found = places(name);
  return found.empty() ? nullptr : found.front();
}

const std::vector<Json*>& Definitions::places(std::string_view name) const {
  static const std::vector<Json*> none;
  const auto found = places_.find(name);
  return found == places_.end() ? none : found->second;
}

const Json& Definitions::resolve(const Json& schema) const {
  const Json* at = &core_of(schema);
  constexpr int longest = 50;
  for (int i = 0; i < longest && form_of(*at) == Form::reference; ++i) {
    const Json* target = find(reference_of(*at));
    if (!target) break;
    at = &core_of(*target);
  }
  return *at;
}

void add_references(std::set<std::string>& out, const Json& schema) {
  if (schema.is_array()) {
    for (const Json& element : schema) add_references(out, element);
  }
  if (!schema.is_object()) return;
  for (const auto& [name, value] : schema.items()) {
    if (name == "$ref" && value.is_string()) {
      out.insert(reference_of(schema));
    } else if (value.is_structured() && !is_data(name)) {
      add_references(out, value);
    }
  }
}

}  // namespace codegen
