#include "lower.hpp"

#include <algorithm>
#include <array>
#include <functional>

#include "boolean_lists.hpp"
#include "lower_type.hpp"
#include "methods.hpp"
#include "names.hpp"
#include "order.hpp"
#include "shapes.hpp"

namespace codegen {
namespace {

/// Lowers definition by definition; inline schemas become definitions of their own.
class Lowering {
 public:
  Lowering(const Bundle& experimental, const Bundle& stable)
      : experimental_(experimental), stable_(stable) {}

  std::vector<Definition> run() {
    for (const auto& [name, schema] : experimental_.definitions) {
      const Schema* stable = stable_.find(name);
      define(name, schema, stable, true);
    }
    return std::move(definitions_);
  }

 private:
  void define(const std::string& name, const Schema& schema, const Schema* stable, bool in_schema) {
    take(name, schema);
    Definition definition{name, schema.description, !stable, in_schema, schema.pointer, {}, {}};
    definition.shape = shape(name, schema, stable);
    if (in_schema) definition.history = schema.history;  // else it is that of the place
    definitions_.push_back(std::move(definition));
  }

  /// Also names that differ in case alone are too alike: for people, and for the tables' names.
  void take(const std::string& name, const Schema& schema) {
    const auto [other, fresh] = names_.emplace(snake_case(name), name);
    if (fresh) return;
    throw SchemaError(schema.pointer, "two types would be named " + other->second +
                                          (other->second == name ? "" : " and " + name));
  }

  using Shape = decltype(Definition::shape);
  using Recogniser = std::optional<Shape> (Lowering::*)(const std::string&, const Schema&,
                                                        const Schema*);

  /// The recognisers in order: the first that understands the schema wins.
  Shape shape(const std::string& name, const Schema& schema, const Schema* stable) {
    static constexpr std::array recognisers = {
        &Lowering::maybe_enum,     &Lowering::maybe_message,        &Lowering::maybe_tagged_union,
        &Lowering::maybe_external, &Lowering::maybe_folded_objects, &Lowering::maybe_shape_union,
        &Lowering::maybe_struct,   &Lowering::maybe_alias,
    };
    if (has_null_arm(schema)) return *maybe_alias(name, schema, stable);
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
    if (values.size() > 250) throw SchemaError(schema.pointer, "an enum of over 250 values");
    Enum out;
    std::set<std::string> taken;
    for (const auto& [wire, doc, history] : values) {
      const bool known = std::any_of(stable_values.begin(), stable_values.end(),
                                     [&](const EnumValue& value) { return value.wire == wire; });
      out.values.push_back({wire, enumerator_name(wire), doc, stable && !known, history});
      if (!taken.insert(out.values.back().name).second) {
        throw SchemaError(schema.pointer,
                          "two enumerators would be named " + enumerator_name(wire));
      }
    }
    return out;
  }

  /// The envelopes: one object per method.
  std::optional<Shape> maybe_message(const std::string& name, const Schema& schema,
                                     const Schema* stable) {
    const auto kind = message_kind(name);
    if (!kind || schema.one_of.empty() || literal_tag(schema) != "method") return std::nullopt;
    Schema members = schema;
    members.one_of.clear();
    for (const Schema& branch : schema.one_of) {
      for (const auto& [wire, property] : branch.properties) {
        if (wire == "method" || wire == "params") continue;
        const Schema* other = members.property(wire);
        if (other ? !same_values(*other, property) : &branch != schema.one_of.data()) {
          throw SchemaError(property.pointer, "not all messages have it");
        }
        if (!other) members.properties.push_back({wire, property});
        if (branch.required.contains(wire)) members.required.insert(wire);
      }
    }
    return Message{*kind, members_of(name, members, stable, std::nullopt)};
  }

