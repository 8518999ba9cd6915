#include "transport/reconnecting_transport.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "support/messages.hpp"
#include "transport/memory_transport.hpp"

namespace codex::detail {
namespace {

using namespace std::chrono_literals;
using testing::contains;
using testing::soon;

struct Nothing final : Transport::Receiver {
  void message(std::string text) override { last = std::move(text); }
  void outline(std::string, std::size_t) override {}
  void noise(std::string_view) override {}
  void broken(std::string) override {}
  [[nodiscard]] std::size_t max_message_bytes() const noexcept override { return 1000; }
  std::string last;
};

struct Counting final : ReconnectingTransport::Listener {
  bool cut(const Transport::End&) override {
    ++cuts;
    return goes_on;
  }
  void connected() override { ++connections; }
  int cuts = 0;
  int connections = 0;
  bool goes_on = true;
};

/// A transport whose far ends the test has, or whose attempts fail.
struct ReconnectingFixture {
  std::mutex mutex;
  std::vector<MemoryPeer> peers;
  std::exception_ptr problem;
  int attempts = 0;
  Nothing receiver;
  std::shared_ptr<Counting> told = std::make_shared<Counting>();
  std::unique_ptr<ReconnectingTransport> transport;

  void make(const Reconnect& terms) {
    const auto factory = [this]() -> std::unique_ptr<Transport> {
      const std::lock_guard lock(mutex);
      ++attempts;
      if (problem) std::rethrow_exception(problem);
      auto [near, peer] = make_memory_transport();
      peers.push_back(std::move(peer));
      return std::move(near);
    };
    transport = std::make_unique<ReconnectingTransport>(factory, terms, told);
  }
  void fail_with(std::exception_ptr error) {
    const std::lock_guard lock(mutex);
    problem = std::move(error);
  }
  /// Receives until it is so; false at the end of the transport.
  template <class Condition>
  bool receive_until(Condition is_so) {
    while (!is_so()) {
      if (!transport->receive(receiver, soon())) return false;
    }
    return true;
  }
  bool cut_and_connect() {
    peers.back().end();
    const int before = told->connections;
    return receive_until([&] { return told->connections > before; });
  }
  ~ReconnectingFixture() {
    if (transport) transport->close();
  }
};

}  // namespace

TEST_CASE_FIXTURE(ReconnectingFixture, "a transport that ends is made again, and goes on") {
  make({.max_attempts = 10, .initial_delay = 1ms});
  REQUIRE(cut_and_connect());
  CHECK(told->cuts == 1);
  peers.back().send_line(R"({"a":1})");
  REQUIRE(receive_until([&] { return !receiver.last.empty(); }));
  transport->send("{\"b\":2}\n");
  CHECK(peers.back().next_line(soon()) == R"({"b":2})");
}

TEST_CASE_FIXTURE(ReconnectingFixture, "a transport whose listener does not go on ends") {
  make({.max_attempts = 10});
  told->goes_on = false;
  peers.back().end();
  CHECK_FALSE(receive_until([] { return false; }));
  CHECK(attempts == 1);
}

TEST_CASE_FIXTURE(ReconnectingFixture, "what refuses for good is not tried again, and says why") {
  make({.max_attempts = 10, .initial_delay = 1ms});
  fail_with(make_error<CodexError>("the token is wrong"));
  peers.back().end();
  CHECK_FALSE(receive_until([] { return false; }));
  CHECK(attempts == 2);
  CHECK(contains(transport->end().reason, "the token is wrong"));
}

TEST_CASE_FIXTURE(ReconnectingFixture,
                  "what is not there yet is tried again, so often and no more") {
  make({.max_attempts = 3, .initial_delay = 1ms});
  fail_with(make_error<TransportClosedError>("nobody listens"));
  peers.back().end();
  CHECK_FALSE(receive_until([] { return false; }));
  CHECK(attempts == 4);
  CHECK(contains(transport->end().reason, "nobody listens"));
}

TEST_CASE_FIXTURE(ReconnectingFixture,
                  "the attempts of connections that do not last count together") {
  make({.max_attempts = 3, .initial_delay = 1ms});
  CHECK(cut_and_connect());
  transport->settle();
  CHECK(cut_and_connect());
  transport->settle();
  CHECK(cut_and_connect());
  CHECK_FALSE(cut_and_connect());
}

TEST_CASE_FIXTURE(ReconnectingFixture, "the waits begin anew once a connection was of use") {
  // With waits that double from each cut to the next, this would take hours.
  make({.max_attempts = 1000, .initial_delay = 1ms, .max_delay = 1h});
  for (int i = 0; i < 30; ++i) {
    fail_with(make_error<TransportClosedError>("nobody listens"));
    peers.back().end();
    const int before = attempts;
    REQUIRE(receive_until([&] { return attempts > before; }));
    fail_with(nullptr);
    REQUIRE(receive_until([&] { return told->connections > i; }));
    transport->settle();
  }
}

TEST_CASE_FIXTURE(ReconnectingFixture, "a transport is given up when its time is up") {
  make({.max_attempts = 1000, .initial_delay = 1ms, .give_up_after = 20ms});
  fail_with(make_error<TransportClosedError>("nobody listens"));
  peers.back().end();
  CHECK_FALSE(receive_until([] { return false; }));
  // It could not be, or where this machine is too slow for an attempt, was not.
  CHECK(contains(transport->end().reason, "made again"));
}

}  // namespace codex::detail
