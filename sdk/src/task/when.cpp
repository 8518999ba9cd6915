#include <codex/async/when.hpp>

namespace codex::detail {

void throw_timed_out(std::chrono::milliseconds time, std::exception_ptr cancelled) {
  try {
    std::rethrow_exception(std::move(cancelled));
  } catch (const CancelledError& error) {
    const std::string what =
        "Timed out after " + std::to_string(time.count()) + " ms. " + std::string(error.what());
    if (error.shared_collected()) throw TimeoutError(what, error.shared_collected());
    throw TimeoutError(what, error.was_sent());
  }
}

}  // namespace codex::detail
