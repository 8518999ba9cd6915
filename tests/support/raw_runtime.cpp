#include "support/raw_runtime.hpp"

#include <chrono>
#include <utility>

#include <codex/protocol/support/json.hpp>

#include "transport/memory_transport.hpp"

namespace codex::testing {

using codex::detail::Clock;

RawRuntime::RawRuntime() {
  on("initialize", R"("result":{"userAgent":"codex_cpp_sdk/0.169.0","codexHome":"/nowhere",)"
                   R"("platformFamily":"unix","platformOs":"linux"})");
  on("thread/start", R"("result":{"thread":{"id":"t"}})");
  on("turn/start", R"("result":{"turn":{"id":"u"}})");
}

RawRuntime::~RawRuntime() {
  if (peer_) peer_->hang_up();
  if (thread_.joinable()) thread_.join();
}

void RawRuntime::on(std::string method, std::string members) {
  const std::lock_guard lock(mutex_);
  said_[std::move(method)].members = std::move(members);
}

void RawRuntime::before(std::string method, std::function<void()> act) {
  const std::lock_guard lock(mutex_);
  said_[std::move(method)].before = std::move(act);
}

void RawRuntime::after(std::string method, std::function<void()> act) {
  const std::lock_guard lock(mutex_);
  said_[std::move(method)].after = std::move(act);
}

std::string RawRuntime::next_answer() {
  std::unique_lock lock(mutex_);
  answered_.wait_for(lock, std::chrono::seconds{20}, [this] { return !answers_.empty(); });
  if (answers_.empty()) return {};
  std::string answer = std::move(answers_.front());
  answers_.erase(answers_.begin());
  return answer;
}

CodexConfig RawRuntime::config() {
  return {.transport = [this] {
    auto [transport, peer] = codex::detail::make_memory_transport();
    peer_ = std::make_unique<codex::detail::MemoryPeer>(std::move(peer));
    thread_ = std::thread([this] { serve(); });
    return std::move(transport);
  }};
}

void RawRuntime::serve() {
  while (!peer_->is_closed()) {
    const auto line = peer_->next_line(Clock::now() + std::chrono::hours{1});
    if (!line) continue;
    const Json message = Json::parse(*line, nullptr, false);
    if (!message.is_object() || !message.contains("id")) continue;
    if (message.contains("method")) {
      answer(message["id"].dump(), message["method"].get<std::string>());
    } else {
      const std::lock_guard lock(mutex_);
      answers_.push_back(*line);
      answered_.notify_all();
    }
  }
}

void RawRuntime::answer(const std::string& id, const std::string& method) {
  std::unique_lock lock(mutex_);
  const Said said = said_[method];
  lock.unlock();
  if (said.before) said.before();
  peer_->send_line("{\"id\":" + id + "," + said.members + "}");
  if (said.after) said.after();
}

}  // namespace codex::testing
