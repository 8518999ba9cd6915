#include <codex/async/when.hpp>

namespace codex::detail {

void throw_timed_out(std::chrono::milliseconds time, std::exception_ptr cancelled) {
  try {
    std::rethrow_exception(std::move(cancelled));
  } catch (const CancelledError& error) {
    throw TimeoutError("Timed out after " + std::to_string(time.count()) + " ms. " + error.what(),
                       error);
  }
}

}  // namespace codex::detail
