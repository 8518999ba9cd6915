#include "schema.hpp"

#include <algorithm>
#include <functional>

#include "definition_names.hpp"
#include "history.hpp"
#include "names.hpp"
#include "references.hpp"
#include "values.hpp"

namespace codegen {
namespace {

std::string text_of(const Json& value, const std::string& pointer) {
  if (!value.is_string()) throw SchemaError(pointer, "expected a string");
  return value.get<std::string>();
}

/// The context for reading a schema.
struct Reader {
  const DefinitionNames& names;
  Notes& notes;
};

Schema parse(const Json& json, const std::string& pointer, const Reader& reader);

std::vector<Schema> parse_list(const Json& json, const std::string& pointer, const Reader& reader) {
  if (!json.is_array() || json.empty()) throw SchemaError(pointer, "expected a list of schemas");
  if (json.size() > most_alternatives) {
    throw SchemaError(pointer, "more than " + std::to_string(most_alternatives) + " alternatives");
  }
  std::vector<Schema> out;
  for (std::size_t i = 0; i < json.size(); ++i) {
    out.push_back(parse(json[i], child(pointer, std::to_string(i)), reader));
  }
  return out;
}

std::vector<std::string> parse_strings(const Json& json, const std::string& pointer) {
  if (!json.is_array()) throw SchemaError(pointer, "expected a list of strings");
  std::vector<std::string> out;
  for (std::size_t i = 0; i < json.size(); ++i) {
    out.push_back(text_of(json[i], child(pointer, std::to_string(i))));
  }
  return out;
}

std::vector<std::string> parse_types(const Json& json, const std::string& pointer) {
  if (json.is_string()) return {json.get<std::string>()};
  auto out = parse_strings(json, pointer);
  if (out.empty()) throw SchemaError(pointer, "an empty list, which no value can be in");
  return out;
}

std::vector<Json> parse_values(const Json& json, const std::string& pointer) {
  if (!json.is_array()) throw SchemaError(pointer, "expected a list");
  if (json.empty()) throw SchemaError(pointer, "an empty list, which no value can be in");
  return json;
}

std::string parse_ref(const Json& json, const std::string& pointer, const Reader& reader) {
  const std::string ref = text_of(json, pointer);
  constexpr std::string_view prefix = "#/definitions/";
  if (!ref.starts_with(prefix) || ref.ends_with('/'))
    throw SchemaError(pointer, "cannot follow the reference " + ref);
  return reader.names.at(ref);
}

/// Encoders write the names of members unescaped.
bool needs_escapes(const std::string& name) {
  return std::any_of(name.begin(), name.end(), [](char c) {
    return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20;
  });
}

void parse_properties(Schema& schema, const Json& json, const std::string& pointer,
                      const Reader& reader) {
  if (!json.is_object()) throw SchemaError(pointer, "expected an object");
  for (const auto& [name, value] : json.items()) {
    const std::string place = child(pointer, name);
    if (needs_escapes(name)) {
      reader.notes.push_back({place, "stays in `extra`: its name needs escapes in JSON"});
    } else {
      schema.properties.push_back({name, parse(value, place, reader)});
    }
  }
}

HistoryMark parse_mark(const Json& json) {
  const auto text = [&](const char* key) {
    const bool has = json.is_object() && json.contains(key) && json[key].is_string();
    const std::string version = has ? json[key].get<std::string>() : "";
    return is_version(version) ? version : "";
  };
  return {text("since"), text("until"), text("required_until"), text("not_null_until")};
}

/// Reads the marks that the merge added.
void parse_history(Schema& schema, const Json& json, const std::string&, const Reader&) {
  schema.history = parse_mark(json);
  if (!json.is_object() || !json.contains("values") || !json["values"].is_object()) return;
  for (const auto& [value, mark] : json["values"].items()) {
    schema.value_history[value] = parse_mark(mark);
  }
}

void parse_items(Schema& schema, const Json& json, const std::string& pointer,
                 const Reader& reader) {
  if (json.is_array()) {
    reader.notes.push_back({pointer, "a tuple: its elements are any JSON"});
  } else {
    schema.items = std::make_shared<Schema>(parse(json, pointer, reader));
  }
}

void parse_additional(Schema& schema, const Json& json, const std::string& pointer,
                      const Reader& reader) {
  schema.closed = json == false;
  if (!schema.closed) schema.additional = std::make_shared<Schema>(parse(json, pointer, reader));
}

using Keyword = std::function<void(Schema&, const Json&, const std::string&, const Reader&)>;

/// Every known keyword. Keywords that only narrow the values without changing the type are read and
/// left to the server; unlisted ones, too, with a note.
const std::map<std::string, Keyword, std::less<>>& keywords() {
  static const Keyword ignore = [](Schema&, const Json&, const std::string&, const Reader&) {};
  static const Keyword alternatives = [](Schema& s, const Json& j, const std::string& p,
                                         const Reader& r) {
    if (!s.one_of.empty()) throw SchemaError(p, "both oneOf and anyOf");
    s.one_of = parse_list(j, p, r);
  };
  static const std::map<std::string, Keyword, std::less<>> table = {
      {"$schema", ignore},
      {"minimum", ignore},
      {"maximum", ignore},
      {"exclusiveMinimum", ignore},
      {"exclusiveMaximum", ignore},
      {"minLength", ignore},
      {"maxLength", ignore},
      {"minItems", ignore},
      {"maxItems", ignore},
      {"pattern", ignore},
      {"uniqueItems", ignore},
      {"examples", ignore},
      {"deprecated", ignore},
      {"readOnly", ignore},
      {"nullable", ignore},  // but see or_null
      {"writeOnly", ignore},
      {"title", [](Schema& s, const Json& j, const std::string& p,
                   const Reader&) { s.title = text_of(j, p); }},
      {"description", [](Schema& s, const Json& j, const std::string& p,
                         const Reader&) { s.description = text_of(j, p); }},
      {"$ref", [](Schema& s, const Json& j, const std::string& p,
                  const Reader& r) { s.ref = parse_ref(j, p, r); }},
      {"type", [](Schema& s, const Json& j, const std::string& p,
                  const Reader&) { s.types = parse_types(j, p); }},
      {"format", [](Schema& s, const Json& j, const std::string& p,
                    const Reader&) { s.format = text_of(j, p); }},
      {"enum", [](Schema& s, const Json& j, const std::string& p,
                  const Reader&) { s.values = parse_values(j, p); }},
      {"const",
       [](Schema& s, const Json& j, const std::string&, const Reader&) { s.values = {j}; }},
      {"properties", parse_properties},
      {"required",
       [](Schema& s, const Json& j, const std::string& p, const Reader&) {
         for (auto& name : parse_strings(j, p)) s.required.insert(std::move(name));
       }},
      {"items", parse_items},
      {"additionalProperties", parse_additional},
      {"oneOf", alternatives},
      {"anyOf", alternatives},
      {"allOf", [](Schema& s, const Json& j, const std::string& p,
                   const Reader& r) { s.all_of = parse_list(j, p, r); }},
      {history_keyword, parse_history},
      {"default",
       [](Schema& s, const Json& j, const std::string&, const Reader&) { s.default_value = j; }},
  };
  return table;
}

/// A member that is required next to alternatives and defined by all of them is required by each.
/// One that nothing defines stays in `extra`.
void require_of_alternatives(Schema& schema, Notes& notes) {
  for (const auto& name : std::set<std::string>(schema.required)) {
    if (schema.property(name)) continue;
    const bool everywhere =
        !schema.one_of.empty() && std::all_of(schema.one_of.begin(), schema.one_of.end(),
                                              [&](const Schema& s) { return s.property(name); });
    if (everywhere) {
      for (Schema& alternative : schema.one_of) alternative.required.insert(name);
    } else {
      notes.push_back({schema.pointer, "requires \"" + name + "\", which it does not define"});
    }
    schema.required.erase(name);
  }
}

bool has_members(const Schema& schema) {
  return !schema.properties.empty() || schema.additional || schema.closed;
}

/// Keywords next to a reference narrow the referenced schema, and are left to the server.
void keep_reference(Schema& schema, Notes& notes) {
  const bool alone = !has_members(schema) && schema.types.empty() && schema.values.empty() &&
                     !schema.items && schema.one_of.empty() && schema.all_of.empty();
  if (!alone) notes.push_back({schema.pointer, "what stands beside its $ref is ignored"});
  Schema out = any_json(schema);
  out.ref = schema.ref;
  out.default_value = schema.default_value;
  schema = std::move(out);
}

/// Refuses combinations of keywords in which one would be lost, and sets the type of objects.
void check_combination(Schema& schema) {
  const bool members = has_members(schema);
  const bool values =
      !schema.literals.empty() || !schema.values.empty() || schema.items || !schema.types.empty();
  const auto refuse = [&](const std::string& what) { throw SchemaError(schema.pointer, what); };
  if (!schema.all_of.empty() && (members || values || !schema.one_of.empty())) {
    refuse("allOf beside keywords that would change it");
  }
  if (!schema.one_of.empty()) {
    const bool object = schema.types.empty() || schema.types == std::vector<std::string>{"object"};
    if (!object || !schema.literals.empty() || !schema.values.empty() || schema.items) {
      refuse("alternatives beside keywords of a single type");
    }
    const bool null = std::any_of(schema.one_of.begin(), schema.one_of.end(),
                                  [](const Schema& alternative) { return alternative.is_null(); });
    if (null && members) refuse("members beside an alternative that is null");
    return;
  }
  if (schema.types.empty() && members) schema.types = {"object"};
  if (members && !schema.has_type("object")) refuse("members of what is no object");
  if (schema.items && !schema.has_type("array")) refuse("items of what is no array");
}

/// OpenAPI's keyword for a type that may be null: a null must not be lost.
Schema or_null(Schema schema) {
  if (!schema.types.empty()) {
    if (!schema.has_type("null")) schema.types.emplace_back("null");
    return schema;
  }
  if (schema.is_any()) return schema;
  Schema null;
  null.pointer = schema.pointer;
  null.types = {"null"};
  Schema out = any_json(schema);
  out.default_value = std::exchange(schema.default_value, std::nullopt);
  out.one_of = {std::move(schema), std::move(null)};
  return out;
}

/// Throws on what it does not understand.
Schema understand(const Json& json, const std::string& pointer, const Reader& reader) {
  Schema schema;
  schema.pointer = pointer;
  if (json.is_boolean()) {
    schema.never = !json.get<bool>();
    return schema;
  }
  if (!json.is_object()) throw SchemaError(pointer, "expected a schema");
  for (const auto& [name, value] : json.items()) {
    const auto keyword = keywords().find(name);
    const std::string place = child(pointer, name);
    if (keyword == keywords().end()) {
      reader.notes.push_back({place, "unknown JSON Schema keyword \"" + name + "\""});
    } else {
      keyword->second(schema, value, place, reader);
    }
  }
  if (json.contains("prefixItems")) schema.items.reset();  // the rest of a tuple
  if (json.contains("patternProperties") && (schema.additional || schema.closed)) {
    schema.closed = false;  // of the members that match no pattern
    schema.additional = std::make_shared<Schema>();
  }
  if (!schema.ref.empty()) {
    keep_reference(schema, reader.notes);
  } else {
    settle_values(schema);
    require_of_alternatives(schema, reader.notes);
    check_combination(schema);
    join_values(schema);
  }
  return json.value("nullable", Json()) == true ? or_null(std::move(schema)) : schema;
}

/// Recurses as deep as JsonLimits allows.
Schema parse(const Json& json, const std::string& pointer, const Reader& reader) {
  try {
    return understand(json, pointer, reader);
  } catch (const SchemaError& error) {
    reader.notes.push_back(error.note());
    Schema any;
    any.pointer = pointer;
    const auto description = json.is_object() ? json.find("description") : json.end();
    if (description != json.end() && description->is_string()) any.description = *description;
    return any;
  }
}

}  // namespace

bool Schema::has_type(std::string_view type) const {
  return std::find(types.begin(), types.end(), type) != types.end();
}

const Schema* Schema::property(std::string_view name) const {
  for (const auto& [key, value] : properties) {
    if (key == name) return &value;
  }
  return nullptr;
}

bool Schema::is_any() const {
  return !never && ref.empty() && types.empty() && literals.empty() && values.empty() &&
         one_of.empty() && all_of.empty() && properties.empty();
}

bool Schema::is_null() const { return types == std::vector<std::string>{"null"}; }

bool Schema::is_object() const {
  return types == std::vector<std::string>{"object"} || (types.empty() && !properties.empty());
}

Schema any_json(const Schema& schema) {
  Schema any;
  any.pointer = schema.pointer;
  any.title = schema.title;
  any.description = schema.description;
  any.history = schema.history;
  return any;
}

const Schema* Bundle::find(std::string_view name) const {
  const auto found = index_.find(name);
  return found == index_.end() ? nullptr : &definitions[found->second].schema;
}

Schema* Bundle::find(std::string_view name) {
  return const_cast<Schema*>(std::as_const(*this).find(name));
}

bool Bundle::add(std::string name, Schema schema) {
  if (!index_.emplace(name, definitions.size()).second) return false;
  definitions.push_back({std::move(name), std::move(schema)});
  return true;
}

Bundle parse_bundle(const Json& json) {
  if (!json.is_object() || !json.contains("definitions") || !json["definitions"].is_object()) {
    throw SchemaError("#", "no definitions: this is not a bundle that generate-json-schema wrote");
  }
  Bundle bundle;
  const Json& definitions = json["definitions"];
  const DefinitionNames names(definitions, bundle.notes);
  const auto add = [&](const Json& space, const std::string& pointer) {
    for (const auto& [name, value] : space.items()) {
      const std::string place = child(pointer, name);
      if (name == "v2" || bundle.find(names.at(place))) continue;
      bundle.add(names.at(place), parse(value, place, {names, bundle.notes}));
    }
  };
  add(definitions, "#/definitions");
  if (definitions.contains("v2")) add(definitions["v2"], "#/definitions/v2");
  break_cycles(bundle);
  return bundle;
}

}  // namespace codegen
