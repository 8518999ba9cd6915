#include "lower.hpp"

#include <algorithm>
#include <array>
#include <functional>

#include "lower_type.hpp"
#include "methods.hpp"
#include "names.hpp"
#include "order.hpp"
#include "settle.hpp"
#include "shapes.hpp"

namespace codegen {
namespace {

/// Enumerators are counted in a byte.
constexpr std::size_t most_values = 250;

/// A union counts its arms in a byte.
void check_alternatives(const Schema& schema) {
  constexpr std::size_t most = 250;
  if (schema.one_of.size() > most) throw SchemaError(schema.pointer, "over 250 alternatives");
}

/// Numbers duplicate names in the list, and reports each.
template <class Named, class Tell>
void make_distinct(std::vector<Named>& list, const Tell& tell) {
  std::set<std::string> wanted;
  for (const Named& named : list) wanted.insert(named.name);
  std::set<std::string> taken;
  for (Named& named : list) {
    if (taken.insert(named.name).second) continue;
    const std::string base = named.name + (named.name.ends_with('_') ? "" : "_");
    for (int number = 2; wanted.contains(named.name) || taken.contains(named.name); ++number) {
      named.name = base + std::to_string(number);
    }
    taken.insert(named.name);
    tell(named);
  }
}

/// Lowers definition by definition; inline schemas become definitions of their own.
class Lowering {
 public:
  Lowering(const Bundle& experimental, const Bundle& stable, Notes& notes)
      : experimental_(experimental), stable_(stable), notes_(notes) {}

  std::vector<Definition> run() {
    for (const auto& [name, schema] : experimental_.definitions) {
      names_.emplace(snake_case(name), name);
    }
    for (const auto& [name, schema] : experimental_.definitions) {
      const Schema* stable = stable_.find(name);
      define(name, schema, stable, true);
    }
    return std::move(definitions_);
  }

 private:
  /// A name that is still free. Names that differ only in case are too similar: for people, and for
  /// the tables' names.
  std::string take(const std::string& wanted, const Schema& schema) {
    std::string name = wanted;
    for (int number = 2; names_.contains(snake_case(name)); ++number) {
      name = wanted + std::to_string(number);
    }
    if (name != wanted) {
      note(schema.pointer, "named " + name + ", for there is " + names_.at(snake_case(wanted)));
    }
    names_.emplace(snake_case(name), name);
    taken_.push_back(snake_case(name));
    return name;
  }

  void note(const std::string& pointer, std::string text) {
    notes_.push_back({pointer, std::move(text)});
  }

  /// The function's result; if it throws, `instead`, and its effects are undone except for a note.
  template <class Result>
  Result attempt(const std::function<Result()>& function, Result instead) {
    const std::size_t notes = notes_.size();
    const std::size_t definitions = definitions_.size();
    const std::size_t taken = taken_.size();
    try {
      return function();
    } catch (const SchemaError& error) {
      notes_.resize(notes);
      definitions_.resize(definitions);
      for (; taken_.size() > taken; taken_.pop_back()) names_.erase(taken_.back());
      notes_.push_back(error.note());
      return instead;
    }
  }

  void define(const std::string& name, const Schema& schema, const Schema* stable, bool in_schema) {
    Definition definition{.name = name,
                          .doc = schema.description,
                          .experimental = !stable,
                          .in_schema = in_schema,
                          .pointer = schema.pointer};
    if (in_schema) definition.history = schema.history;  // else the history is that of the place
    const std::function<Shape()> find = [&] { return shape(name, schema, stable); };
    // A schema without a name becomes any JSON in place.
    definition.shape =
        in_schema ? attempt(find, Shape(Alias{simple_type(Type::Kind::json)})) : find();
    definitions_.push_back(std::move(definition));
  }

  using Shape = decltype(Definition::shape);
  using Recogniser = std::optional<Shape> (Lowering::*)(const std::string&, const Schema&,
                                                        const Schema*);

  /// The recognisers in order: the first that understands the schema wins.
  Shape shape(const std::string& name, const Schema& schema, const Schema* stable) {
    static constexpr std::array recognisers = {
        &Lowering::maybe_enum,     &Lowering::maybe_message,        &Lowering::maybe_tagged_union,
        &Lowering::maybe_external, &Lowering::maybe_folded_objects, &Lowering::maybe_shape_union,
        &Lowering::maybe_object,   &Lowering::maybe_struct,         &Lowering::maybe_alias,
    };
    if (has_null_arm(schema) || schema.has_type("null")) return *maybe_alias(name, schema, stable);
    for (const Recogniser recogniser : recognisers) {
      if (auto found = (this->*recogniser)(name, schema, stable)) return *std::move(found);
    }
    throw SchemaError(schema.pointer, "no rule recognises the shape of " + name);
  }

