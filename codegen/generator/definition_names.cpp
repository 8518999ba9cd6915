#include "definition_names.hpp"

#include <algorithm>

#include "history.hpp"
#include "names.hpp"

namespace codegen {
namespace {

/// Two copies of one definition may differ in text for people.
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

DefinitionNames::DefinitionNames(const Json& definitions, Notes& notes) {
  // Definitions that can keep their name come first.
  for (const Pass pass : {Pass::proper, Pass::others}) {
    add(definitions, "#/definitions", pass, notes);
    const auto v2 = definitions.find("v2");
    if (v2 != definitions.end() && v2->is_object()) add(*v2, "#/definitions/v2", pass, notes);
  }
}

void DefinitionNames::add(const Json& definitions, const std::string& pointer, Pass pass,
                          Notes& notes) {
  for (const auto& [name, value] : definitions.items()) {
    if (name == "v2" || is_type_name(name) != (pass == Pass::proper)) continue;
    const std::string place = child(pointer, name);
    Json plain = without_prose(value);
    auto& same_name = seen_[name];
    const auto same = std::find_if(same_name.begin(), same_name.end(),
                                   [&](const Definition& other) { return other.plain == plain; });
    if (same != same_name.end()) {
      names_[place] = same->name;
      continue;
    }
    const std::string wanted = type_name(is_type_name(name) ? name : pascal_case(name));
    const std::string given = distinct(wanted);
    if (const auto other = taken_.find(snake_case(wanted)); other != taken_.end()) {
      notes.push_back({place, "named " + given + ", for there is " + other->second});
    } else if (pass == Pass::others) {
      notes.push_back({place, "named " + given + ", for its name is none of a C++ type"});
    }
    taken_.emplace(snake_case(given), place);
    same_name.push_back({place, given, std::move(plain)});
    names_[place] = given;
  }
}

std::string DefinitionNames::distinct(const std::string& name) const {
  std::string out = name;
  for (int number = 2; taken_.contains(snake_case(out)); ++number) {
    out = name + std::to_string(number);
  }
  return out;
}

std::string DefinitionNames::at(const std::string& pointer) const {
  if (const auto found = names_.find(pointer); found != names_.end()) return found->second;
  const std::string last = pointer.substr(pointer.rfind('/') + 1);
  for (const char* space : {"#/definitions/v2/", "#/definitions/"}) {
    if (const auto found = names_.find(space + last); found != names_.end()) return found->second;
  }
  return type_name(last);
}

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

}  // namespace codegen
