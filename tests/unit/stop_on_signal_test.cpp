// SIGINT and SIGTERM are doctest's here, so most of these take SIGUSR1 and SIGUSR2.

#include <atomic>
#include <csetjmp>
#include <csignal>
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include <codex/async.hpp>
#include <codex/codex.hpp>

#include "support/in_child.hpp"
#include "support/messages.hpp"
#include "support/processes.hpp"

using codex::StopOnSignal;
using codex::testing::all_well;
using codex::testing::error_of;
using codex::testing::in_child;

namespace {

constexpr int ended_by = 1000;  // and the signal, as in_child says it

/// Waits for the stop, with a deadline.
bool stops(const std::stop_token& token) {
  try {
    codex::sync_wait(codex::sleep_for(std::chrono::seconds{20}, token));
    return false;
  } catch (const codex::CancelledError&) {
    return true;
  }
}

bool becomes_true(const std::function<bool()>& condition) {
  const auto deadline = codex::testing::soon();
  while (!condition() && codex::detail::Clock::now() < deadline) std::this_thread::yield();
  return condition();
}

std::atomic<int> own_calls = 0;
void own_handler(int) { ++own_calls; }

std::atomic<int> own_sender = 0;
void own_detailed_handler(int, siginfo_t* info, void*) { own_sender = info->si_pid; }

struct sigaction before_chaining;
std::atomic<int> chaining_calls = 0;
void chaining_handler(int signal, siginfo_t* info, void* context) {
  ++chaining_calls;
  before_chaining.sa_sigaction(signal, info, context);
}

/// What the program itself does on a signal, until the end of the test.
class OwnAction {
 public:
  OwnAction(int signal, void (*handler)(int)) : signal_(signal) {
    struct sigaction action {};
    action.sa_handler = handler;
    ::sigaction(signal, &action, &before_);
  }
  OwnAction(int signal, void (*handler)(int, siginfo_t*, void*)) : signal_(signal) {
    struct sigaction action {};
    action.sa_sigaction = handler;
    action.sa_flags = SA_SIGINFO;
    ::sigaction(signal, &action, &before_);
  }
  OwnAction(const OwnAction&) = delete;
  OwnAction& operator=(const OwnAction&) = delete;
  ~OwnAction() { ::sigaction(signal_, &before_, nullptr); }

 private:
  int signal_;
  struct sigaction before_ {};
};

bool is_handled_by_own(int signal) {
  struct sigaction action {};
  ::sigaction(signal, nullptr, &action);
  return (action.sa_flags & SA_SIGINFO) == 0 && action.sa_handler == own_handler;
}

}  // namespace

TEST_CASE("the first signal stops what has the token, and is named") {
  const StopOnSignal stop{SIGUSR1, SIGUSR2};
  CHECK_FALSE(stop.token().stop_requested());
  CHECK(stop.signal() == 0);
  std::jthread sender([] { ::kill(::getpid(), SIGUSR2); });
  CHECK(stops(stop.token()));
  CHECK(stop.signal() == SIGUSR2);
}

TEST_CASE("a second signal does what it did before: it ends a program that had no handler") {
  const auto second = [](int signal) {
    return in_child([signal] {
      const StopOnSignal stop{SIGUSR1, SIGUSR2};
      ::raise(SIGUSR1);
      if (!stops(stop.token())) return 1;
      ::raise(signal);
      return 2;
    });
  };
  CHECK(second(SIGUSR1) == ended_by + SIGUSR1);
  CHECK(second(SIGUSR2) == ended_by + SIGUSR2);  // a kill after Ctrl-C
}

TEST_CASE("a signal that the program ignored is ignored again after the first") {
  const OwnAction ignored(SIGUSR2, SIG_IGN);
  const StopOnSignal stop{SIGUSR2};
  ::raise(SIGUSR2);
  CHECK(stops(stop.token()));
  ::raise(SIGUSR2);  // ends nothing
}

