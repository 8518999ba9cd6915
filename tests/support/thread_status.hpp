#pragma once

#include <chrono>

#include <codex/errors.hpp>
#include <codex/protocol/support/json.hpp>

#include "support/messages.hpp"

namespace codex::testing {

/// Whether the runtime says that the thread does nothing. While a first turn begins it may find the
/// thread's file still empty, which is an error of its own.
template <class Codex, class Thread>
bool is_idle(Codex& codex, const Thread& thread) {
  try {
    const Json read = codex.request("thread/read", {{"threadId", thread.id()}});
    return read.at("thread").at("status").at("type") == "idle";
  } catch (const InternalRpcError& error) {
    if (!contains(error.what(), "is empty")) throw;
    return false;
  }
}

/// The same, within a reasonable time.
template <class Codex, class Thread>
bool becomes_idle(Codex& codex, const Thread& thread) {
  const auto deadline = soon();
  while (std::chrono::steady_clock::now() < deadline) {
    if (is_idle(codex, thread)) return true;
  }
  return false;
}

}  // namespace codex::testing
