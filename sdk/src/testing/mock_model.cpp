#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <codex/protocol/support/nesting.hpp>
#include <codex/testing.hpp>

#include "task/wait_until.hpp"
#include "testing/loopback_server.hpp"
#include "testing/request_record.hpp"
#include "testing/runtime_home.hpp"
#include "testing/script.hpp"
#include "testing/sse.hpp"

namespace codex::testing {

namespace {

using detail::HttpAnswer;
using detail::HttpRequest;
using detail::HttpStream;

ModelRequest to_model_request(HttpRequest request) {
  Json body = protocol::detail::parse_or_discard(request.body);
  if (body.is_discarded()) body = nullptr;
  return {std::move(request.method), std::move(request.path), std::move(request.headers),
          std::move(body)};
}

HttpAnswer error_answer(int status, const std::string& message) {
  const Json body = {{"error", {{"type", "mock_model_error"}, {"message", message}}}};
  return {.status = status, .body = body.dump()};
}

/// The runtime retries no 400, and the turn's error is its body, word for word. Of a 500 it would
/// say that the model has much to do.
HttpAnswer explain(std::string sentence) {
  return {.status = 400, .content_type = "text/plain", .body = std::move(sentence)};
}

HttpAnswer models_answer(const std::string& model) {
  const Json entry = {{"id", model}, {"object", "model"}, {"created", 0}, {"owned_by", "mock"}};
  return {.body = Json{{"object", "list"}, {"data", Json::array({entry})}}.dump()};
}

HttpAnswer answer_for(const detail::HttpError& error) {
  if (!error.body.is_string()) {
    return {.status = error.status, .body = error.body.dump(), .headers = error.headers};
  }
  return {.status = error.status, .body = error.body.get<std::string>(), .headers = error.headers};
}

/// False if `stop` was requested first.
bool pause(std::chrono::milliseconds time, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  const auto deadline = codex::detail::deadline_after(codex::detail::Clock::now(), time);
  while (!stop.stop_requested() && codex::detail::Clock::now() < deadline) {
    const auto latest = codex::detail::Clock::now() + std::chrono::hours{1};
    never.wait_until(lock, stop, std::min(deadline, latest), [] { return false; });
  }
  return !stop.stop_requested();
}

/// Runs the steps in order; false if the connection must be dropped.
class Player {
 public:
  Player(HttpStream& client, std::stop_token stop) : client_(client), stop_(std::move(stop)) {}

  bool play(const std::vector<detail::StreamStep>& steps) {
    for (const detail::StreamStep& step : steps) {
      if (stop_.stop_requested()) return false;
      if (!std::visit([this](const auto& s) { return this->run(s); }, step)) return false;
    }
    return true;
  }

 private:
  bool run(const detail::Send& step) { return client_.write(step.bytes); }
  bool run(const detail::Pause& step) { return pause(step.time, stop_); }
  static bool run(const detail::Cut&) { return false; }
  bool run(const detail::Hold& step) {
    return step.gate.pass(stop_, [this] { return client_.client_is_there(); });
  }

  HttpStream& client_;
  std::stop_token stop_;
};

}  // namespace

struct MockModel::Impl {
  explicit Impl(MockModelOptions o)
      : options(std::move(o)),
        home(options.home),
        requests(options.max_requests, options.max_request_bytes),
        other_requests(options.max_requests, options.max_request_bytes),
        server([this](const HttpRequest& request) { return answer(request); }) {
    home.write_config(options, url());
  }
  ~Impl() { stop(); }
  Impl(const Impl&) = delete;
  Impl(Impl&&) = delete;
  Impl& operator=(const Impl&) = delete;
  Impl& operator=(Impl&&) = delete;

  HttpAnswer answer(const HttpRequest& http) {
    ModelRequest request = to_model_request(http);
    if (request.method == "POST" && request.path == "/v1/responses") {
      return respond(request, http.body.size());
    }
    const bool asks_for_models = request.method == "GET" && request.path == "/v1/models";
    record_other(std::move(request), http.body.size());
    if (asks_for_models) return models_answer(options.model);
    return error_answer(404, "the mock model has no such path");
  }

