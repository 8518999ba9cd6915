#include "history_add.hpp"

#include <algorithm>
#include <stdexcept>

#include "compatible.hpp"
#include "methods.hpp"
#include "schema_parts.hpp"

namespace codegen {
namespace {

const Part* find_named(const std::vector<Part>& parts, std::string_view name) {
  const auto found =
      std::find_if(parts.begin(), parts.end(), [&](const Part& part) { return part.name == name; });
  return found == parts.end() ? nullptr : &*found;
}

/// Titles and `$schema` do not affect the types.
Json without_titles(Json schema) {
  if (schema.is_object()) {
    for (const char* name : {"$schema", "title"}) {
      const Json* value = keyword_of(schema, name);
      if (value && value->is_string()) schema.erase(name);
    }
  }
  if (schema.is_structured()) {
    for (Json& inner : schema) inner = without_titles(std::move(inner));
  }
  return schema;
}

const char* words_for(Form form) {
  switch (form) {
    case Form::any:
      return "any JSON";
    case Form::reference:
      return "a reference";
    case Form::text:
      return "a string";
    case Form::enumeration:
      return "an enum";
    case Form::integer:
      return "an integer";
    case Form::number:
      return "a number";
    case Form::boolean:
      return "a boolean";
    case Form::list:
      return "a list";
    case Form::map:
      return "a map";
    case Form::object:
      return "a struct";
    case Form::choice:
      return "a union";
  }
  return "";
}

/// Walks two bundles in parallel and records the differences.
class Step {
 public:
  Step(History& history, Snapshot& older, Snapshot& newer)
      : history_(history),
        older_(older),
        newer_(newer),
        old_(older.experimental),
        new_(newer.experimental),
        old_stable_(older.stable),
        compatible_(old_, new_) {}

  std::vector<ShapeChange> run() {
    for (const auto& [name, places] : new_.all()) {
      const Json* old = old_.find(name);
      if (!old) {
        came(history_.types, name);
      } else if (message_kind(name)) {
        compare_methods(name, *old, *places.front());
      } else {
        compare(name, *old, *places.front());
      }
    }
    for (const auto& [name, places] : old_.all()) {
      if (!new_.find(name)) went(history_.types, name, *places.front());
    }
    return std::move(changes_);
  }

 private:
  // --- what is written down ---

  void came(HistoryEntries& entries, const std::string& path) {
    Json& entry = entries[path];
    if (entry.is_null()) entry = Json::object();
    const bool back = entry.contains("until");
    for (const char* key : {"until", "schema", "stable", "response", "description"}) {
      entry.erase(key);
    }
    if (!back) entry["since"] = newer_.version;
    if (entry.empty()) entries.erase(path);
  }

  Json& went(HistoryEntries& entries, const std::string& path) {
    Json& entry = entries[path];
    if (entry.is_null()) entry = Json::object();
    entry["until"] = older_.version;
    return entry;
  }

  void went(HistoryEntries& entries, const std::string& path, const Json& schema) {
    Json& entry = went(entries, path);
    entry["schema"] = without_titles(schema);
    if (const Json* stable = find_stable(path)) {
      const Json plain = without_titles(*stable);
      entry["stable"] = plain == entry["schema"] ? Json(true) : plain;
    }
  }

  [[nodiscard]] const Json* find_stable(std::string_view path) const {
    const std::string_view name = definition_of(path);
    const Json* definition = old_stable_.find(name);
    return definition ? find_part(*definition, path.substr(name.size())) : nullptr;
  }

  // --- what is compared ---

  void compare(const std::string& path, const Json& older, const Json& newer) {
    if (older == newer) return;
    const Json& from = core_of(older);
    const Json& to = core_of(newer);
    const Form form = form_of(to);
    if (form_of(from) != form) return settle(path, from, to);
    switch (form) {
      case Form::reference:
        if (reference_of(from) != reference_of(to)) settle(path, from, to);
        return;
      case Form::object:
        return compare_members(path, from, to);
      case Form::choice:
        compare_members(path, from, to);
        compare_arms(history_.arms, path, from, to);
        return compare_values(path, from, to);
      case Form::enumeration:
        return compare_values(path, from, to);
      case Form::list:
        return compare_inner(path + "[]", from, to, "items");
      case Form::map:
        return compare_inner(path + "{}", from, to, "additionalProperties");
      default:
        return;
    }
  }

  void compare_inner(const std::string& path, const Json& from, const Json& to,
                     const char* keyword) {
    const Json* older = keyword_of(from, keyword);
    const Json* newer = keyword_of(to, keyword);
    if (older && newer) compare(path, *older, *newer);
  }

  void compare_members(const std::string& path, const Json& from, const Json& to) {
    const auto older = members_of(from);
    const auto newer = members_of(to);
    for (const auto& member : newer) {
      compare_member(path + "." + member.name, find_named(older, member.name), from, member, to);
    }
    for (const auto& member : older) {
      const std::string place = path + "." + member.name;
      if (!find_named(newer, member.name)) went(history_.members, place, *member.schema);
    }
  }

