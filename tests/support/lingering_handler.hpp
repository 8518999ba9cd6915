#pragma once

#include <atomic>
#include <chrono>
#include <stop_token>
#include <thread>
#include <utility>

#include <codex/async.hpp>
#include <codex/errors.hpp>
#include <codex/protocol/item.hpp>

#include "support/coroutines.hpp"
#include "support/fake_runtime.hpp"
#include "task/operation.hpp"

namespace codex::testing {

/// A coroutine handler of command approvals: it waits until it is stopped, and even then does not
/// end before `end`. For one request.
class LingeringHandler {
 public:
  using Params = protocol::CommandExecutionRequestApprovalParams;
  using Response = protocol::CommandExecutionRequestApprovalResponse;

  [[nodiscard]] auto function() {
    return [this](const Params&) { return answer(); };
  }

  static void be_asked_by(FakeRuntime& runtime) {
    runtime.ask(1, "item/commandExecution/requestApproval",
                {{"threadId", "t1"}, {"turnId", "u1"}, {"itemId", "i1"}, {"startedAtMs", 1}});
  }

  /// The same, and waits until it runs, on another thread.
  [[nodiscard]] bool is_begun_by(FakeRuntime& runtime) {
    be_asked_by(runtime);
    return comes_true([this] { return is_running(); });
  }

  /// Lets it end, as soon as it has been stopped.
  void end() {
    const bool is_stopped_soon = comes_true([this] { return is_stopped(); });
    CHECK(is_stopped_soon);
    if (is_stopped_soon) may_end_(true);
  }
  /// The same, this much later: code that does not wait for it is done by then.
  void end_after(std::chrono::milliseconds time) {
    CHECK(comes_true([this] { return is_stopped(); }));
    std::this_thread::sleep_for(time);
    end();
  }

  [[nodiscard]] bool is_running() const { return is_running_; }
  [[nodiscard]] bool is_stopped() const { return is_stopped_; }
  [[nodiscard]] bool has_ended() const { return has_ended_; }

 private:
  Task<Response> answer() {
    is_running_ = true;
    try {
      co_await sleep_for(std::chrono::hours{1});
    } catch (const CancelledError&) {  // NOLINT(bugprone-empty-catch): it goes on all the same
    }
    const auto wait = [this](codex::detail::Completion<bool> completion, const std::stop_token&) {
      may_end_ = std::move(completion);
      is_stopped_ = true;
    };
    co_await codex::detail::operation<bool>(wait, {.heeds_context = false});
    has_ended_ = true;
    Response response;
    co_return response;
  }

  codex::detail::Completion<bool> may_end_;
  std::atomic<bool> is_running_ = false;
  std::atomic<bool> is_stopped_ = false;
  std::atomic<bool> has_ended_ = false;
};

}  // namespace codex::testing
