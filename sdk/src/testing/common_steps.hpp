#pragma once

#include <chrono>
#include <string>

#include <codex/testing/gate.hpp>

/// What a scripted model and a scripted runtime can both do.
namespace codex::testing::detail {

/// Waits until the gate is opened.
struct Hold {
  Gate gate;
};
struct Pause {
  std::chrono::milliseconds time;
};
/// Sends bytes as they are.
struct RawBytes {
  std::string bytes;
};

}  // namespace codex::testing::detail
