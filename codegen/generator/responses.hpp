#pragma once

#include "lower.hpp"

namespace codegen {

/// Gives each request of `methods`, which have their params, its response: the one that
/// responses.json lists; that of its params (`XParams -> XResponse`); else a response that nothing
/// else has and whose name says the same as the method's, which is a guess; else any JSON. There is
/// a note of each guess and of each that is not known.
void find_responses(std::vector<Method>& methods, const Bundle& bundle, const Responses& listed,
                    Notes& notes);

}  // namespace codegen