  // NOLINTNEXTLINE(readability-convert-member-functions-to-static): one of the recognisers
  std::optional<Shape> maybe_enum(const std::string&, const Schema& schema, const Schema* stable) {
    const auto values = enum_values(schema);
    if (values.empty()) return std::nullopt;
    const auto stable_values = stable ? enum_values(*stable) : std::vector<EnumValue>{};
    if (values.size() > most_values) {
      note(schema.pointer, "an enum of over 250 values: a string");
      return Alias{simple_type(Type::Kind::string)};
    }
    Enum out;
    for (const auto& [wire, doc, history] : values) {
      const bool known = std::any_of(stable_values.begin(), stable_values.end(),
                                     [&](const EnumValue& value) { return value.wire == wire; });
      out.values.push_back({wire, enumerator_name(wire), doc, stable && !known, history});
    }
    make_distinct(out.values, [&](const Enumerator& value) {
      note(schema.pointer, "the value \"" + value.wire + "\" is named " + value.name);
    });
    return out;
  }

  /// The envelopes: one object per method.
  std::optional<Shape> maybe_message(const std::string& name, const Schema& schema,
                                     const Schema* stable) {
    const auto kind = message_kind(name);
    const auto messages = messages_of(schema);
    if (!kind || messages.empty()) return std::nullopt;
    Schema members = schema;
    members.one_of.clear();
    std::map<std::string, std::size_t> uses;
    for (const Schema* message : messages) {
      for (const auto& [wire, property] : message->properties) {
        if (wire == "method" || wire == "params") continue;
        if (++uses[wire] == 1 && !members.property(wire)) {
          members.properties.push_back({wire, property});
        }
        if (message->required.contains(wire)) members.required.insert(wire);
      }
    }
    for (auto& [wire, property] : members.properties) {
      if (uses[wire] != messages.size() && !schema.property(wire)) {
        note(property.pointer, "not all messages have it");
        members.required.erase(wire);
      }
      for (const Schema* message : messages) {
        const Schema* other = message->property(wire);
        if (!other || same_values(*other, property) || property.is_any()) continue;
        note(other->pointer, "differs from " + property.pointer);
        property = any_json(property);
      }
    }
    return Message{*kind, members_of(name, members, stable, std::nullopt)};
  }

  std::optional<Shape> maybe_tagged_union(const std::string& name, const Schema& whole,
                                          const Schema* stable) {
    if (whole.one_of.empty()) return std::nullopt;
    const auto tag = literal_tag(whole);
    if (!tag) return std::nullopt;
    check_alternatives(whole);
    const Schema schema = with_properties_once(whole, notes_);
    Union out{.style = UnionStyle::tagged,
              .tag = *tag,
              .shared = members_of(name, schema, stable, std::nullopt, Owner::union_)};
    for (const Schema& branch : schema.one_of) {
      const std::string& value = branch.property(*tag)->literals[0];
      if (tagged_branch(schema, *tag, value) != &branch) {
        throw SchemaError(branch.pointer, "two alternatives with the " + *tag + " " + value);
      }
      const Schema* stable_branch = stable ? tagged_branch(*stable, *tag, value) : nullptr;
      const std::string arm = take(type_name(arm_name(schema, *tag, value) + name), branch);
      Struct members{
          .members = members_of(arm, fold_alternatives(branch, notes_), stable_branch, *tag),
          .closed = branch.closed,
          .open = branch.additional != nullptr,
          .tag = *tag,
          .tag_value = value};
      define_inline(arm, branch, stable && !stable_branch, std::move(members));
      out.arms.push_back({.wire = value, .type = named_type(arm), .history = branch.history});
    }
    return out;
  }

  static std::string arm_name(const Schema& schema, const std::string& tag,
                              const std::string& value) {
    const std::string name = pascal_case(value);
    const auto same =
        std::count_if(schema.one_of.begin(), schema.one_of.end(), [&](const Schema& branch) {
          return pascal_case(branch.property(tag)->literals[0]) == name;
        });
    return same == 1 ? name : spelt_pascal_case(value);
  }

