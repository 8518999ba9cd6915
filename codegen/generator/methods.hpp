#pragma once

#include <optional>
#include <string_view>

#include "lower.hpp"

namespace codegen {

/// Whether a definition of that name lists methods, and which.
std::optional<MethodKind> message_kind(std::string_view definition);

/// The methods of all envelopes, with their params and responses. Throws where the response of a
/// request is not known.
std::vector<Method> lower_methods(const Bundle& experimental, const Bundle& stable,
                                  const Responses& responses);

}  // namespace codegen
