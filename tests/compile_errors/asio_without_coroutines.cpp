// expect: Asio finds no coroutines here: for clang, compile with -DASIO_HAS_CO_AWAIT
// A compiler in which Asio finds no coroutines, such as clang with Asio before 1.24, is told which
// macro helps.

#ifndef RIGHT
#define ASIO_DISABLE_CO_AWAIT
#elif defined(__clang__)
#define ASIO_HAS_CO_AWAIT
#endif

#include <codex/async/asio.hpp>

codex::Executor executor_of(asio::any_io_executor executor) {
  return codex::asio_executor(std::move(executor));
}
