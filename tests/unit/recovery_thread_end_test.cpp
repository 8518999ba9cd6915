#include <atomic>
#include <chrono>
#include <memory>

#include <doctest/doctest.h>

#include "support/messages.hpp"
#include "transport/reconnecting_transport.hpp"

namespace codex::detail {

using namespace std::chrono_literals;
using testing::soon;

TEST_CASE("a transport that was made again closes before the thread that made it ends") {
  struct Told {
    std::atomic<bool> thread_has_ended = false;
    std::atomic<bool> was_in_time = false;
  };
  static Told told;  // for the end of a thread
  struct AtThreadEnd {
    ~AtThreadEnd() { told.thread_has_ended = true; }
  };
  class Watched final : public Transport {
   public:
    bool receive(Receiver&, TimePoint) override { return false; }
    void wake() noexcept override {}
    void send(std::string_view) override {}
    void close() noexcept override { told.was_in_time = !told.thread_has_ended; }
    End end() override { return {.reason = "It ended"}; }
  };
  class Listener final : public ReconnectingTransport::Listener {
   public:
    bool cut(const Transport::End&) override { return true; }
    void connected() override { is_connected = true; }
    bool is_connected = false;
  };
  class Nobody final : public Transport::Receiver {
    void message(std::string) override {}
    void outline(std::string, std::size_t) override {}
    void noise(std::string_view) override {}
    void broken(std::string) override {}
    [[nodiscard]] std::size_t max_message_bytes() const noexcept override { return 1000; }
  } nobody;
  const auto factory = [] {
    thread_local AtThreadEnd at_end;
    (void)&at_end;
    return std::make_unique<Watched>();
  };
  const auto listener = std::make_shared<Listener>();
  ReconnectingTransport transport(factory, {.max_attempts = 9, .initial_delay = 1ms}, listener);
  while (!listener->is_connected) REQUIRE(transport.receive(nobody, soon()));
  transport.close();
  CHECK(told.thread_has_ended);
  CHECK(told.was_in_time);
}

}  // namespace codex::detail
