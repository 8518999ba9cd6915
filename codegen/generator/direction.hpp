#pragma once

#include <set>
#include <string>

#include "definitions.hpp"
#include "lower.hpp"

namespace codegen {

/// Whether clients write or read the values of definitions. Some are both.
struct Direction {
  /// The params of client requests and notifications, responses to server requests, and their
  /// parts.
  std::set<std::string> written;
  /// Everything else that clients read or may read, and its parts.
  std::set<std::string> read;
};
Direction direction_of(const Definitions& definitions, const Responses& responses);

}  // namespace codegen
