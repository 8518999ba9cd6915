#include <atomic>
#include <cerrno>
#include <chrono>
#include <climits>
#include <cstddef>
#include <dlfcn.h>
#include <functional>
#include <optional>
#include <pthread.h>
#include <stdexcept>
#include <string>
#include <thread>

#include <doctest/doctest.h>

#include <codex/async.hpp>
#include <codex/codex.hpp>
#include <codex/testing.hpp>

#include "support/messages.hpp"
#include "support/processes.hpp"

namespace {

/// How many threads the system still has.
std::atomic<int> threads_left = INT_MAX;

}  // namespace

// A limit of the system (RLIMIT_NPROC) does not bind root, and cannot be set for one thread more.
// So this program has a pthread_create of its own, which passes on to the C library's. The
// sanitizers have one already: their builds leave this file out.
extern "C" {
int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*start)(void*),
                   void* argument) {
  if (threads_left.fetch_sub(1) <= 0) return EAGAIN;
  using Create = int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
  static const auto real = reinterpret_cast<Create>(::dlsym(RTLD_NEXT, "pthread_create"));
  return real(thread, attributes, start, argument);
}
}

namespace codex::testing {
namespace {

/// Lets so many threads be started and no more, as long as it lives.
class ThreadLimit {
 public:
  explicit ThreadLimit(int count) { threads_left = count; }
  ~ThreadLimit() { threads_left = INT_MAX; }
  ThreadLimit(const ThreadLimit&) = delete;
  ThreadLimit& operator=(const ThreadLimit&) = delete;
};

/// The kernel lists a thread for a moment after it was joined.
bool comes_down_to(std::ptrdiff_t threads) {
  const auto deadline = soon();
  while (running_threads() > threads) {
    if (codex::detail::Clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

/// Does it with ever more threads until they are enough. Each time before, it must throw an E and
/// leave nothing behind. Returns how many it took.
template <class E>
int threads_for(const std::function<void()>& act, int most = 200) {
  act();  // what is made once is there
  const auto threads = running_threads();
  const auto descriptors = open_descriptors();
  for (int count = 0; count <= most; ++count) {
    CAPTURE(count);
    std::optional<std::string> problem;
    {
      const ThreadLimit limit(count);
      try {
        act();
      } catch (const E& error) {
        problem = error.what();
      }
    }
    CHECK(comes_down_to(threads));
    CHECK(open_descriptors() == descriptors);
    if (!problem) return count;
    CAPTURE(*problem);
    CHECK_FALSE(problem->empty());
  }
  return most + 1;
}

}  // namespace

TEST_CASE("a mock model for which there are too few threads is an error, and leaves nothing") {
  const int needed = threads_for<std::runtime_error>([] {
    MockModel mock;
    mock.reply("hi");
  });
  CHECK(needed > 64);
  CHECK(needed < 100);
  const ThreadLimit limit(10);
  CHECK(contains(message_of<std::runtime_error>([] { MockModel mock; }), "there is no thread"));
}

TEST_CASE("a client for which there is no thread is an error, and leaves nothing") {
  ScriptedServer server;
  const int needed = threads_for<CodexError>([&] { Codex codex(server.memory_config()); });
  CHECK(needed == 2);  // the client's and the server's
  const ThreadLimit limit(0);
  CHECK(contains(message_of<CodexError>([&] { Codex codex(server.memory_config()); }),
                 "there is no thread"));
}

TEST_CASE("so it is for the async client, at its start and at its end") {
  ScriptedServer server;
  server.on("ping", Answer{}.result());
  const auto use = [&] {
    AsyncCodex codex(server.memory_config());
    (void)sync_wait(codex.metadata());
    sync_wait(codex.close());
  };
  CHECK(threads_for<CodexError>(use) > 2);
  // A client that could not be closed in the background is closed by its end.
  AsyncCodex codex(server.memory_config());
  (void)sync_wait(codex.metadata());
  {
    const ThreadLimit limit(0);
    CHECK(contains(message_of<CodexError>([&] { sync_wait(codex.close()); }), "close the client"));
  }
  CHECK(sync_wait(codex.request("ping", Json::object())).is_object());
}

TEST_CASE("a scripted server for which there is no thread is an error, and the next try works") {
  const auto use = [] {
    ScriptedServer server;
    CodexConfig config = server.config();
    Codex codex(std::move(config));
  };
  CHECK(threads_for<std::runtime_error>(use) >= 3);
  ScriptedServer server;
  {
    const ThreadLimit limit(0);
    CHECK(contains(message_of<std::runtime_error>([&] { (void)server.config(); }),
                   "there is no thread"));
  }
  Codex codex(server.config());
  CHECK(codex.metadata().user_agent.size() > 0);
}

TEST_CASE("a wait of a coroutine for which there is no thread is an error") {
  const auto nap = [] { sync_wait(codex::sleep_for(std::chrono::milliseconds{1})); };
  CHECK(threads_for<CodexError>(nap) <= 1);
}

TEST_CASE("a request of the runtime for whose handler there is no thread is refused") {
  ScriptedServer server;
  server.on("turn/start", Answer{}.turn("done"));
  std::atomic<int> calls = 0;
  CodexConfig config = server.memory_config();
  config.handlers.other = [&](const std::string&, const Json&) {
    ++calls;
    return Json::object();
  };
  Codex codex(std::move(config));
  server.on("ask", Answer{}.ask("new/request").result());
  {
    const ThreadLimit limit(0);
    CHECK(codex.request("ask").is_object());
  }
  CHECK(calls == 0);
  CHECK(codex.request("ask").is_object());
  codex.close();
  CHECK(calls == 1);
}

}  // namespace codex::testing
