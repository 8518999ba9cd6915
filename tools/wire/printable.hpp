#pragma once

#include "text/printable.hpp"

namespace codex::wire {

using detail::printable;

}  // namespace codex::wire
