#pragma once

#include <set>
#include <string>

#include "definitions.hpp"
#include "lower.hpp"

namespace codegen {

/// Which way the values of definitions go. Some go both ways.
struct Direction {
  /// The params of client requests and notifications, answers to server requests, and what these
  /// are made of.
  std::set<std::string> written;
  /// Anything else, which clients read or may read, and what that is made of.
  std::set<std::string> read;
};
Direction direction_of(const Definitions& definitions, const Responses& responses);

}  // namespace codegen
