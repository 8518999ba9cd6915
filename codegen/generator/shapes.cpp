#include "shapes.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace codegen {
namespace {

bool is_literal(const Schema& schema) {
  return schema.is_string_enum() && schema.literals.size() == 1;
}

Schema* own_property(Schema& schema, std::string_view name) {
  for (auto& [key, value] : schema.properties) {
    if (key == name) return &value;
  }
  return nullptr;
}

bool is_single_key_object(const Schema& schema) {
  return schema.is_object() && schema.properties.size() == 1 && schema.required.size() == 1 &&
         schema.one_of.empty();
}

const Schema& resolve(const Schema& schema, const Bundle& bundle) {
  if (schema.all_of.size() == 1) return resolve(schema.all_of[0], bundle);
  if (schema.ref.empty()) return schema;
  const Schema* target = bundle.find(schema.ref);
  if (!target) throw SchemaError(schema.pointer, "refers to " + schema.ref + ", which is missing");
  return resolve(*target, bundle);
}

/// The JSON type that all values of the schema have; "" if they differ.
std::string json_type(const Schema& schema) {
  if (schema.types.size() == 1) return schema.types[0];
  return schema.is_object() ? "object" : "";
}

/// An alternative, and the index of the union's arm that it comes from.
using Arms = std::vector<std::pair<std::size_t, const Schema*>>;

/// Alternatives of alternatives multiply.
void add_branches(Arms& out, std::size_t arm, const Schema& schema, const Bundle& bundle) {
  const Schema& target = resolve(schema, bundle);
  if (target.one_of.empty() || !target.properties.empty()) {
    if (out.size() == most_alternatives) {
      throw SchemaError(target.pointer,
                        "one of more than " + std::to_string(most_alternatives) + " alternatives");
    }
    out.emplace_back(arm, &target);
    return;
  }
  for (const Schema& branch : target.one_of) add_branches(out, arm, branch, bundle);
}

/// Whether a check for one schema distinguishes it from another. Pairs are compared once: members
/// that refer to the same definitions would multiply from level to level.
class Comparison {
 public:
  explicit Comparison(const Bundle& bundle) : bundle_(bundle) {}

  /// Whether a check for `a` (required members, literals, closedness) lets every `b` pass.
  bool object_accepts_all(const Schema& a, const Schema& b) {
    const auto [known, fresh] = known_.emplace(std::pair(&a, &b), true);
    if (fresh) known->second = compare(a, b);
    return known->second;
  }

 private:
  bool compare(const Schema& a, const Schema& b) {
    for (const auto& name : a.required) {
      const Schema* mine = a.property(name);
      const Schema* theirs = b.property(name);
      if (!theirs || !b.required.contains(name)) return false;
      if (!accepts_all(resolve(*mine, bundle_), resolve(*theirs, bundle_))) return false;
    }
    if (!a.closed) return true;
    return std::all_of(b.properties.begin(), b.properties.end(),
                       [&](const auto& property) { return a.property(property.name); });
  }

  bool accepts_all(const Schema& a, const Schema& b) {
    if (a.is_string_enum() && b.is_string_enum()) {
      return std::any_of(b.literals.begin(), b.literals.end(), [&](const std::string& value) {
        return std::find(a.literals.begin(), a.literals.end(), value) != a.literals.end();
      });
    }
    if (a.is_object() && b.is_object()) return object_accepts_all(a, b);
    return true;  // other types are not checked
  }

  const Bundle& bundle_;
  std::map<std::pair<const Schema*, const Schema*>, bool> known_;
};

bool same_values(const std::shared_ptr<const Schema>& a, const std::shared_ptr<const Schema>& b) {
  return a && b ? same_values(*a, *b) : !a && !b;
}

bool same_values(const Property& a, const Property& b) {
  return a.name == b.name && same_values(a.schema, b.schema);
}

}  // namespace

bool same_values(const Schema& a, const Schema& b) {
  const auto same = [](const auto& x, const auto& y) { return same_values(x, y); };
  const auto all_same = [&](const auto& x, const auto& y) {
    return std::equal(x.begin(), x.end(), y.begin(), y.end(), same);
  };
  return a.ref == b.ref && a.types == b.types && a.format == b.format && a.literals == b.literals &&
         a.values == b.values && a.required == b.required && a.closed == b.closed &&
         a.never == b.never && a.default_value == b.default_value &&
         all_same(a.properties, b.properties) && all_same(a.one_of, b.one_of) &&
         all_same(a.all_of, b.all_of) && same(a.items, b.items) && same(a.additional, b.additional);
}

