#pragma once

#include <map>
#include <string>

#include "model.hpp"

/// What breaks a program that uses the generated types. It breaks when it no longer compiles, when
/// what it sends is refused or means something else, or when it must now say what it need not say
/// before. A program and its runtime move together, so that what only old recordings hold counts
/// for nothing. In particular:
///
/// | change                                        | breaking |
/// |-----------------------------------------------|------------------------------------------------|
/// | type, member, enumerator, arm, method removed | yes | | type, method added | no | | enumerator
/// added                              | no: enums are open, a `switch` over them warns | | arm
/// added                                     | no: it was `Unknown` before; a `visit` that    | |
/// | names every arm asks for the new one           | | member added | where it is required and
/// users write the type  | | member's type changed                         | yes, unless an alias
/// stands for the same type  | | member's presence changed                     | see
/// `presence_breaks`                          | | members in another order                      |
/// where users write the type: designated         | | | initialisers must keep to the order | |
/// default changed                               | where users write the type: leaving the member |
/// |                                               | out means something else | | a method's params
/// or response another type    | yes, but for optional params where were none   | | stable became
/// experimental                    | yes: clients that did not opt in are refused   | |
/// experimental became stable                    | no                                             |
/// | a kind of type became another (struct, enum)  | yes |
namespace codegen {

/// Which way values of a type go: a type that users write must not ask for more, one that they read
/// must not change what reading compiles to.
struct Use {
  bool written = false;
  bool read = false;
};

/// How the types of a model are used: by the methods, through all that contains them. What no
/// method uses may be either. Message envelopes are only read: who sends names the method.
std::map<std::string, Use> uses_of(const Model& model);

bool is_required(const Member& member);

/// Whether a change of presence alone breaks. Who only writes a type suffers when a member becomes
/// required or may no longer be null; who reads it, when its C++ type changes (but `std::optional`
/// to `codex::Optional`, which has the same interface and one more state, is no change for them).
bool presence_breaks(const Member& before, const Member& after, Use use);

/// Whether the params of a method may change from one definition (empty: none) to another.
bool params_break(const Model& after, const std::string& old_params, const std::string& new_params);

}  // namespace codegen
