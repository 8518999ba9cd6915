#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <codex/config.hpp>

#include "transport/memory_transport.hpp"

namespace codex::testing {

/// A runtime in this process that sends whatever a test wants, JSON or not. It answers
/// `initialize`, `thread/start` (thread "t") and `turn/start` (turn "u"), everything else with
/// `{}`. For one client.
class RawRuntime {
 public:
  RawRuntime();
  ~RawRuntime();
  RawRuntime(const RawRuntime&) = delete;
  RawRuntime& operator=(const RawRuntime&) = delete;

  /// Answers a method with these members of a response: `"result":{}`. Before the client asks.
  void on(std::string method, std::string members);

  /// Calls `act` before a method is answered, or afterwards, on the runtime's thread.
  void before(std::string method, std::function<void()> act);
  void after(std::string method, std::function<void()> act);

  /// Sends bytes unchanged; call it after the client has started.
  void send(std::string_view bytes) { peer_->send(bytes); }
  void send_line(std::string_view line) { peer_->send_line(line); }

  /// The next line of the client that answers a request of the runtime; empty when none comes.
  [[nodiscard]] std::string next_answer();

  /// The process ends.
  void end() { peer_->end(); }

  [[nodiscard]] CodexConfig config();

 private:
  void serve();
  void answer(const std::string& id, const std::string& method);

  std::mutex mutex_;
  std::condition_variable answered_;
  struct Said {
    std::string members = R"("result":{})";
    std::function<void()> before = {};
    std::function<void()> after = {};
  };
  std::map<std::string, Said> said_;
  std::vector<std::string> answers_;
  std::unique_ptr<codex::detail::MemoryPeer> peer_;
  std::thread thread_;
};

}  // namespace codex::testing
