#include "law/history.hpp"

#include <algorithm>
#include <set>

namespace law {
namespace {

using codex::Json;
using Names = std::set<std::string>;

void reach(const Definitions& definitions, const Json& schema, Names& out) {
  if (schema.is_object() && schema.contains("$ref") && schema["$ref"].is_string()) {
    const std::string ref = schema["$ref"];
    const std::string name = ref.substr(ref.rfind('/') + 1);
    const auto found = definitions.find(name);
    if (found == definitions.end() || !out.insert(name).second) return;
    return reach(definitions, found->second, out);
  }
  if (!schema.is_structured()) return;
  for (const Json& part : schema) reach(definitions, part, out);
}

/// The types that clients write and never read.
Names written_only(const Definitions& definitions) {
  Names written = {"ClientRequest", "ClientNotification"};
  for (const char* envelope : {"ClientRequest", "ClientNotification"}) {
    reach(definitions, definitions.at(envelope), written);
  }
  Names asked;
  reach(definitions, definitions.at("ServerRequest"), asked);
  for (const std::string& params : asked) {
    const std::size_t stem = params.size() - std::min<std::size_t>(params.size(), 6);
    const std::string answer = params.substr(0, stem) + "Response";
    if (params.substr(stem) != "Params" || !definitions.contains(answer)) continue;
    written.insert(answer);
    reach(definitions, definitions.at(answer), written);
  }
  Names read;
  for (const auto& [name, schema] : definitions) {
    if (written.contains(name)) continue;
    read.insert(name);
    reach(definitions, schema, read);
  }
  std::erase_if(written, [&](const std::string& name) { return read.contains(name); });
  return written;
}

void weaken(Definitions& definitions, const std::string& path, bool may_be_null) {
  const std::size_t dot = path.find('.');
  const std::string name = path.substr(dot + 1);
  Json* owner = owner_of(definitions, path.substr(0, dot));
  if (!owner || !owner->contains("properties") || !(*owner)["properties"].contains(name)) return;
  Json required = Json::array();
  for (const Json& other : owner->value("required", Json::array())) {
    if (other != name) required.push_back(other);
  }
  (*owner)["required"] = required;
  if (!may_be_null) return;
  Json& type = (*owner)["properties"][name]["type"];
  type = Json::array({type, "null"});
}

bool is_named(const Json& arm, const std::string& name) {
  const Json properties = arm.value("properties", Json::object());
  const bool is_key = properties.size() == 1 && properties.contains(name);
  return (is_key && arm.value("additionalProperties", Json()) == false) ||
         std::any_of(properties.begin(), properties.end(), [&](const Json& property) {
           return property.is_object() && property.value("enum", Json()) == Json::array({name});
         });
}

}  // namespace

Json* find_arm(Json& choice, const std::string& name) {
  for (const char* list : {"oneOf", "anyOf"}) {
    if (!choice.contains(list)) continue;
    for (Json& arm : choice[list]) {
      if (arm.is_object() && is_named(arm, name)) return &arm;
    }
  }
  return nullptr;
}

Json* owner_of(Definitions& definitions, const std::string& path) {
  const std::size_t hash = path.find('#');
  const auto type = definitions.find(path.substr(0, hash));
  if (type == definitions.end() || !type->second.is_object()) return nullptr;
  return hash == path.npos ? &type->second : find_arm(type->second, path.substr(hash + 1));
}

void apply_history(Definitions& definitions, const Json& history) {
  const Names written = written_only(definitions);
  const auto is_read = [&](const std::string& path) {
    return !written.contains(path.substr(0, path.find_first_of(".#[={")));
  };
  for (const auto& [path, entry] : history.at("members").items()) {
    const bool lacking = entry.contains("since") && !entry.contains("until");
    if (lacking && is_read(path)) weaken(definitions, path, false);
  }
  for (const auto& [path, entry] : history.at("presence").items()) {
    if (!entry.contains("optional_until") || !is_read(path)) continue;
    weaken(definitions, path, entry.contains("nullable_until"));
  }
}

}  // namespace law
