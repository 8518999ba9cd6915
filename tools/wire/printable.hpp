#pragma once

#include "wire/printable.hpp"

namespace codex::wire {

using detail::printable;

}  // namespace codex::wire
