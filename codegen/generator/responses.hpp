#pragma once

#include "lower.hpp"

namespace codegen {

/// Sets the response of each request of `methods`, which already have their params: the one in
/// responses.json; that of its params (`XParams -> XResponse`); else, as a guess, a response that
/// no other method uses and whose name matches the method's; else any JSON. Each guess and each
/// unknown response gets a note.
void find_responses(std::vector<Method>& methods, const Bundle& bundle, const Responses& listed,
                    Notes& notes);

}  // namespace codegen
