#include "schema.hpp"

#include <algorithm>
#include <functional>

#include "history.hpp"
#include "names.hpp"
#include "references.hpp"

namespace codegen {
namespace {

/// JSON pointers escape `~` and `/`.
std::string child(const std::string& pointer, std::string_view name) {
  std::string out = pointer + "/";
  for (const char c : name) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

std::string text_of(const Json& value, const std::string& pointer) {
  if (!value.is_string()) throw SchemaError(pointer, "expected a string");
  return value.get<std::string>();
}

Schema parse(const Json& json, const std::string& pointer);

std::vector<Schema> parse_list(const Json& json, const std::string& pointer) {
  if (!json.is_array() || json.empty()) throw SchemaError(pointer, "expected a list of schemas");
  if (json.size() > most_alternatives) {
    throw SchemaError(pointer, "more than " + std::to_string(most_alternatives) + " alternatives");
  }
  std::vector<Schema> out;
  for (std::size_t i = 0; i < json.size(); ++i) {
    out.push_back(parse(json[i], child(pointer, std::to_string(i))));
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

std::vector<std::string> parse_values(const Json& json, const std::string& pointer) {
  auto out = parse_strings(json, pointer);
  if (out.empty()) throw SchemaError(pointer, "an empty list, which no value can be in");
  return out;
}

std::vector<std::string> parse_types(const Json& json, const std::string& pointer) {
  return json.is_string() ? std::vector{json.get<std::string>()} : parse_values(json, pointer);
}

std::string parse_ref(const Json& json, const std::string& pointer) {
  const std::string ref = text_of(json, pointer);
  constexpr std::string_view prefix = "#/definitions/";
  if (!ref.starts_with(prefix) || ref.ends_with('/'))
    throw SchemaError(pointer, "cannot follow the reference " + ref);
  return type_name(ref.substr(ref.rfind('/') + 1));
}

/// Encoders write the names of members as they are.
void require_plain(const std::string& name, const std::string& pointer) {
  const bool plain = std::none_of(name.begin(), name.end(), [](char c) {
    return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20;
  });
  if (!plain) throw SchemaError(pointer, "a member whose name needs escapes in JSON");
}

void parse_additional(Schema& schema, const Json& json, const std::string& pointer) {
  if (json.is_boolean()) {
    schema.closed = !json.get<bool>();
    if (!schema.closed) schema.additional = std::make_shared<Schema>(parse(json, pointer));
    return;
  }
  schema.additional = std::make_shared<Schema>(parse(json, pointer));
}

HistoryMark parse_mark(const Json& json) {
  const auto text = [&](const char* key) {
    const bool has = json.is_object() && json.contains(key) && json[key].is_string();
    const std::string version = has ? json[key].get<std::string>() : "";
    return is_version(version) ? version : "";
  };
  return {text("since"), text("until"), text("required_until"), text("not_null_until")};
}

/// What the merge put there.
void parse_history(Schema& schema, const Json& json, const std::string&) {
  schema.history = parse_mark(json);
  if (!json.is_object() || !json.contains("values") || !json["values"].is_object()) return;
  for (const auto& [value, mark] : json["values"].items()) {
    schema.value_history[value] = parse_mark(mark);
  }
}

using Keyword = std::function<void(Schema&, const Json&, const std::string&)>;

/// Every keyword that is understood. Those that only narrow the values of a type which stays the
/// same are read and left to the server.
const std::map<std::string, Keyword, std::less<>>& keywords() {
  static const Keyword ignore = [](Schema&, const Json&, const std::string&) {};
  static const Keyword alternatives = [](Schema& s, const Json& j, const std::string& p) {
    if (!s.one_of.empty()) throw SchemaError(p, "both oneOf and anyOf");
    s.one_of = parse_list(j, p);
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
      {"writeOnly", ignore},
      {"title", [](Schema& s, const Json& j, const std::string& p) { s.title = text_of(j, p); }},
      {"description",
       [](Schema& s, const Json& j, const std::string& p) { s.description = text_of(j, p); }},
      {"$ref", [](Schema& s, const Json& j, const std::string& p) { s.ref = parse_ref(j, p); }},
      {"type", [](Schema& s, const Json& j, const std::string& p) { s.types = parse_types(j, p); }},
      {"format", [](Schema& s, const Json& j, const std::string& p) { s.format = text_of(j, p); }},
      {"enum",
       [](Schema& s, const Json& j, const std::string& p) { s.literals = parse_values(j, p); }},
      {"const",
       [](Schema& s, const Json& j, const std::string& p) { s.literals = {text_of(j, p)}; }},
      {"properties",
       [](Schema& s, const Json& j, const std::string& p) {
         for (const auto& [name, value] : j.items()) {
           require_plain(name, child(p, name));
           s.properties.push_back({name, parse(value, child(p, name))});
         }
       }},
      {"required",
       [](Schema& s, const Json& j, const std::string& p) {
         for (auto& name : parse_strings(j, p)) s.required.insert(std::move(name));
       }},
      {"items",
       [](Schema& s, const Json& j, const std::string& p) {
         if (j.is_array()) throw SchemaError(p, "tuples are not supported");
         s.items = std::make_shared<Schema>(parse(j, p));
       }},
      {"additionalProperties", parse_additional},
      {"oneOf", alternatives},
      {"anyOf", alternatives},
      {"allOf",
       [](Schema& s, const Json& j, const std::string& p) { s.all_of = parse_list(j, p); }},
      {history_keyword, parse_history},
      {"default", [](Schema& s, const Json& j, const std::string&) { s.default_value = j; }},
  };
  return table;
}

/// What is required beside alternatives and defined by all of them is required by each.
void require_of_alternatives(Schema& schema) {
  for (const auto& name : std::set<std::string>(schema.required)) {
    if (schema.property(name)) continue;
    const bool everywhere =
        !schema.one_of.empty() && std::all_of(schema.one_of.begin(), schema.one_of.end(),
                                              [&](const Schema& s) { return s.property(name); });
    if (!everywhere) {
      throw SchemaError(schema.pointer, "requires \"" + name + "\", which it does not define");
    }
    for (Schema& alternative : schema.one_of) alternative.required.insert(name);
    schema.required.erase(name);
  }
}

/// Refuses keywords whose company they would be lost in, and gives objects their type.
void check_combination(Schema& schema) {
  const bool members = !schema.properties.empty() || schema.additional || schema.closed;
  const bool values = !schema.literals.empty() || schema.items || !schema.types.empty();
  const auto refuse = [&](const std::string& what) { throw SchemaError(schema.pointer, what); };
  if (!schema.ref.empty() &&
      (members || values || !schema.one_of.empty() || !schema.all_of.empty())) {
    refuse("$ref beside keywords that would change what it refers to");
  }
  if (!schema.all_of.empty() && (members || values || !schema.one_of.empty())) {
    refuse("allOf beside keywords that would change it");
  }
  if (!schema.one_of.empty()) {
    const bool object = schema.types.empty() || schema.types == std::vector<std::string>{"object"};
    if (!object || !schema.literals.empty() || schema.items) {
      refuse("alternatives beside keywords of a single type");
    }
    const bool null = std::any_of(schema.one_of.begin(), schema.one_of.end(),
                                  [](const Schema& alternative) { return alternative.is_null(); });
    if (null && members) refuse("members beside an alternative that is null");
    return;
  }
  if (schema.types.empty() && members) schema.types = {"object"};
  if (schema.types.empty() && !schema.literals.empty()) schema.types = {"string"};
  if (members && !schema.has_type("object")) refuse("members of what is no object");
  if (schema.items && !schema.has_type("array")) refuse("items of what is no array");
  if (!schema.literals.empty() && !schema.has_type("string")) refuse("strings for a non-string");
}

/// As deep as JsonLimits lets it be.
Schema parse(const Json& json, const std::string& pointer) {
  Schema schema;
  schema.pointer = pointer;
  if (json.is_boolean()) {
    schema.never = !json.get<bool>();
    return schema;
  }
  if (!json.is_object()) throw SchemaError(pointer, "expected a schema");
  for (const auto& [name, value] : json.items()) {
    const auto keyword = keywords().find(name);
    if (keyword == keywords().end()) {
      throw SchemaError(child(pointer, name), "unknown JSON Schema keyword \"" + name + "\"");
    }
    keyword->second(schema, value, child(pointer, name));
  }
  require_of_alternatives(schema);
  check_combination(schema);
  return schema;
}

/// Two spellings of one definition may differ in what only people read.
Json without_prose(Json json) {
  if (json.is_object()) {
    for (const char* name : {"$schema", "title", "description", history_keyword}) {
      const bool prose = json.contains(name) && (json[name].is_string() || name == history_keyword);
      if (prose) json.erase(name);
    }
    if (json.contains("$ref") && json["$ref"].is_string()) {  // the namespaces are one here
      const auto ref = json["$ref"].get<std::string>();
      json["$ref"] = ref.substr(ref.rfind('/') + 1);
    }
  }
  if (json.is_structured()) {
    for (auto& value : json) value = without_prose(std::move(value));
  }
  return json;
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
  return !never && ref.empty() && types.empty() && literals.empty() && one_of.empty() &&
         all_of.empty() && properties.empty();
}

bool Schema::is_null() const { return types == std::vector<std::string>{"null"}; }

bool Schema::is_object() const {
  return types == std::vector<std::string>{"object"} || (types.empty() && !properties.empty());
}

const Schema* Bundle::find(std::string_view name) const {
  const auto found = index_.find(name);
  return found == index_.end() ? nullptr : &definitions[found->second].schema;
}

Bundle parse_bundle(const Json& json) {
  if (!json.is_object() || !json.contains("definitions")) {
    throw SchemaError("#", "no definitions: this is not a bundle that generate-json-schema wrote");
  }
  Bundle bundle;
  std::map<std::string, Json> seen;
  const auto add = [&](const Json& definitions, const std::string& pointer) {
    for (const auto& [name, value] : definitions.items()) {
      if (name == "v2") continue;
      const Json plain = without_prose(value);
      const std::string place = child(pointer, name);
      const auto [at, fresh] = seen.emplace(name, plain);
      if (!fresh) {
        if (at->second != plain) {
          throw SchemaError(place, "differs from the definition of the same name");
        }
        continue;
      }
      if (!is_type_name(name)) throw SchemaError(place, "its name is none for a C++ type");
      bundle.index_.emplace(type_name(name), bundle.definitions.size());
      bundle.definitions.push_back({type_name(name), parse(value, place)});
    }
  };
  const Json& definitions = json["definitions"];
  add(definitions, "#/definitions");
  if (definitions.contains("v2")) add(definitions["v2"], "#/definitions/v2");
  check_references(bundle);
  return bundle;
}

}  // namespace codegen
