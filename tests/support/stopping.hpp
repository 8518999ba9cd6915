#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

#include <codex/handlers.hpp>

namespace codex::testing {

/// Returns when nobody wants the handler's answer any more; false when that does not happen.
inline bool wait_for_stop(const HandlerContext& context) {
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock lock(mutex);
  stopped.wait_for(lock, context.stop, std::chrono::seconds{20}, [] { return false; });
  return context.stop.stop_requested();
}

}  // namespace codex::testing
