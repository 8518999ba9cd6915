#pragma once

#include <chrono>
#include <string>

#include <codex/testing/gate.hpp>

/// The steps that a scripted model and a scripted runtime share.
namespace codex::testing::detail {

/// Waits until the gate is opened.
struct Hold {
  Gate gate;
};
struct Pause {
  std::chrono::milliseconds time;
};
/// Sends bytes unchanged.
struct RawBytes {
  std::string bytes;
};

}  // namespace codex::testing::detail