bool has_null_arm(const Schema& schema) {
  return std::any_of(schema.one_of.begin(), schema.one_of.end(),
                     [](const Schema& branch) { return branch.is_null(); });
}

Schema without_null_arm(const Schema& schema) {
  Schema out = schema;
  std::erase_if(out.one_of, [](const Schema& branch) { return branch.is_null(); });
  if (out.one_of.empty()) throw SchemaError(schema.pointer, "no value but null");
  return out;
}

bool is_only_null(const Schema& schema) {
  return schema.is_null() ||
         (!schema.one_of.empty() && std::all_of(schema.one_of.begin(), schema.one_of.end(),
                                                [](const Schema& arm) { return arm.is_null(); }));
}

std::vector<EnumValue> enum_values(const Schema& schema) {
  if (schema.is_string_enum()) {
    std::vector<EnumValue> out;
    const bool single = schema.literals.size() == 1;
    for (const auto& literal : schema.literals) {
      const auto marked = schema.value_history.find(literal);
      out.push_back({literal, single ? schema.description : "",
                     marked == schema.value_history.end() ? HistoryMark{} : marked->second});
    }
    return out;
  }
  std::vector<EnumValue> out;
  for (const Schema& branch : schema.one_of) {
    if (!branch.is_string_enum()) return {};
    const auto values = enum_values(branch);
    out.insert(out.end(), values.begin(), values.end());
  }
  return out;
}

std::optional<std::string> literal_tag(const Schema& schema) {
  for (const auto& [name, property] : schema.one_of.front().properties) {
    const bool everywhere = std::all_of(
        schema.one_of.begin(), schema.one_of.end(), [&name = name](const Schema& branch) {
          const Schema* tag = branch.property(name);
          return tag && is_literal(*tag) && branch.required.contains(name);
        });
    if (everywhere) return name;
  }
  return std::nullopt;
}

const Schema* tagged_branch(const Schema& schema, std::string_view tag, std::string_view value) {
  for (const Schema& branch : schema.one_of) {
    const Schema* property = branch.property(tag);
    if (property && is_literal(*property) && property->literals[0] == value) return &branch;
  }
  return nullptr;
}

const Schema* keyed_branch(const Schema& schema, std::string_view key) {
  for (const Schema& branch : schema.one_of) {
    if (is_single_key_object(branch) && branch.property(key)) return &branch;
  }
  return nullptr;
}

bool is_externally_tagged(const Schema& schema) {
  if (schema.one_of.empty() || !schema.properties.empty()) return false;
  bool any_object = false;
  for (const Schema& branch : schema.one_of) {
    if (branch.is_string_enum() || is_catch_all(branch)) continue;
    if (!is_single_key_object(branch) || !branch.closed) return false;
    any_object = true;
  }
  return any_object;
}

Schema string_arms(const Schema& schema) {
  Schema out;
  out.pointer = schema.pointer;
  std::copy_if(schema.one_of.begin(), schema.one_of.end(), std::back_inserter(out.one_of),
               [](const Schema& branch) { return branch.is_string_enum(); });
  return out;
}

bool is_catch_all(const Schema& schema) {
  return schema.types.size() == 2 && schema.has_type("string") && schema.has_type("object") &&
         schema.properties.empty() && !schema.is_string_enum();
}

bool in_all_branches(const Schema& schema, std::string_view property) {
  return std::all_of(schema.one_of.begin(), schema.one_of.end(),
                     [&](const Schema& branch) { return branch.property(property) != nullptr; });
}

bool differ_in_one_member(const Schema& schema) {
  if (schema.one_of.size() < 2 || !schema.properties.empty()) return false;
  return std::all_of(schema.one_of.begin(), schema.one_of.end(), [&](const Schema& branch) {
    if (!branch.is_object() || branch.properties.size() < 2 || !branch.one_of.empty()) return false;
    std::size_t own = 0;
    for (const auto& [name, property] : branch.properties) {
      if (in_all_branches(schema, name)) continue;
      if (!branch.required.contains(name)) return false;
      ++own;
    }
    return own == 1;
  });
}