  HttpAnswer respond(const ModelRequest& request, std::size_t bytes) {
    std::optional<Reply> reply;
    std::function<Reply(const ModelRequest&)> handler;
    {
      const std::lock_guard lock(mutex);
      // Taken before the request is visible: a reply that is added in reaction to it is for the
      // next one.
      if (!replies.empty()) {
        reply = std::move(replies.front());
        replies.pop_front();
      }
      handler = on_request;
      requests.add(request, bytes);
      requests_changed.notify_all();
    }
    if (!reply && handler) return answer_by(handler, request);
    if (!reply) {
      return explain(
          "MockModel has no queued reply for this request: call reply() once for each "
          "request, or set on_request().");
    }
    return perform(*reply->script_);
  }

  HttpAnswer answer_by(const std::function<Reply(const ModelRequest&)>& handler,
                       const ModelRequest& request) {
    std::optional<Reply> reply;
    try {
      reply = handler(request);
    } catch (const std::exception& error) {
      return explain(std::string("The on_request() function of MockModel threw: ") + error.what());
    } catch (...) {
      return explain(
          "The on_request() function of MockModel threw something that is no exception.");
    }
    return perform(*reply->script_);
  }

  HttpAnswer perform(const detail::Script& script) {
    if (const auto* error = std::get_if<detail::HttpError>(&script.ending)) {
      return answer_for(*error);
    }
    const std::lock_guard lock(mutex);
    return {.content_type = "text/event-stream",
            .stream = [steps = detail::lay_out(script, ids), stop = stopping.get_token()](
                          HttpStream& client) { return Player(client, stop).play(steps); }};
  }

  void record_other(ModelRequest request, std::size_t bytes) {
    const std::lock_guard lock(mutex);
    other_requests.add(std::move(request), bytes);
  }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(server.port()); }

  void stop() noexcept {
    stopping.request_stop();
    server.stop();
  }

  const MockModelOptions options;
  detail::RuntimeHome home;

  std::mutex mutex;  // Guards everything down to `ids`.
  std::condition_variable requests_changed;
  std::deque<Reply> replies;
  std::function<Reply(const ModelRequest&)> on_request;
  detail::RequestRecord requests;
  detail::RequestRecord other_requests;
  detail::IdCounter ids;

  std::stop_source stopping;
  detail::LoopbackServer server;  // Last: its threads use all of the above.
};

MockModel::MockModel(MockModelOptions options)
    : impl_(std::make_unique<Impl>(std::move(options))) {}
MockModel::MockModel(MockModel&&) noexcept = default;
MockModel& MockModel::operator=(MockModel&&) noexcept = default;
MockModel::~MockModel() = default;

void MockModel::reply(const Reply& reply) {
  const std::lock_guard lock(impl_->mutex);
  impl_->replies.push_back(reply);
}

void MockModel::on_request(std::function<Reply(const ModelRequest&)> answer) {
  const std::lock_guard lock(impl_->mutex);
  impl_->on_request = std::move(answer);
}

std::size_t MockModel::pending_replies() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->replies.size();
}

std::vector<ModelRequest> MockModel::requests() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->requests.requests();
}

ModelRequest MockModel::last_request() const {
  const std::lock_guard lock(impl_->mutex);
  const ModelRequest* const last = impl_->requests.last();
  if (last == nullptr) throw std::out_of_range("the mock model was not asked anything");
  return *last;
}

std::vector<ModelRequest> MockModel::other_requests() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->other_requests.requests();
}

std::uint64_t MockModel::dropped_requests() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->requests.dropped() + impl_->other_requests.dropped();
}

bool MockModel::wait_for_requests(std::size_t count, std::chrono::milliseconds timeout) const {
  std::unique_lock lock(impl_->mutex);
  const auto deadline = codex::detail::deadline_after(codex::detail::Clock::now(), timeout);
  return codex::detail::wait_until(impl_->requests_changed, lock, deadline,
                                   [this, count] { return impl_->requests.count() >= count; });
}

CodexConfig MockModel::config() const { return impl_->home.config(); }

std::string MockModel::url() const { return impl_->url(); }

std::filesystem::path MockModel::codex_home() const { return impl_->home.codex_home(); }

std::filesystem::path MockModel::workspace() const { return impl_->home.workspace(); }

void MockModel::stop() noexcept { impl_->stop(); }

}  // namespace codex::testing
