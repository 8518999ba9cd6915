#pragma once

#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include <codex/errors.hpp>

namespace codex::detail {

/// Starts a thread. Throws CodexError where the system has none left; `purpose` completes its text:
/// "Cannot close the client: ...".
template <class Work>
[[nodiscard]] std::thread start_thread(std::string_view purpose, Work&& work) {
  try {
    return std::thread(std::forward<Work>(work));
  } catch (const std::system_error& error) {
    throw CodexError("Cannot " + std::string(purpose) +
                     ": there is no thread for it: " + error.what());
  }
}

}  // namespace codex::detail
