#include "merge.hpp"

#include <algorithm>
#include <utility>

#include "direction.hpp"
#include "history_marks.hpp"
#include "schema_parts.hpp"

namespace codegen {
namespace {

constexpr const char* dates[] = {"since", "until"};

/// Makes a place mutable; the functions of schema_parts.hpp return const ones.
Json& changeable(const Json& schema) { return const_cast<Json&>(schema); }

/// The marks of a schema. `true` means the same as an object without keywords.
Json& marks_of(Json& schema) {
  if (!schema.is_object()) schema = Json::object();
  Json& marks = schema[history_keyword];
  if (!marks.is_object()) marks = Json::object();
  return marks;
}

void set_dates(Json& marks, const Json& entry) {
  for (const char* key : dates) {
    if (entry.contains(key)) marks[key] = entry[key];
  }
}

std::string text_of(const Json& entry, const char* key) {
  const Json* value = keyword_of(entry, key);
  return value && value->is_string() ? value->get<std::string>() : "";
}

void insert_member(Json& owner, const std::string& name, const Json& schema) {
  Json members = Json::object();
  bool placed = false;
  if (!owner.contains("properties")) owner["properties"] = Json::object();
  for (auto& [other, member] : owner["properties"].items()) {
    if (name == other) continue;
    if (!placed && name < other) members[name] = schema;  // at its place in every version
    placed = placed || name < other;
    members[other] = std::move(member);
  }
  if (!placed) members[name] = schema;
  owner["properties"] = std::move(members);
}

void drop_required(Json& owner, const std::string& name) {
  Json required = Json::array();
  for (Json& other : owner["required"]) {
    if (other != name) required.push_back(std::move(other));
  }
  required.empty() ? (void)owner.erase("required") : (void)(owner["required"] = required);
}

void make_nullable(Json& member) {
  if (is_nullable(member) || !member.is_object()) return;
  if (member.contains("type") && !member.contains("enum")) {
    Json& type = member["type"];
    if (type.is_string()) type = Json::array({type});
    if (type.is_array()) type.push_back("null");
    return;
  }
  Json outer = Json::object();
  for (const char* key : {"description", "default", history_keyword}) {
    if (!member.contains(key)) continue;
    outer[key] = std::move(member[key]);
    member.erase(key);
  }
  outer["anyOf"] = Json::array({std::move(member), {{"type", "null"}}});
  member = std::move(outer);
}

/// One bundle with what the history adds to it.
class Merge {
 public:
  enum class Surface { experimental, stable };

  Merge(Json& bundle, const History& history, Surface surface)
      : bundle_(bundle), history_(history), surface_(surface) {}

  void add_what_is_gone() {
    add_types();
    definitions_ = Definitions(bundle_);
    // Parts of removed parts come after these.
    for (const auto& [path, entry] : history_.members) add_member(path, entry);
    for (const auto& [path, entry] : history_.arms) add_arm(path, entry);
    for (const auto& [path, entry] : history_.methods) add_arm(path, entry);
    for (const auto& [path, entry] : history_.members) add_member(path, entry);
    for (const auto& [path, entry] : history_.values) add_value(path, entry);
  }

  void date_all() {
    for (const auto& [name, entry] : history_.types) date(name, entry);
    for (const auto* entries : {&history_.members, &history_.arms, &history_.methods}) {
      for (const auto& [path, entry] : *entries) date(path, entry);
    }
    for (const auto& [path, entry] : history_.values) date_value(path, entry);
  }

  void set_presence(const Direction& direction) {
    for (const auto& [path, entry] : history_.members) {
      const bool always = !entry.contains("since") || entry.contains("until");
      if (!always && goes(direction.read, path)) weaken(path, Weaker::absent);
    }
    for (const auto& [path, entry] : history_.presence) {
      if (goes(direction.written, path)) mark_presence(path, entry);
      if (!goes(direction.read, path)) continue;
      if (entry.contains("optional_until")) weaken(path, Weaker::absent);
      if (entry.contains("nullable_until")) weaken(path, Weaker::null);
    }
  }

  [[nodiscard]] const Definitions& definitions() const { return definitions_; }

 private:
  /// The last schema of a removed part in this bundle; nullptr if the bundle never had it.
  [[nodiscard]] const Json* schema_of(const Json& entry) const {
    const Json* schema = entry.contains("until") ? keyword_of(entry, "schema") : nullptr;
    if (!schema || surface_ == Surface::experimental) return schema;
    const Json* stable = keyword_of(entry, "stable");
    if (!stable) return nullptr;
    return stable->is_boolean() ? schema : stable;
  }

  // --- what is gone ---

  /// Adds the types whose references are all defined.
  void add_types() {
    definitions_ = Definitions(bundle_);
    std::map<std::string, const Json*> gone;
    for (const auto& [name, entry] : history_.types) {
      const Json* schema = schema_of(entry);
      if (schema && !definitions_.find(name)) gone.emplace(name, schema);
    }
    const auto dangles = [&](const auto& type) {
      return !all_found(*type.second, [&](const std::string& name) { return gone.contains(name); });
    };
    while (std::erase_if(gone, dangles) > 0) {
    }
    if (gone.empty() || !bundle_.is_object()) return;
    Json& root = bundle_["definitions"];
    if (!root.is_object()) return;
    Json& space = root.contains("v2") && root["v2"].is_object() ? root["v2"] : root;
    for (const auto& [name, schema] : gone) space[name] = *schema;
  }

  template <class Also>
  [[nodiscard]] bool all_found(const Json& schema, const Also& also) const {
    std::set<std::string> names;
    add_references(names, schema);
    return std::all_of(names.begin(), names.end(), [&](const std::string& name) {
      return definitions_.find(name) || also(name);
    });
  }