  /// Strings and single-key objects.
  std::optional<Shape> maybe_external(const std::string& name, const Schema& schema,
                                      const Schema* stable) {
    if (!is_externally_tagged(schema)) return std::nullopt;
    check_alternatives(schema);
    Union out{.style = UnionStyle::external};
    Schema strings = string_arms(schema);
    if (enum_values(strings).size() > most_values) {
      throw SchemaError(schema.pointer, "alternatives with over 250 strings");
    }
    if (!strings.one_of.empty()) {
      strings.description = "The values of `" + name + "` that are plain strings.";
      const Schema old = stable ? string_arms(*stable) : strings;
      const std::string value = name_inline(strings, old, name + "Value");
      out.arms.push_back({.wire = {}, .type = named_type(value)});
    }
    for (const Schema& branch : schema.one_of) {
      if (branch.is_string_enum() || is_catch_all(branch)) continue;
      const auto& [key, payload] = branch.properties[0];
      if (keyed_branch(schema, key) != &branch) {
        throw SchemaError(branch.pointer, "two alternatives with the key " + key);
      }
      const Schema* stable_branch = stable ? keyed_branch(*stable, key) : nullptr;
      const std::string arm = take(type_name(pascal_case(key) + name), branch);
      define_inline(arm, branch, stable && !stable_branch,
                    external_arm(arm, branch, stable_branch));
      out.arms.push_back({.wire = key, .type = named_type(arm), .history = branch.history});
    }
    return out;
  }

  /// An inline payload object becomes the arm itself; any other payload becomes its only member.
  Struct external_arm(const std::string& arm, const Schema& branch, const Schema* stable_branch) {
    const auto& [key, payload] = branch.properties[0];
    if (payload.ref.empty() && payload.is_object() && !payload.properties.empty()) {
      const Schema* stable = stable_branch ? stable_branch->property(key) : nullptr;
      return {.members = members_of(arm, payload, stable, std::nullopt),
              .closed = payload.closed,
              .open = payload.additional != nullptr,
              .wrapper = key};
    }
    return {.members = members_of(arm, branch, stable_branch, std::nullopt),
            .closed = branch.closed};
  }

  /// Objects that differ in one required member each: one struct with those optional.
  std::optional<Shape> maybe_folded_objects(const std::string& name, const Schema& schema,
                                            const Schema* stable) {
    if (!differ_in_one_member(schema)) return std::nullopt;
    Schema folded = schema;
    folded.types = {"object"};
    for (const auto& [wire, property] : schema.one_of[0].properties) {
      if (in_all_branches(schema, wire)) {
        folded.properties.push_back({wire, property});
        if (schema.one_of[0].required.contains(wire)) folded.required.insert(wire);
      }
    }
    return Struct{.members =
                      members_of(name, fold_alternatives(folded, notes_), stable, std::nullopt)};
  }

  /// Alternatives that are distinguished by their shape.
  std::optional<Shape> maybe_shape_union(const std::string& name, const Schema& schema,
                                         const Schema* stable) {
    if (schema.one_of.empty() || !schema.properties.empty()) return std::nullopt;
    if (const auto problem = indistinct_arms(schema, experimental_)) {
      throw SchemaError(schema.pointer, *problem);
    }
    check_alternatives(schema);
    Union out{.style = UnionStyle::shape};
    for (const Schema& branch : schema.one_of) {
      std::string inline_name = name;
      if (!branch.required.empty()) inline_name = pascal_case(first_required(branch)) + name;
      const ValueType arm = lower_value(branch, inline_name, around(schema, stable));
      if (arm.nullable) throw SchemaError(branch.pointer, "an alternative of any JSON, or null");
      out.arms.push_back({.wire = {}, .type = arm.type, .history = branch.history});
    }
    return out;
  }

  /// An object of named members, with alternatives that cannot be distinguished.
  std::optional<Shape> maybe_object(const std::string& name, const Schema& schema,
                                    const Schema* stable) {
    if (schema.one_of.empty() || schema.properties.empty()) return std::nullopt;
    const bool objects = std::all_of(schema.one_of.begin(), schema.one_of.end(),
                                     [](const Schema& branch) { return branch.is_object(); });
    if (!objects && !schema.has_type("object")) return std::nullopt;
    return Struct{
        .members = members_of(name, fold_alternatives(schema, notes_), stable, std::nullopt),
        .closed = schema.closed,
        .open = schema.additional != nullptr};
  }

