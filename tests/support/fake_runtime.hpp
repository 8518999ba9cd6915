#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <codex/config.hpp>
#include <codex/protocol/support/json.hpp>

#include "transport/memory_transport.hpp"

namespace codex::testing {

/// A runtime in this process for tests of what a client sends, and of answers that the real one
/// never gives. It answers `initialize`; set the rest with `on`. For one client.
class FakeRuntime {
 public:
  /// Gets the params (null when there are none), gives the result. Throw an RpcError to refuse.
  using Answer = std::function<Json(const Json& params)>;
  struct RpcError {
    std::int64_t code;
    std::string message;
    Json data = nullptr;
  };

  explicit FakeRuntime(std::string version = "0.169.0");
  ~FakeRuntime();
  FakeRuntime(const FakeRuntime&) = delete;
  FakeRuntime& operator=(const FakeRuntime&) = delete;

  /// Answers a method from now on. The function runs on the runtime's thread, and may keep its own
  /// state.
  void on(std::string method, Answer answer);

  /// Sends a notification; within an answer: before the response.
  void notify(std::string_view method, Json params);

  /// Sends the client a request.
  void ask(std::int64_t id, std::string_view method, Json params);

  /// Waits for the client's answer to that request, the whole message. Null if none arrives.
  [[nodiscard]] Json answer_to(std::int64_t id);

  /// How many answers the client has sent to that.
  [[nodiscard]] std::size_t answers_to(std::int64_t id) const;

  /// The process ends.
  void end();

  /// The params of the requests of this method so far.
  [[nodiscard]] std::vector<Json> asked(std::string_view method) const;

  [[nodiscard]] CodexConfig config();

 private:
  void connect(codex::detail::MemoryPeer peer);
  void serve(codex::detail::MemoryPeer& peer);
  [[nodiscard]] Json answer(const Json& request);

  mutable std::mutex mutex_;
  std::condition_variable answered_;
  std::multimap<std::int64_t, Json> client_answers_;
  std::map<std::string, std::shared_ptr<Answer>> answers_;
  std::vector<std::pair<std::string, Json>> asked_;
  std::optional<codex::detail::MemoryPeer> peer_;
  std::thread thread_;
};

}  // namespace codex::testing