  [[nodiscard]] bool all_found(const Json& schema) const {
    return all_found(schema, [](const std::string&) { return false; });
  }

  void add_member(const std::string& path, const Json& entry) {
    const Json* schema = schema_of(entry);
    if (!schema || !all_found(*schema)) return;
    for_each_owner(path, '.', [&](Json& owner, const std::string& name) {
      const Form form = form_of(owner);
      if (form == Form::object || form == Form::choice) insert_member(owner, name, *schema);
    });
  }

  void add_arm(const std::string& path, const Json& entry) {
    const Json* schema = schema_of(entry);
    if (!schema || !all_found(*schema)) return;
    for_each_owner(path, '#', [&](Json& owner, const std::string&) {
      for (const char* list : {"oneOf", "anyOf"}) {
        if (form_of(owner) == Form::choice && owner.contains(list) && owner[list].is_array()) {
          owner[list].push_back(*schema);
          return;
        }
      }
    });
  }

  void add_value(const std::string& path, const Json& entry) {
    if (!entry.contains("until")) return;
    if (surface_ == Surface::stable && !entry.contains("stable")) return;
    for_each_owner(path, '=', [&](Json& owner, const std::string& name) {
      if (keyword_of(owner, "enum") && owner["enum"].is_array()) {
        owner["enum"].push_back(name);
        return;
      }
      Json value = {{"type", "string"}, {"enum", Json::array({name})}};
      if (entry.contains("description")) value["description"] = entry["description"];
      for (const char* list : {"oneOf", "anyOf"}) {
        if (owner.contains(list) && owner[list].is_array()) owner[list].push_back(value);
      }
    });
  }

  // --- where it belongs ---

  template <class Act>
  void for_each_place(const std::string& path, const Act& act) {
    const std::string_view name = definition_of(path);
    for (Json* definition : definitions_.places(name)) {
      const Json* found = find_part(*definition, std::string_view(path).substr(name.size()));
      if (found) act(changeable(*found));
    }
  }

  /// Calls `act` with the schema that lacks the last step of the path, and the name of that step.
  /// Names may contain any character: if a path is ambiguous, the innermost place counts.
  template <class Act>
  void for_each_owner(const std::string& path, char step, const Act& act) {
    const std::string_view definition = definition_of(path);
    for (Json* schema : definitions_.places(definition)) {
      const auto below = std::string_view(path).substr(definition.size());
      for (std::size_t at = below.rfind(step); at != below.npos;
           at = at == 0 ? below.npos : below.rfind(step, at - 1)) {
        const Json* owner = find_part(*schema, below.substr(0, at));
        if (!owner) continue;
        const std::string name(below.substr(at + 1));
        const Json& core = core_of(*owner);
        if (!has_part(core, step, name)) act(changeable(core), name);
        break;
      }
    }
  }

  static bool has_part(const Json& core, char step, const std::string& name) {
    const auto is_it = [&](const auto& part) { return part.name == name; };
    const auto any = [&](const auto& parts) {
      return std::any_of(parts.begin(), parts.end(), is_it);
    };
    if (step == '.') return any(members_of(core));
    return step == '#' ? any(arms_of(core)) : any(values_of(core)) || !lists_values(core);
  }

  static bool lists_values(const Json& core) {
    const Form form = form_of(core);
    return form == Form::enumeration || form == Form::choice;
  }

  // --- dates and presence ---

  void date(const std::string& path, const Json& entry) {
    for_each_place(path, [&](Json& place) { set_dates(marks_of(place), entry); });
  }

  void date_value(const std::string& path, const Json& entry) {
    const std::size_t equals = path.find('=');
    for_each_place(path.substr(0, equals), [&](Json& place) {
      for (const auto& value : values_of(core_of(place))) {
        if (value.name != path.substr(equals + 1)) continue;
        Json& marks = marks_of(changeable(*value.schema));
        set_dates(marks["values"][value.name], entry);
        return;
      }
    });
  }

  static bool goes(const std::set<std::string>& way, const std::string& path) {
    return way.contains(std::string(definition_of(path)));
  }

  void mark_presence(const std::string& path, const Json& entry) {
    for_each_place(path, [&](Json& place) {
      for (const char* key : {"required_until", "not_null_until"}) {
        if (entry.contains(key)) marks_of(place)[key] = entry[key];
      }
    });
  }

  enum class Weaker { absent, null };

  void weaken(const std::string& path, Weaker weaker) {
    for_each_place(path, [&](Json& member) {
      if (literal_of(member)) return;  // it may distinguish the arms
      if (weaker == Weaker::null) return make_nullable(member);
      const std::size_t at = path.rfind('.');
      if (at == path.npos) return;
      for_each_place(path.substr(0, at), [&](Json& owner) {
        Json& core = changeable(core_of(owner));
        if (is_required(core, path.substr(at + 1))) drop_required(core, path.substr(at + 1));
      });
    });
  }

  Json& bundle_;
  const History& history_;
  Surface surface_;
  Definitions definitions_;
};

}  // namespace

void merge_history(Json& experimental, Json& stable, Responses& responses, const History& history) {
  for (const auto& [path, entry] : history.methods) {
    const std::string response = text_of(entry, "response");
    const std::string name = path.substr(path.find('#') + 1);
    if (!response.empty()) responses.emplace(name, response);
  }
  Merge all(experimental, history, Merge::Surface::experimental);
  all.add_what_is_gone();
  all.date_all();
  all.set_presence(direction_of(all.definitions(), responses));
  Merge(stable, history, Merge::Surface::stable).add_what_is_gone();
}

}  // namespace codegen
