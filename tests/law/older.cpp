#include "law/older.hpp"

#include <algorithm>
#include <cstddef>

namespace law {
namespace {

using codex::Json;

/// One version's view of the history.
class View {
 public:
  View(const Json& versions, const std::string& version)
      : versions_(versions), here_(rank(version)) {}

  /// Whether the version was before `since` of the entry.
  [[nodiscard]] bool is_before(const Json& entry) const {
    return entry.contains("since") && here_ < rank(entry["since"]);
  }
  /// Whether the entry is about a part that was still there, `key` being the last version with it.
  [[nodiscard]] bool is_until(const Json& entry, const char* key) const {
    return entry.contains(key) && here_ <= rank(entry[key]);
  }
  [[nodiscard]] bool has(const Json& entry) const {
    return !is_before(entry) && (!entry.contains("until") || is_until(entry, "until"));
  }

 private:
  [[nodiscard]] std::size_t rank(const std::string& version) const {
    return static_cast<std::size_t>(std::find(versions_.begin(), versions_.end(), version) -
                                    versions_.begin());
  }

  const Json& versions_;
  std::size_t here_;
};

/// The owner and the name of a part: `Type.member`, `Type#arm.member`, `Type#arm`, `Type=value`.
struct Part {
  std::string owner;
  std::string name;
};

Part part_of(const std::string& path, char step) {
  const std::size_t at = step == '.' ? path.rfind(step) : path.find(step);
  return {path.substr(0, at), path.substr(at + 1)};
}

void remove_from(Json& list, const Json& value) {
  Json rest = Json::array();
  for (const Json& one : list) {
    if (one != value) rest.push_back(one);
  }
  list = rest;
}

void set_required(Json& owner, const std::string& name, bool required) {
  Json& list = owner["required"];
  if (list.is_null()) list = Json::array();
  remove_from(list, name);
  if (required) list.push_back(name);
}

void set_nullable(Json& member, bool nullable) {
  if (!member.is_object() || !member.contains("type")) return;
  Json types = member["type"].is_array() ? member["type"] : Json::array({member["type"]});
  remove_from(types, "null");
  if (nullable) types.push_back("null");
  member["type"] = types.size() == 1 ? types[0] : types;
}

void change_member(Json& owner, const std::string& name, const Json& entry, const View& view) {
  Json& members = owner["properties"];
  if (!view.has(entry)) {
    members.erase(name);
    set_required(owner, name, false);
  } else if (entry.contains("schema") && !members.contains(name)) {
    members[name] = entry["schema"];
  }
}

void change_presence(Json& owner, const std::string& name, const Json& entry, const View& view) {
  Json& members = owner["properties"];
  if (!members.contains(name)) return;
  if (view.is_until(entry, "optional_until")) set_required(owner, name, false);
  if (view.is_until(entry, "required_until")) set_required(owner, name, true);
  if (view.is_until(entry, "nullable_until")) set_nullable(members[name], true);
  if (view.is_until(entry, "not_null_until")) set_nullable(members[name], false);
}

Json* arms_in(Json& schema) {
  for (const char* list : {"oneOf", "anyOf"}) {
    if (schema.contains(list)) return &schema[list];
  }
  return nullptr;
}

void change_arm(Json& choice, const std::string& name, const Json& entry, const View& view) {
  Json* arms = arms_in(choice);
  if (!arms) return;
  const Json* arm = find_arm(choice, name);
  if (!view.has(entry)) {
    if (arm && arms->size() > 1) arms->erase(arms->begin() + (arm - &(*arms)[0]));
  } else if (!arm && entry.contains("schema")) {
    arms->push_back(entry["schema"]);
  }
}

/// An enum is a list of values, or alternatives that are such lists; values that went are in the
/// first of these.
void change_value(Json& schema, const std::string& name, const Json& entry, const View& view) {
  Json* alternatives = arms_in(schema);
  Json single = Json::array();
  Json& lists = alternatives ? *alternatives : single;
  if (!alternatives) lists.push_back(schema);
  bool is_there = false;
  for (Json& list : lists) {
    if (!list.contains("enum")) continue;
    Json& values = list["enum"];
    is_there |= std::find(values.begin(), values.end(), name) != values.end();
    if (!view.has(entry)) remove_from(values, name);
  }
  std::erase_if(lists.get_ref<Json::array_t&>(),
                [](const Json& list) { return list.contains("enum") && list["enum"].empty(); });
  if (view.has(entry) && !is_there && lists[0].contains("enum")) lists[0]["enum"].push_back(name);
  if (!alternatives && !lists.empty()) schema = lists[0];
}

/// What came later stays: nothing that the version sends leads there.
void add_types(Definitions& definitions, const Json& types, const View& view) {
  for (const auto& [name, entry] : types.items()) {
    if (view.has(entry) && entry.contains("schema")) definitions.emplace(name, entry["schema"]);
  }
}

}  // namespace

Definitions older_definitions(Definitions newest, const Json& history, const std::string& version) {
  const View view(history.at("versions"), version);
  add_types(newest, history.at("types"), view);
  const auto change = [&](const char* section, char step, auto&& what) {
    for (const auto& [path, entry] : history.at(section).items()) {
      const auto [owner, name] = part_of(path, step);
      if (Json* schema = owner_of(newest, owner)) what(*schema, name, entry, view);
    }
  };
  change("arms", '#', change_arm);
  change("methods", '#', change_arm);
  change("members", '.', change_member);
  change("presence", '.', change_presence);
  change("values", '=', change_value);
  return newest;
}

}  // namespace law