TEST_CASE("the program's own handler is called each time, and is back at the end") {
  const OwnAction own(SIGUSR2, own_handler);
  own_calls = 0;
  {
    const StopOnSignal stop{SIGUSR2};
    CHECK_FALSE(is_handled_by_own(SIGUSR2));
    ::raise(SIGUSR2);
    CHECK(own_calls == 1);
    CHECK(stops(stop.token()));
    ::raise(SIGUSR2);
    CHECK(own_calls == 2);
  }
  CHECK(is_handled_by_own(SIGUSR2));
  ::raise(SIGUSR2);
  CHECK(own_calls == 3);
}

TEST_CASE("a handler that takes details gets them") {
  const OwnAction own(SIGUSR2, own_detailed_handler);
  own_sender = 0;
  const StopOnSignal stop{SIGUSR2};
  ::kill(::getpid(), SIGUSR2);
  CHECK(stops(stop.token()));
  CHECK(own_sender == ::getpid());
}

TEST_CASE("a handler that the program installed since stays") {
  const OwnAction before(SIGUSR2, SIG_DFL);
  std::optional<StopOnSignal> stop{std::in_place, std::initializer_list<int>{SIGUSR2}};
  const OwnAction own(SIGUSR2, own_handler);
  stop.reset();
  CHECK(is_handled_by_own(SIGUSR2));
}

TEST_CASE("a handler installed since may call the one before it") {
  const OwnAction before(SIGUSR2, own_handler);
  own_calls = chaining_calls = 0;
  const StopOnSignal stop{SIGUSR2};
  ::sigaction(SIGUSR2, nullptr, &before_chaining);
  const OwnAction own(SIGUSR2, chaining_handler);
  SUBCASE("as it is") {
    ::raise(SIGUSR2);
    CHECK(stops(stop.token()));
    CHECK(own_calls == 1);
  }
  SUBCASE("and another object comes on top, which calls it in turn") {
    const StopOnSignal other{SIGUSR2};
    ::raise(SIGUSR2);
    CHECK(stops(stop.token()));
    CHECK(stops(other.token()));
  }
  CHECK(chaining_calls == 1);
}

TEST_CASE(
    "a handler installed since keeps calling the one before it, with objects that come and go") {
  const OwnAction before(SIGUSR2, own_handler);
  std::optional<StopOnSignal> first{std::in_place, std::initializer_list<int>{SIGUSR2}};
  ::sigaction(SIGUSR2, nullptr, &before_chaining);
  const OwnAction own(SIGUSR2, chaining_handler);
  first.reset();
  const StopOnSignal second{SIGUSR2};
  own_calls = chaining_calls = 0;
  ::raise(SIGUSR2);
  CHECK(stops(second.token()));
  CHECK(chaining_calls == 1);
  CHECK(own_calls == 1);
}

TEST_CASE("a signal stops although a handler of another one runs, or has left by longjmp") {
  const OwnAction own(SIGUSR1, [](int) { ::raise(SIGUSR2); });
  const OwnAction ignored(SIGUSR2, SIG_IGN);
  const StopOnSignal one{SIGUSR1};
  const StopOnSignal two{SIGUSR2};
  ::raise(SIGUSR1);
  CHECK(stops(one.token()));
  CHECK(stops(two.token()));
  CHECK(in_child([] {
          static sigjmp_buf back;
          const OwnAction leaves(SIGUSR2, [](int) { ::siglongjmp(back, 1); });
          const StopOnSignal stop{SIGUSR2};
          static volatile int left = 0;
          if (sigsetjmp(back, 1) != 0) left = left + 1;
          if (left < 3) ::raise(SIGUSR2);
          return left == 3 && stops(stop.token()) ? all_well : 1;
        }) == all_well);
}

TEST_CASE("a handler for one signal only is called once, and the default is back") {
  CHECK(in_child([] {
          struct sigaction once {};
          once.sa_handler = own_handler;
          own_calls = 0;
          once.sa_flags = static_cast<int>(SA_RESETHAND);
          ::sigaction(SIGUSR2, &once, nullptr);
          const StopOnSignal stop{SIGUSR2};
          ::raise(SIGUSR2);
          if (!stops(stop.token()) || own_calls != 1) return 1;
          ::raise(SIGUSR2);
          return 2;
        }) == ended_by + SIGUSR2);
}

TEST_CASE("an object may end while another one lives") {
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < 2; ++thread) {
    threads.emplace_back([&] {
      for (int round = 0; round < 300; ++round) {
        const StopOnSignal stop{SIGUSR2};
        if (round % 7 == 0) std::this_thread::sleep_for(std::chrono::microseconds{50});
      }
    });
  }
}