Schema fold_alternatives(const Schema& schema, Notes& notes) {
  Schema out = schema;
  for (const Schema& branch : schema.one_of) {
    if (!branch.is_object() || !branch.one_of.empty()) {
      notes.push_back({branch.pointer, "stays in `extra`: an alternative that is no plain object"});
      continue;
    }
    for (const auto& [name, property] : branch.properties) {
      Schema* other = own_property(out, name);
      if (!other) {
        out.properties.push_back({name, property});
      } else if (!other->is_any() && !same_values(*other, property)) {
        notes.push_back({property.pointer, "differs from " + other->pointer});
        *other = any_json(*other);
      }
    }
  }
  out.one_of.clear();
  return out;
}

Schema with_properties_once(const Schema& schema, Notes& notes) {
  Schema out = schema;
  out.properties.clear();
  for (const auto& [name, property] : schema.properties) {
    const bool within = in_all_branches(schema, name);
    if (!within) out.properties.push_back({name, property});
    for (Schema& branch : out.one_of) {
      Schema* other = own_property(branch, name);
      if (!other) continue;
      if (!same_values(*other, property) && !is_literal(*other)) {
        notes.push_back({other->pointer, "differs from " + property.pointer});
        if (within) *other = any_json(*other);
      }
      if (within && schema.required.contains(name)) branch.required.insert(name);
      if (within) continue;
      std::erase_if(branch.properties, [&](const Property& mine) { return mine.name == name; });
      branch.required.erase(name);
    }
    if (within) out.required.erase(name);
  }
  return out;
}

std::vector<const Schema*> messages_of(const Schema& envelope) {
  std::vector<const Schema*> out;
  for (const Schema& branch : envelope.one_of) {
    const Schema* method = branch.property("method");
    if (method && is_literal(*method) && branch.required.contains("method")) out.push_back(&branch);
  }
  return out;
}

const Schema* any_property(const Schema& schema, std::string_view name) {
  const Schema* found = schema.property(name);
  for (const Schema& branch : schema.one_of) {
    if (!found) found = branch.property(name);
  }
  return found;
}

const Schema* counterpart(const Schema& place, const Schema& other, const std::string& pointer) {
  if (place.pointer == pointer) return &other;
  const Schema* found = nullptr;
  const auto look = [&](const Schema& a, const Schema& b) {
    if (!found) found = counterpart(a, b, pointer);
  };
  const auto look_through = [&](const std::vector<Schema>& a, const std::vector<Schema>& b) {
    for (std::size_t i = 0; i < a.size() && a.size() == b.size(); ++i) look(a[i], b[i]);
  };
  if (place.items && other.items) look(*place.items, *other.items);
  if (place.additional && other.additional) look(*place.additional, *other.additional);
  look_through(place.one_of, other.one_of);
  look_through(place.all_of, other.all_of);
  return found;
}

std::string first_required(const Schema& schema) {
  for (const auto& [name, property] : schema.properties) {
    if (schema.required.contains(name)) return name;
  }
  return {};
}

std::optional<std::string> indistinct_arms(const Schema& schema, const Bundle& bundle) {
  Arms arms;
  for (std::size_t i = 0; i < schema.one_of.size(); ++i) {
    add_branches(arms, i, schema.one_of[i], bundle);
  }
  Comparison comparison(bundle);
  for (std::size_t later = 0; later < arms.size(); ++later) {
    const std::string type = json_type(*arms[later].second);
    if (type.empty()) return "the alternative at " + arms[later].second->pointer + " has no type";
    for (std::size_t earlier = 0; earlier < later; ++earlier) {
      if (arms[earlier].first == arms[later].first) continue;
      const Schema& a = *arms[earlier].second;
      const bool integers = json_type(a) == "number" && type == "integer";
      if (json_type(a) != type && !integers) continue;
      if (type != "object" || comparison.object_accepts_all(a, *arms[later].second)) {
        return "cannot tell " + arms[later].second->pointer + " from " + a.pointer;
      }
    }
  }
  return std::nullopt;
}

}  // namespace codegen
