#include "law/schema.hpp"

#include <algorithm>
#include <fstream>
#include <set>
#include <stdexcept>
#include <utility>

namespace law {

namespace {

const Json& alternatives_of(const Json& schema) {
  static const Json none = Json::array();
  for (const char* name : {"oneOf", "anyOf"}) {
    if (schema.is_object() && schema.contains(name)) return schema[name];
  }
  return none;
}

bool requires_member(const Json& schema, const std::string& name) {
  if (!schema.contains("required")) return false;
  const Json& required = schema["required"];
  return std::find(required.begin(), required.end(), name) != required.end();
}

bool is_null(const Json& schema) {
  return schema.is_object() && schema.value("type", Json()) == "null";
}
/// Of strings: a list of numbers allows the numbers, and no more is asked of them here.
bool is_enum(const Json& schema) {
  if (!schema.is_object() || !schema.contains("enum")) return false;
  const Json& values = schema["enum"];
  return std::all_of(values.begin(), values.end(), [](const Json& v) { return v.is_string(); });
}
bool is_object(const Json& schema) {
  return schema.is_object() && schema.value("type", Json()) == "object";
}
bool has_members(const Json& schema) { return is_object(schema) && schema.contains("properties"); }

/// The member that each alternative requires with a single value of its own; empty when there is
/// none.
std::string tag_of(const Json& alternatives) {
  const auto is_tag = [](const Json& schema, const std::string& name) {
    if (!has_members(schema) || !schema["properties"].contains(name)) return false;
    const Json& member = schema["properties"][name];
    return is_enum(member) && member["enum"].size() == 1 && requires_member(schema, name);
  };
  if (!has_members(alternatives[0])) return {};
  for (const auto& [name, member] : alternatives[0]["properties"].items()) {
    if (std::all_of(alternatives.begin(), alternatives.end(),
                    [&, &name = name](const Json& schema) { return is_tag(schema, name); })) {
      return name;
    }
  }
  return {};
}

bool is_single_key(const Json& schema) {
  return has_members(schema) && schema["properties"].size() == 1 &&
         schema.value("additionalProperties", Json()) == false;
}

/// "Any other string or object."
bool is_catch_all(const Json& schema) {
  return schema.is_object() && schema.value("type", Json()) == Json({"string", "object"});
}

bool is_external(const Json& alternatives) {
  const auto fits = [](const Json& schema) {
    return is_enum(schema) || is_single_key(schema) || is_catch_all(schema);
  };
  return std::all_of(alternatives.begin(), alternatives.end(), fits) &&
         std::any_of(alternatives.begin(), alternatives.end(), is_single_key);
}

/// The members that all of the alternatives have: one object, then, that varies in the others.
std::set<std::string> common_members(const Json& alternatives) {
  std::set<std::string> names;
  if (!std::all_of(alternatives.begin(), alternatives.end(), has_members)) return names;
  for (const auto& [name, member] : alternatives[0]["properties"].items()) {
    if (std::all_of(alternatives.begin(), alternatives.end(),
                    [&, &name = name](const Json& s) { return s["properties"].contains(name); })) {
      names.insert(name);
    }
  }
  return names;
}

}  // namespace

bool accepts(const Node& node, const Json& value) {
  switch (node.shape) {
    case Shape::any:
      return true;
    case Shape::nothing:
      return value.is_null();
    case Shape::boolean:
      return value.is_boolean();
    case Shape::integer:
      return value.is_number_integer();
    case Shape::number:
      return value.is_number();
    case Shape::string:
    case Shape::enumeration:
      return value.is_string();
    case Shape::list:
      return value.is_array();
    case Shape::map:
    case Shape::object:
    case Shape::tagged:
      return value.is_object();
    case Shape::external:
      return value.is_object() || value.is_string();
    case Shape::alternatives:
      return std::any_of(node.arms.begin(), node.arms.end(),
                         [&](const Arm& arm) { return accepts(*arm.use.node, value); });
  }
  return false;
}

namespace {

Json read_file(const std::string& file) {
  std::ifstream in(file);
  if (!in) throw std::runtime_error("cannot read " + file);
  return Json::parse(in);
}

/// Renames the members of an object, and those of its arms.
void rename(Json& schema, const Json& names) {
  if (schema.contains("properties")) {
    Json properties = Json::object();
    for (const auto& [name, property] : schema["properties"].items()) {
      properties[names.value(name, name)] = property;
    }
    schema["properties"] = properties;
  }
  if (schema.contains("required")) {
    for (Json& name : schema["required"]) name = names.value(name.get<std::string>(), name);
  }
  for (const char* alternatives : {"oneOf", "anyOf"}) {
    if (!schema.contains(alternatives)) continue;
    for (Json& arm : schema[alternatives]) rename(arm, names);
  }
}

void correct(Definitions& definitions, const Json& corrections) {
  for (const Json& correction : corrections) {
    const auto type = definitions.find(correction.at("type"));
    if (type != definitions.end() && correction.contains("rename")) {
      rename(type->second, correction["rename"]);
    }
  }
}

}  // namespace

Definitions read_definitions(const std::string& bundle, const std::string& corrections) {
  const Json all = read_file(bundle);
  Definitions definitions;
  const auto take = [&](const Json& some) {
    for (const auto& [name, schema] : some.items()) {
      if (name != "v2") definitions.emplace(name, schema);
    }
  };
  take(all.at("definitions"));
  take(all.at("definitions").at("v2"));
  correct(definitions, read_file(corrections));
  return definitions;
}

Schemas::Schemas(const std::string& folder)
    : Schemas([&] {
        auto definitions =
            read_definitions(folder + "/experimental/codex_app_server_protocol.schemas.json",
                             folder + "/corrections.json");
        apply_history(definitions, read_file(folder + "/history.json"));
        return definitions;
      }()) {}

Schemas::Schemas(Definitions definitions) : json_(std::move(definitions)) {
  for (const auto& [name, schema] : json_) {
    names_.push_back(name);
    definition(name);
  }
}

const Schemas& Schemas::experimental() {
  static const Schemas schemas(SCHEMA_DIR);
  return schemas;
}

Use Schemas::find(std::string_view name) const { return definitions_.find(name)->second; }

Use Schemas::definition(const std::string& name) {
  if (const auto found = definitions_.find(name); found != definitions_.end()) {
    return found->second;
  }
  const Use use = read(json_.at(name), true);
  named_.insert(use.node);
  return definitions_[name] = use;
}

Use Schemas::add(Node node, bool nullable) {
  nodes_.push_back(std::move(node));
  return {&nodes_.back(), nullable};
}

Use Schemas::read(const Json& schema, bool is_definition) {
  if (schema.is_boolean()) return add({.shape = Shape::any});
  if (schema.contains("$ref")) {
    const std::string ref = schema["$ref"];
    return definition(ref.substr(ref.rfind('/') + 1));
  }
  if (schema.contains("allOf")) return read(schema["allOf"].at(0), is_definition);
  if (!alternatives_of(schema).empty()) return read_alternatives(schema);
  if (is_enum(schema)) {
    return add({.shape = Shape::enumeration, .values = schema["enum"]});
  }
  return read_typed(schema, is_definition);
}

Use Schemas::read_alternatives(const Json& schema) {
  const Json& list = alternatives_of(schema);
  if (list.size() == 2 && is_null(list[1])) return {read(list[0]).node, true};
  Node node;
  if (std::all_of(list.begin(), list.end(), is_enum)) {
    node.shape = Shape::enumeration;
    for (const Json& part : list) {
      for (const Json& value : part["enum"]) node.values.push_back(value);
    }
    return add(std::move(node));
  }
  if (const std::string tag = tag_of(list); !tag.empty()) {
    node.shape = Shape::tagged;
    node.tag = tag;
    read_members(schema, node.members);
    for (const Json& part : list) {
      Node arm{.shape = Shape::object};
      read_members(part, arm.members, tag);
      for (const Json& group : alternatives_of(part))
        read_members(group, arm.groups.emplace_back());
      node.arms.push_back({part["properties"][tag]["enum"][0], add(std::move(arm))});
    }
    return add(std::move(node));
  }
  if (is_external(list)) {
    node.shape = Shape::external;
    Node strings{.shape = Shape::enumeration};
    for (const Json& part : list) {
      if (is_enum(part)) {
        for (const Json& value : part["enum"]) strings.values.push_back(value);
      } else if (is_catch_all(part)) {
        node.open = true;
      } else {
        const auto member = part["properties"].begin();
        node.arms.push_back({member.key(), read(member.value()), has_members(member.value())});
      }
    }
    if (!strings.values.empty()) node.arms.push_back({"", add(std::move(strings))});
    return add(std::move(node));
  }
  if (const auto common = common_members(list); !common.empty()) {
    node.shape = Shape::object;
    for (std::size_t i = 0; i < list.size(); ++i) {
      std::vector<Member> members;
      read_members(list[i], members);
      auto& group = node.groups.emplace_back();
      for (Member& member : members) {
        if (!common.contains(member.name)) {
          group.push_back(std::move(member));
        } else if (i == 0) {
          node.members.push_back(std::move(member));
        }
      }
    }
    return add(std::move(node));
  }
  node.shape = Shape::alternatives;
  for (const Json& part : list) node.arms.push_back({"", read(part)});
  return add(std::move(node));
}

Use Schemas::read_typed(const Json& schema, bool is_definition) {
  static const std::map<std::string, Shape> shapes = {
      {"null", Shape::nothing},  {"boolean", Shape::boolean}, {"integer", Shape::integer},
      {"number", Shape::number}, {"string", Shape::string},   {"array", Shape::list},
      {"object", Shape::object}};
  if (!schema.contains("type")) return add({.shape = Shape::any});
  std::vector<std::string> types;
  if (schema["type"].is_string()) {
    types = {schema["type"]};
  } else {
    types = schema["type"].get<std::vector<std::string>>();
  }
  const bool nullable = types.size() == 2 && types[1] == "null";
  if (types.size() != 1 && !nullable) throw std::runtime_error("what is " + schema.dump());
  Node node{.shape = shapes.at(types[0]), .format = schema.value("format", "")};
  node.non_empty = schema.contains("minLength");
  if (node.shape == Shape::list) {
    node.element = schema.contains("items") ? read(schema["items"]) : read(true);
  }
  if (node.shape == Shape::object) {
    const Json more = schema.value("additionalProperties", Json());
    read_members(schema, node.members);
    node.open = more.is_object() || more == true;
    const bool is_bare = !schema.contains("properties") && more != false;
    if (is_bare && (more.is_object() || !is_definition)) {
      node.shape = Shape::map;
      node.element = more.is_object() ? read(more) : read(true);
    }
  }
  return add(std::move(node), nullable);
}

void Schemas::read_members(const Json& schema, std::vector<Member>& members, std::string_view but) {
  if (!schema.contains("properties")) return;
  for (const auto& [name, property] : schema["properties"].items()) {
    if (name == but) continue;
    const Json standard = property.is_object() ? property.value("default", Json()) : Json();
    members.push_back({name, read(property), requires_member(schema, name), standard});
  }
}

}  // namespace law
