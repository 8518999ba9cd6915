#pragma once

#include <string>

#include "conversation.hpp"

namespace codex::wire {

/// What a message says, in a few words as they came: not yet safe to print. Empty where its method
/// says it all.
std::string gist(const Message& message);

}  // namespace codex::wire