  void compare_member(const std::string& path, const Part* older, const Json& from,
                      const Part& newer, const Json& to) {
    if (!older) return came(history_.members, path);
    const bool required = is_required(to, newer.name);
    if (required != is_required(from, newer.name)) {
      required ? set_presence(path, "optional_until", "required_until")
               : set_presence(path, "required_until", "optional_until");
    }
    const bool nullable = is_nullable(*newer.schema);
    if (nullable != is_nullable(*older->schema)) {
      nullable ? set_presence(path, "not_null_until", "nullable_until")
               : set_presence(path, "nullable_until", "not_null_until");
    }
    compare(path, *older->schema, *newer.schema);
  }

  /// The newest version's requirement counts; the history records where older ones differ.
  void set_presence(const std::string& path, const char* key, const char* opposite) {
    Json& entry = history_.presence[path];
    if (entry.is_null()) entry = Json::object();
    entry.erase(opposite);
    entry[key] = older_.version;
  }

  void compare_arms(HistoryEntries& entries, const std::string& path, const Json& from,
                    const Json& to) {
    const auto older = arms_of(from);
    const auto newer = arms_of(to);
    for (const auto& arm : newer) {
      const Part* same = find_named(older, arm.name);
      const std::string place = path + "#" + arm.name;
      same ? compare(place, *same->schema, *arm.schema) : came(entries, place);
    }
    for (const auto& arm : older) {
      if (!find_named(newer, arm.name)) went(entries, path + "#" + arm.name, *arm.schema);
    }
  }

  void compare_values(const std::string& path, const Json& from, const Json& to) {
    const auto older = values_of(from);
    const auto newer = values_of(to);
    const auto has = [](const std::vector<ValuePart>& values, const std::string& name) {
      return std::any_of(values.begin(), values.end(),
                         [&](const ValuePart& value) { return value.name == name; });
    };
    for (const auto& value : newer) {
      if (!has(older, value.name)) came(history_.values, path + "=" + value.name);
    }
    const Json* stable = find_stable(path);
    const auto stable_values = stable ? values_of(core_of(*stable)) : std::vector<ValuePart>{};
    for (const auto& value : older) {
      if (has(newer, value.name)) continue;
      Json& entry = went(history_.values, path + "=" + value.name);
      if (!value.description.empty()) entry["description"] = value.description;
      if (has(stable_values, value.name)) entry["stable"] = true;
    }
  }

  void compare_methods(const std::string& envelope, const Json& older, const Json& newer) {
    compare_arms(history_.methods, envelope, older, newer);
    for (const auto& method : arms_of(older)) {
      const auto found = history_.methods.find(envelope + "#" + method.name);
      if (found == history_.methods.end() || found->second.value("until", "") != older_.version) {
        continue;
      }
      const std::string response = response_of(method);
      if (!response.empty()) found->second["response"] = response;
    }
  }

  /// By responses.json, or else `XParams -> XResponse`.
  [[nodiscard]] std::string response_of(const Part& method) const {
    const auto listed = older_.responses.find(method.name);
    if (listed != older_.responses.end()) return listed->second;
    constexpr std::string_view suffix = "Params";
    const Json* params = find_part(*method.schema, ".params");
    std::string name = params ? reference_of(core_of(*params)) : "";
    if (!name.ends_with(suffix)) return "";
    name.replace(name.size() - suffix.size(), suffix.size(), "Response");
    return old_.find(name) ? name : "";
  }

  // --- what is of another form ---

  /// The newest form wins. If it takes the older values, nothing is reported.
  void settle(const std::string& path, const Json& older, const Json& newer) {
    const Json& from = old_.resolve(older);
    const Json& to = new_.resolve(newer);
    if (&to == &newer && is_tagged_by_member(from, to)) {
      adopt_tag(path, from, to);
    } else if (!compatible_.takes(from, to)) {
      note_shape(path, older, newer);
      if (&to == &newer) date_new_arms(path, from, to);
    } else if (&to == &newer && form_of(to) == Form::choice) {
      note_wider(path, from, to);
    }
    forget_below(path);
  }

  void note_shape(const std::string& path, const Json& older, const Json& newer) {
    const std::string text = describe(older, old_) + " became " + describe(newer, new_);
    Json& entry = history_.shapes[path];
    entry = Json{{"until", older_.version}, {"note", text}};
    changes_.push_back({path, text + " in " + newer_.version});
  }

