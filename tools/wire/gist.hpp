#pragma once

#include <string>

#include "conversation.hpp"

namespace codex::wire {

/// The content of a message in a few unescaped words: not yet safe to print. Empty if its method
/// says everything.
std::string gist(const Message& message);

}  // namespace codex::wire
