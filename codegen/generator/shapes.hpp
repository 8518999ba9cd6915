#pragma once

#include <optional>
#include <string>
#include <vector>

#include "schema.hpp"

/// Questions about the shape of a schema, for the recognisers of lower.cpp.
namespace codegen {

/// Whether two schemas take the same values: equal except for texts for people.
bool same_values(const Schema& a, const Schema& b);

/// Whether one of the alternatives is null, and the schema without it.
bool has_null_arm(const Schema& schema);
Schema without_null_arm(const Schema& schema);
/// Whether it takes only null.
bool is_only_null(const Schema& schema);

struct EnumValue {
  std::string wire;
  std::string doc;
  HistoryMark history = {};
};

/// The values of a string enum, also one written as a union of enums; empty if it is none.
std::vector<EnumValue> enum_values(const Schema& schema);

/// The member whose single literal distinguishes all alternatives.
std::optional<std::string> literal_tag(const Schema& schema);

/// The alternative with that literal, or that only key.
const Schema* tagged_branch(const Schema& schema, std::string_view tag, std::string_view value);
const Schema* keyed_branch(const Schema& schema, std::string_view key);

/// serde's external tagging: strings, objects of a single required key, at most one catch-all.
bool is_externally_tagged(const Schema& schema);

/// Only its strings, as a union of enums.
Schema string_arms(const Schema& schema);

/// "Any other string or object": what `Unknown` is for.
bool is_catch_all(const Schema& schema);

/// Whether all alternatives are objects that differ in one required member each.
bool differ_in_one_member(const Schema& schema);
bool in_all_branches(const Schema& schema, std::string_view property);

/// The object with the members of its alternatives folded in as optional ones: members that differ
/// become any JSON, with a note, and so does an alternative that is no plain object.
Schema fold_alternatives(const Schema& schema, Notes& notes);

/// The alternatives with each property either next to them or within them, not both: within, if all
/// alternatives have it.
Schema with_properties_once(const Schema& schema, Notes& notes);

/// The alternatives that are messages: objects with a single literal as `method`.
std::vector<const Schema*> messages_of(const Schema& envelope);

/// The object's property of that name, its own or that of one of its alternatives.
const Schema* any_property(const Schema& schema, std::string_view name);

/// The schema in `other` at the position that `pointer` has in `place`; nullptr if there is none.
const Schema* counterpart(const Schema& place, const Schema& other, const std::string& pointer);

/// The first required property in the schema's order.
std::string first_required(const Schema& schema);

/// Says which alternatives cannot be distinguished by their shape, if any.
std::optional<std::string> indistinct_arms(const Schema& schema, const Bundle& bundle);

}  // namespace codegen
