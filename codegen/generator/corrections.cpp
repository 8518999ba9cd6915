#include "corrections.hpp"

#include <algorithm>
#include <array>
#include <sstream>

namespace codegen {
namespace {

std::string text_of(const Json& entry, const std::string& key, const std::string& pointer) {
  if (!entry.contains(key)) return {};
  if (!entry[key].is_string()) throw SchemaError(pointer + "/" + key, "expected a string");
  return entry[key].get<std::string>();
}

std::map<std::string, Json> members_of(const Json& entry, const std::string& key,
                                       const std::string& pointer) {
  if (!entry.contains(key)) return {};
  if (!entry[key].is_object()) throw SchemaError(pointer + "/" + key, "expected an object");
  std::map<std::string, Json> members;
  for (const auto& [name, value] : entry[key].items()) members[name] = value;
  return members;
}

Correction read_correction(const Json& entry, const std::string& pointer) {
  static constexpr std::array known = {"type",  "rename", "retype", "optional",
                                       "since", "until",  "seen"};
  if (!entry.is_object()) throw SchemaError(pointer, "expected an object");
  for (const auto& [key, value] : entry.items()) {
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      throw SchemaError(pointer, "unknown key " + key);
    }
  }
  Correction correction;
  correction.type = text_of(entry, "type", pointer);
  if (correction.type.empty()) throw SchemaError(pointer, "expected a type's name as \"type\"");
  if (text_of(entry, "seen", pointer).empty()) {
    throw SchemaError(pointer, "expected how it was seen as \"seen\"");
  }
  correction.since = text_of(entry, "since", pointer);
  correction.until = text_of(entry, "until", pointer);
  for (const auto& [name, right] : members_of(entry, "rename", pointer)) {
    if (!right.is_string()) throw SchemaError(pointer + "/rename/" + name, "expected a string");
    correction.rename[name] = right.get<std::string>();
  }
  correction.retype = members_of(entry, "retype", pointer);
  for (const Json& name : entry.value("optional", Json::array())) {
    if (!name.is_string()) throw SchemaError(pointer + "/optional", "expected strings");
    correction.optional.push_back(name.get<std::string>());
  }
  return correction;
}

/// The numbers of 0.169.0; any suffix is ignored.
std::array<int, 3> numbers_of(const std::string& version) {
  std::array<int, 3> numbers = {};
  std::istringstream in(version);
  char dot = '.';
  in >> numbers[0] >> dot >> numbers[1] >> dot >> numbers[2];
  return numbers;
}

bool concerns(const Correction& correction, const std::string& version) {
  if (version == "unknown") return true;
  const auto numbers = numbers_of(version);
  return (correction.since.empty() || numbers_of(correction.since) <= numbers) &&
         (correction.until.empty() || numbers <= numbers_of(correction.until));
}

/// Keeps its position: members of a struct are declared in the schema's order.
bool rename_key(Json& object, const std::string& from, const std::string& to) {
  if (!object.contains(from) || object.contains(to)) return false;
  Json renamed = Json::object();
  for (auto& [key, value] : object.items()) renamed[key == from ? to : key] = std::move(value);
  object = std::move(renamed);
  return true;
}

bool rename_member(Json& node, const std::string& from, const std::string& to) {
  if (!node.contains("properties") || !rename_key(node["properties"], from, to)) return false;
  if (node.contains("required")) {
    std::replace(node["required"].begin(), node["required"].end(), Json(from), Json(to));
  }
  return true;
}

bool retype_member(Json& node, const std::string& name, const Json& schema) {
  if (!node.contains("properties") || !node["properties"].contains(name)) return false;
  Json& member = node["properties"][name];
  if (member == schema) return false;
  member = schema;
  return true;
}

bool make_optional(Json& node, const std::string& name) {
  if (!node.contains("required")) return false;
  Json& required = node["required"];
  const auto found = std::find(required.begin(), required.end(), Json(name));
  if (found == required.end()) return false;
  required.erase(found);
  return true;
}

/// Applies a change to the type itself and to each of its arms; true if any of them needed it.
template <typename Change>
bool change_somewhere(Json& type, const Change& change) {
  bool changed = change(type);
  for (const char* arms : {"oneOf", "anyOf"}) {
    if (!type.contains(arms)) continue;
    for (Json& arm : type[arms]) changed |= arm.is_object() && change(arm);
  }
  return changed;
}

void apply(Json& type, const Correction& correction, const std::string& pointer,
           std::vector<Note>& notes) {
  const auto note_unless = [&](bool changed, const std::string& member) {
    if (!changed) notes.push_back({pointer, "needs no correction of " + member + " (any more)"});
  };
  for (const auto& [from, to] : correction.rename) {
    note_unless(change_somewhere(type, [&](Json& node) { return rename_member(node, from, to); }),
                from);
  }
  for (const auto& [name, schema] : correction.retype) {
    note_unless(
        change_somewhere(type, [&](Json& node) { return retype_member(node, name, schema); }),
        name);
  }
  for (const auto& name : correction.optional) {
    note_unless(change_somewhere(type, [&](Json& node) { return make_optional(node, name); }),
                name);
  }
}

/// Those of the root, then those of `v2`.
std::vector<std::pair<std::string, Json*>> places_of(Json& bundle, const std::string& type) {
  std::vector<std::pair<std::string, Json*>> places;
  const auto look = [&](Json& names, const std::string& pointer) {
    if (!names.is_object() || !names.contains(type) || !names[type].is_object()) return;
    places.emplace_back(pointer + type, &names[type]);
  };
  if (!bundle.is_object() || !bundle.contains("definitions")) return places;
  Json& definitions = bundle["definitions"];
  look(definitions, "#/definitions/");
  if (definitions.is_object() && definitions.contains("v2")) {
    look(definitions["v2"], "#/definitions/v2/");
  }
  return places;
}

}  // namespace

Corrections read_corrections(const Json& json) {
  if (!json.is_array()) throw SchemaError("#", "expected a list of corrections");
  Corrections corrections;
  for (std::size_t i = 0; i < json.size(); ++i) {
    corrections.push_back(read_correction(json[i], "#/" + std::to_string(i)));
  }
  return corrections;
}

std::vector<Note> correct(Json& bundle, const Corrections& corrections,
                          const std::string& version) {
  std::vector<Note> notes;
  for (const Correction& correction : corrections) {
    if (!concerns(correction, version)) continue;
    for (const auto& [pointer, type] : places_of(bundle, correction.type)) {
      apply(*type, correction, pointer, notes);
    }
  }
  return notes;
}

}  // namespace codegen