  /// A struct became a union: arms that do not take the struct's values are new.
  void date_new_arms(const std::string& path, const Json& from, const Json& to) {
    if (form_of(from) != Form::object || form_of(to) != Form::choice) return;
    const std::string tag = tag_of(to);
    const auto members = members_of(from);
    const auto had = [&](const Json& owner, const Part& member) {
      if (member.name == tag || !is_required(owner, member.name)) return true;
      const Part* same = find_named(members, member.name);
      return same && compatible_.takes(*same->schema, *member.schema);
    };
    for (const auto& arm : arms_of(to)) {
      const Json& owner = new_.resolve(core_of(*arm.schema));
      const auto needs = members_of(owner);
      const bool fits = form_of(owner) == Form::object &&
                        std::all_of(needs.begin(), needs.end(),
                                    [&](const Part& member) { return had(owner, member); });
      if (!fits) came(history_.arms, path + "#" + arm.name);
    }
  }

  static std::string describe(const Json& core, const Definitions& definitions) {
    const std::string name = reference_of(core);
    const std::string words = words_for(form_of(definitions.resolve(core)));
    return name.empty() ? words : words + " " + name;
  }

  /// One form became several: those that do not take the older values are new.
  void note_wider(const std::string& path, const Json& from, const Json& to) {
    if (form_of(from) == Form::choice) return;
    for (const auto& arm : arms_of(to)) {
      if (!compatible_.takes(from, *arm.schema)) came(history_.arms, path + "#" + arm.name);
    }
    if (form_of(from) == Form::enumeration) compare_values(path, from, to);
  }

  /// A struct became a union by a member that it had.
  static bool is_tagged_by_member(const Json& from, const Json& to) {
    if (form_of(from) != Form::object || form_of(to) != Form::choice) return false;
    const std::string tag = tag_of(to);
    return !tag.empty() && find_named(members_of(from), tag) && is_required(from, tag);
  }

  /// Each arm may lack members that the struct lacked or had as optional. The struct's members are
  /// not added to arms.
  void adopt_tag(const std::string& path, const Json& from, const Json& to) {
    const auto members = members_of(from);
    const auto adopt = [&](const std::string& place, const Json& owner) {
      for (const auto& member : members_of(owner)) {
        if (literal_of(*member.schema)) continue;
        compare_member(place + "." + member.name, find_named(members, member.name), from, member,
                       owner);
      }
    };
    adopt(path, to);
    const Part* tag = find_named(members, tag_of(to));
    const auto known = values_of(old_.resolve(*tag->schema));
    for (const auto& arm : arms_of(to)) {
      const std::string place = path + "#" + arm.name;
      const bool had = known.empty() || std::any_of(known.begin(), known.end(), [&](const auto& v) {
                         return v.name == arm.name;
                       });
      had ? adopt(place, core_of(*arm.schema)) : came(history_.arms, place);
    }
  }

  /// Forgets the history of parts that the newer form lacks.
  void forget_below(const std::string& path) {
    const Json* definition = new_.find(definition_of(path));
    for (const auto& section : history_sections) {
      auto& entries = history_.*section.entries;
      for (auto at = entries.lower_bound(path); at != entries.end();) {
        const std::string_view place = at->first;
        if (!place.starts_with(path)) break;
        at = is_below(place, path) && !is_part(*definition, place) ? entries.erase(at)
                                                                   : std::next(at);
      }
    }
  }

  static bool is_below(std::string_view place, std::string_view path) {
    constexpr std::string_view steps = ".#=[{";
    return place.size() > path.size() && steps.find(place[path.size()]) != steps.npos;
  }

  static bool is_part(const Json& definition, std::string_view path) {
    const std::string_view below = path.substr(definition_of(path).size());
    if (find_part(definition, below)) return true;
    const std::size_t equals = below.find('=');
    const Json* owner =
        equals == below.npos ? nullptr : find_part(definition, below.substr(0, equals));
    const auto values = owner ? values_of(core_of(*owner)) : std::vector<ValuePart>{};
    return std::any_of(values.begin(), values.end(), [&](const ValuePart& value) {
      return value.name == below.substr(equals + 1);
    });
  }

  History& history_;
  Snapshot& older_;
  Snapshot& newer_;
  Definitions old_;
  Definitions new_;
  Definitions old_stable_;
  Compatibility compatible_;
  std::vector<ShapeChange> changes_;
};

}  // namespace

std::vector<ShapeChange> add_to_history(History& history, Snapshot& older, Snapshot& newer) {
  auto& versions = history.versions;
  if (std::find(versions.begin(), versions.end(), newer.version) != versions.end()) return {};
  if (versions.empty()) versions.push_back(older.version);
  if (versions.back() != older.version) {
    throw std::runtime_error("the history ends with " + versions.back() + ", not with " +
                             older.version);
  }
  if (!is_older(older.version, newer.version)) {
    throw std::runtime_error("the history continues with versions after " + older.version +
                             ", and " + newer.version + " is none");
  }
  versions.push_back(newer.version);
  return Step(history, older, newer).run();
}

}  // namespace codegen