TEST_CASE("each of several objects is stopped, and the last puts back what was there") {
  const OwnAction own(SIGUSR2, own_handler);
  std::optional<StopOnSignal> first{std::in_place, std::initializer_list<int>{SIGUSR2}};
  {
    const StopOnSignal second{SIGUSR1, SIGUSR2};
    ::raise(SIGUSR2);
    CHECK(stops(first->token()));
    CHECK(stops(second.token()));
  }
  CHECK_FALSE(is_handled_by_own(SIGUSR2));
  const StopOnSignal third{SIGUSR2};
  first.reset();
  CHECK_FALSE(third.token().stop_requested());
  ::raise(SIGUSR2);
  CHECK(stops(third.token()));
}

TEST_CASE("an object that has stopped leaves the next signal to one that has not") {
  const OwnAction own(SIGUSR2, SIG_DFL);
  const StopOnSignal first{SIGUSR2};
  ::raise(SIGUSR2);
  REQUIRE(stops(first.token()));
  const StopOnSignal second{SIGUSR2};
  ::raise(SIGUSR2);
  CHECK(stops(second.token()));
}

TEST_CASE("an object may end within what its stop calls") {
  auto stop = std::make_unique<StopOnSignal>(std::initializer_list<int>{SIGUSR2});
  const auto token = stop->token();
  std::atomic<bool> ended = false;
  const std::stop_callback callback(token, [&] {
    stop.reset();
    ended = true;
  });
  ::raise(SIGUSR2);
  CHECK(becomes_true([&] { return ended.load(); }));
  // The next one has a thread as well.
  const StopOnSignal next{SIGUSR2};
  ::raise(SIGUSR2);
  CHECK(stops(next.token()));
}

TEST_CASE("a child of fork has the program's own handlers, and may listen itself") {
  const OwnAction own(SIGUSR2, SIG_DFL);
  const StopOnSignal stop{SIGUSR2};
  CHECK(in_child([] {
          ::raise(SIGUSR2);
          return all_well;
        }) == ended_by + SIGUSR2);
  CHECK(in_child([] {
          const StopOnSignal its_own{SIGUSR2};
          ::raise(SIGUSR2);
          return stops(its_own.token()) ? all_well : 1;
        }) == all_well);
  CHECK_FALSE(stop.token().stop_requested());
  ::raise(SIGUSR2);
  CHECK(stops(stop.token()));
}

TEST_CASE("signals that cannot ask for a stop are refused, and so is none") {
  for (const int signal : {SIGKILL, SIGSTOP, SIGSEGV, SIGABRT, SIGCHLD, SIGTSTP, 0, -1, NSIG}) {
    CAPTURE(signal);
    const auto error = error_of<codex::CodexError>([&] { const StopOnSignal stop{signal}; });
    REQUIRE(error);
    CHECK(std::string(error->what()).find(std::to_string(signal)) != std::string::npos);
  }
  CHECK(error_of<codex::CodexError>([] { const StopOnSignal stop(std::initializer_list<int>{}); }));
}

TEST_CASE("listening again and again leaves no thread and no descriptor") {
  { const StopOnSignal first{SIGUSR2}; }
  const auto threads = codex::testing::running_threads();
  const auto descriptors = codex::testing::open_descriptors();
  for (int round = 0; round < 100; ++round) const StopOnSignal stop{SIGUSR1, SIGUSR2};
  CHECK(codex::testing::open_descriptors() == descriptors);
  CHECK(becomes_true([&] { return codex::testing::running_threads() <= threads; }));
}

TEST_CASE("objects and signals of many threads do not disturb each other") {
  const OwnAction own(SIGUSR2, own_handler);
  std::vector<std::jthread> threads;
  std::atomic<int> stopped = 0;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      for (int round = 0; round < 50; ++round) {
        const StopOnSignal stop{SIGUSR2};
        ::raise(SIGUSR2);
        if (stops(stop.token())) ++stopped;
      }
    });
  }
  threads.clear();
  CHECK(stopped == 200);
  CHECK(is_handled_by_own(SIGUSR2));
}
