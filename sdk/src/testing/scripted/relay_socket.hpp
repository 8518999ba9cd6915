#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "testing/scripted/channel.hpp"

namespace codex::testing::detail {

/// A connection to one `codex-scripted-server`. For one thread, except `shutdown`.
class RelaySocket {
 public:
  virtual ~RelaySocket() = default;

  /// False if the deadline passes first.
  virtual bool wait_readable(TimePoint deadline) = 0;

  /// How many bytes came, without waiting if it is readable; 0 once the process has no more.
  virtual std::size_t receive(std::span<char> buffer) = 0;

  /// Blocks while the process does not read; `shutdown` ends that. False once it is gone.
  virtual bool send(std::string_view bytes) = 0;

  /// The other functions return at once from now on. Any thread.
  virtual void shutdown() noexcept = 0;
};

}  // namespace codex::testing::detail