  std::optional<Shape> maybe_struct(const std::string& name, const Schema& schema,
                                    const Schema* stable) {
    if (!schema.is_object() || !schema.one_of.empty()) return std::nullopt;
    const bool map = schema.properties.empty() && schema.additional && !schema.additional->is_any();
    if (map) return std::nullopt;  // an alias
    return Struct{.members = members_of(name, schema, stable, std::nullopt),
                  .closed = schema.closed,
                  .open = schema.additional != nullptr};
  }

  std::optional<Shape> maybe_alias(const std::string& name, const Schema& schema,
                                   const Schema* stable) {
    if (!schema.one_of.empty() && !has_null_arm(schema)) return std::nullopt;
    if (schema.is_any()) return Alias{simple_type(Type::Kind::json)};
    return Alias{lower_element(schema, name + "Value", around(schema, stable))};
  }

  enum class Owner { struct_, union_ };

  std::vector<Member> members_of(const std::string& owner, const Schema& schema,
                                 const Schema* stable, std::optional<std::string_view> tag,
                                 Owner kind = Owner::struct_) {
    if (schema.additional && !schema.additional->is_any()) {
      note(schema.pointer, "its other members, which have a type, stay in `extra`");
    }
    std::vector<Member> out;
    for (const auto& [wire, property] : schema.properties) {
      if (wire == tag) continue;
      const Schema* old = stable ? any_property(*stable, wire) : nullptr;
      Member member = lower_member(owner, wire, property, old, schema.required.contains(wire));
      if (kind == Owner::union_) member.name = shared_member_name(wire);
      member.experimental = stable && !old;
      out.push_back(std::move(member));
    }
    make_distinct(out, [&](const Member& member) { note(member.pointer, "named " + member.name); });
    if (out.size() > codex::protocol::detail::ObjectInfo::max_fields) {
      throw SchemaError(schema.pointer, "too many members for a table");
    }
    std::stable_partition(out.begin(), out.end(), [](const Member& member) {
      return member.presence == Presence::required ||
             member.presence == Presence::required_nullable;
    });
    return out;
  }

  Member lower_member(const std::string& owner, const std::string& wire, const Schema& property,
                      const Schema* stable, bool required) {
    const ValueType value =
        lower_value(property, owner + pascal_case(wire), around(property, stable));
    Member member{.wire = wire, .name = member_name(wire), .type = value.type};
    member.doc = property.description;
    member.default_value = property.default_value;
    member.pointer = property.pointer;
    member.history = property.history;
    const bool any = value.type.kind == Type::Kind::json;  // can hold null itself
    const bool has_default = property.default_value && !property.default_value->is_null();
    if (required) {
      member.presence = value.nullable && !any ? Presence::required_nullable : Presence::required;
    } else if (value.nullable) {
      member.presence = Presence::optional_nullable;
    } else {
      member.presence = has_default ? Presence::defaulted : Presence::optional;
    }
    return member;
  }

  std::string name_inline(const Schema& schema, const Schema& stable, const std::string& wanted) {
    std::string name = take(type_name(wanted), schema);
    define(name, schema, &stable, false);
    return name;
  }

  /// For the parts of `place`. A part that the stable schema lacks is marked as a whole, and not
  /// again within.
  Surroundings around(const Schema& place, const Schema* stable) {
    Surroundings out;
    out.name_inline = [this, &place, stable](const Schema& schema, const std::string& name) {
      const Schema* old = stable ? counterpart(place, *stable, schema.pointer) : nullptr;
      return name_inline(schema, old ? *old : schema, name);
    };
    out.attempt = [this](const std::function<ValueType()>& function) {
      return attempt(function, ValueType{simple_type(Type::Kind::json), true});
    };
    return out;
  }

  void define_inline(const std::string& name, const Schema& schema, bool experimental,
                     Struct shape) {
    definitions_.push_back({name, schema.description, experimental, false, schema.pointer,
                            std::move(shape), schema.history});
  }

  const Bundle& experimental_;
  const Bundle& stable_;
  std::vector<Definition> definitions_;
  Notes& notes_;
  std::map<std::string, std::string> names_;  // by their snake case
  std::vector<std::string> taken_;            // those of these that we invented, in order
};

}  // namespace

Model lower(Bundle experimental, Bundle stable, const Responses& responses,
            std::string runtime_version) {
  name_params(experimental);
  name_params(stable);
  Model model;
  model.runtime_version = std::move(runtime_version);
  model.notes = std::move(experimental.notes);
  model.definitions = in_order(Lowering(experimental, stable, model.notes).run());
  settle(model);
  model.methods = lower_methods(experimental, stable, responses, model.notes);
  return model;
}

}  // namespace codegen
