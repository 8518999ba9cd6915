#pragma once

#include <map>
#include <string>

#include "model.hpp"

/// What breaks a program that uses the generated types: it no longer compiles, what it sends is
/// refused or means something else, or it must now set something that it could leave out before. A
/// program and its runtime move together, so changes that only affect old recordings do not count.
/// In particular:
///
/// - A removed type, member, enumerator, arm or method breaks.
/// - An added type or method does not.
/// - An added enumerator does not: enums are open, a `switch` over them warns.
/// - An added arm does not: it was `Unknown` before; a `visit` that names every arm asks for it.
/// - An added member breaks if it is required and users write the type.
/// - A changed member's type breaks, unless it is an alias of the same type.
/// - A changed member's presence: see `presence_breaks`.
/// - Another order of members breaks if users write the type: designated initialisers follow it.
/// - A changed default breaks if users write the type: leaving the member out means something else.
/// - Other params or another response of a method break, except optional params instead of none.
/// - Stable to experimental breaks: clients that did not opt in are refused.
/// - Experimental to stable does not.
/// - A type that becomes another kind (struct, enum) breaks.
namespace codegen {

/// How users use a type: one that they write must not require more, one that they read must keep
/// the same C++ interface.
struct Use {
  bool written = false;
  bool read = false;
};

/// How the types of a model are used: by the methods, directly or as parts of other types. Types
/// that no method uses may be either. Message envelopes are only read: senders name the method.
std::map<std::string, Use> uses_of(const Model& model);

bool is_required(const Member& member);

/// Whether a change of presence alone breaks. For writers of a type it breaks when a member becomes
/// required or may no longer be null; for readers, when its C++ type changes (except from
/// `std::optional` to `codex::Optional`, which has the same interface and one more state).
bool presence_breaks(const Member& before, const Member& after, Use use);

/// Whether the params of a method may change from one definition (empty: none) to another.
bool params_break(const Model& after, const std::string& old_params, const std::string& new_params);

}  // namespace codegen
