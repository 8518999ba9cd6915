#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

#include <codex/handlers.hpp>

namespace codex::testing {

/// Returns when the handler's answer is no longer wanted; false if that does not happen.
inline bool wait_for_stop(const HandlerContext& context) {
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock lock(mutex);
  stopped.wait_for(lock, context.stop, std::chrono::seconds{60}, [] { return false; });
  return context.stop.stop_requested();
}

}  // namespace codex::testing
