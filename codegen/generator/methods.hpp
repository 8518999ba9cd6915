#pragma once

#include <optional>
#include <string_view>

#include "lower.hpp"

namespace codegen {

/// Whether a definition of that name lists methods, and which.
std::optional<MethodKind> message_kind(std::string_view definition);

/// Turns inline params into definitions: `XParams` of the method X.
void name_params(Bundle& bundle);

/// The methods of all envelopes, with their params and responses. Unknown parts get a note.
std::vector<Method> lower_methods(const Bundle& experimental, const Bundle& stable,
                                  const Responses& responses, Notes& notes);

}  // namespace codegen
