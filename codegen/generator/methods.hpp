#pragma once

#include <optional>
#include <string_view>

#include "lower.hpp"

namespace codegen {

/// Whether a definition of that name lists methods, and which.
std::optional<MethodKind> message_kind(std::string_view definition);

/// Makes definitions of params that are none: `XParams` of the method X.
void name_params(Bundle& bundle);

/// The methods of all envelopes, with their params and responses. There are notes of what is not
/// known of them.
std::vector<Method> lower_methods(const Bundle& experimental, const Bundle& stable,
                                  const Responses& responses, Notes& notes);

}  // namespace codegen
