#pragma once

#include <set>
#include <string>

#include "definitions.hpp"
#include "lower.hpp"

namespace codegen {

/// The definitions that clients write and never read: params of client requests and notifications,
/// answers to server requests, and what these are made of.
std::set<std::string> written_definitions(const Definitions& definitions,
                                          const Responses& responses);

}  // namespace codegen