  std::optional<Shape> maybe_tagged_union(const std::string& name, const Schema& schema,
                                          const Schema* stable) {
    if (schema.one_of.empty()) return std::nullopt;
    const auto tag = literal_tag(schema);
    if (!tag) return std::nullopt;
    Union out{UnionStyle::tagged,
              *tag,
              {},
              members_of(name, schema, stable, std::nullopt, Owner::union_)};
    for (const Schema& branch : schema.one_of) {
      const std::string& value = branch.property(*tag)->literals[0];
      const Schema* stable_branch = stable ? tagged_branch(*stable, *tag, value) : nullptr;
      const std::string arm = type_name(arm_name(schema, *tag, value) + name);
      Struct members{members_of(arm, fold_alternatives(branch), stable_branch, *tag),
                     branch.closed,
                     branch.additional != nullptr,
                     *tag,
                     value,
                     {}};
      define_inline(arm, branch, stable && !stable_branch, std::move(members));
      out.arms.push_back({value, {Type::Kind::named, arm, {}}, branch.history});
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
    Union out{UnionStyle::external, {}, {}, {}};
    Schema strings = string_arms(schema);
    if (!strings.one_of.empty()) {
      strings.description = "The values of `" + name + "` that are plain strings.";
      const Schema old = stable ? string_arms(*stable) : strings;
      const std::string value = name_inline(strings, old, name + "Value");
      out.arms.push_back({"", {Type::Kind::named, value, {}}, {}});
    }
    for (const Schema& branch : schema.one_of) {
      if (branch.is_string_enum() || is_catch_all(branch)) continue;
      const auto& [key, payload] = branch.properties[0];
      const Schema* stable_branch = stable ? keyed_branch(*stable, key) : nullptr;
      const std::string arm = type_name(pascal_case(key) + name);
      define_inline(arm, branch, stable && !stable_branch,
                    external_arm(arm, branch, stable_branch));
      out.arms.push_back({key, {Type::Kind::named, arm, {}}, branch.history});
    }
    return out;
  }

  /// An inline payload object is the arm itself; any other payload is its one member.
  Struct external_arm(const std::string& arm, const Schema& branch, const Schema* stable_branch) {
    const auto& [key, payload] = branch.properties[0];
    if (payload.ref.empty() && payload.is_object() && !payload.properties.empty()) {
      const Schema* stable = stable_branch ? stable_branch->property(key) : nullptr;
      return {members_of(arm, payload, stable, std::nullopt),
              payload.closed,
              payload.additional != nullptr,
              {},
              {},
              key};
    }
    return {members_of(arm, branch, stable_branch, std::nullopt), branch.closed, false, {}, {}, {}};
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
    return Struct{members_of(name, fold_alternatives(folded), stable, std::nullopt),
                  false,
                  false,
                  {},
                  {},
                  {}};
  }

  /// Alternatives told apart by what they look like.
  std::optional<Shape> maybe_shape_union(const std::string& name, const Schema& schema,
                                         const Schema* stable) {
    if (schema.one_of.empty() || !schema.properties.empty()) return std::nullopt;
    if (const auto problem = indistinct_arms(schema, experimental_)) {
      throw SchemaError(schema.pointer, *problem);
    }
    Union out{UnionStyle::shape, {}, {}, {}};
    for (const Schema& branch : schema.one_of) {
      std::string inline_name = name;
      if (!branch.required.empty()) inline_name = pascal_case(first_required(branch)) + name;
      const ValueType value = lower_value(branch, inline_name, namer(schema, stable));
      out.arms.push_back({"", value.type, branch.history});
    }
    return out;
  }

  std::optional<Shape> maybe_struct(const std::string& name, const Schema& schema,
                                    const Schema* stable) {
    if (!schema.is_object() || !schema.one_of.empty()) return std::nullopt;
    const bool map = schema.properties.empty() && schema.additional && !schema.additional->is_any();
    if (map) return std::nullopt;  // an alias
    return Struct{members_of(name, schema, stable, std::nullopt),
                  schema.closed,
                  schema.additional != nullptr,
                  {},
                  {},
                  {}};
  }

  std::optional<Shape> maybe_alias(const std::string& name, const Schema& schema,
                                   const Schema* stable) {
    if (!schema.one_of.empty() && !has_null_arm(schema)) return std::nullopt;
    if (schema.is_any()) return Alias{{Type::Kind::json, {}, {}}};
    return Alias{lower_element(schema, name + "Value", namer(schema, stable))};
  }

  enum class Owner { struct_, union_ };

  std::vector<Member> members_of(const std::string& owner, const Schema& schema,
                                 const Schema* stable, std::optional<std::string_view> tag,
                                 Owner kind = Owner::struct_) {
    if (schema.additional && !schema.additional->is_any()) {
      throw SchemaError(schema.pointer, "named members beside typed other members");
    }
    std::vector<Member> out;
    std::set<std::string> taken;
    for (const auto& [wire, property] : schema.properties) {
      if (wire == tag) continue;
      const Schema* old = stable ? any_property(*stable, wire) : nullptr;
      Member member = lower_member(owner, wire, property, old, schema.required.contains(wire));
      if (kind == Owner::union_) member.name = shared_member_name(wire);
      member.experimental = stable && !old;
      if (!taken.insert(member.name).second) {
        throw SchemaError(property.pointer, "two members would be named " + member.name);
      }
      out.push_back(std::move(member));
    }
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
        lower_value(property, owner + pascal_case(wire), namer(property, stable));
    Member member{wire, member_name(wire), value.type, Presence::required, {}, {}, false};
    member.doc = property.description;
    member.default_value = property.default_value;
    member.pointer = property.pointer;
    member.history = property.history;
    const bool any = value.type.kind == Type::Kind::json;  // holds null by itself
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
    std::string name = type_name(wanted);
    define(name, schema, &stable, false);
    return name;
  }

  /// Names what lies within `place`. What the stable schema lacks as a whole is marked there, not
  /// once more within.
  NameInline namer(const Schema& place, const Schema* stable) {
    return [this, &place, stable](const Schema& schema, const std::string& name) {
      const Schema* old = stable ? counterpart(place, *stable, schema.pointer) : nullptr;
      return name_inline(schema, old ? *old : schema, name);
    };
  }

  void define_inline(const std::string& name, const Schema& schema, bool experimental,
                     Struct shape) {
    take(name, schema);
    definitions_.push_back({name, schema.description, experimental, false, schema.pointer,
                            std::move(shape), schema.history});
  }

  const Bundle& experimental_;
  const Bundle& stable_;
  std::vector<Definition> definitions_;
  std::map<std::string, std::string> names_;  // by their snake case
};

}  // namespace

Model lower(const Bundle& experimental, const Bundle& stable, const Responses& responses,
            std::string runtime_version) {
  Model model;
  model.runtime_version = std::move(runtime_version);
  model.definitions = in_order(Lowering(experimental, stable).run());
  refuse_boolean_lists(model);
  model.methods = lower_methods(experimental, stable, responses);
  return model;
}

}  // namespace codegen
