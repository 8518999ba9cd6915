#include "support/fake_runtime.hpp"

#include <utility>

#include "support/messages.hpp"
#include "transport/memory_transport.hpp"

namespace codex::testing {

FakeRuntime::FakeRuntime(std::string version) {
  on("initialize", [version = std::move(version)](const Json& params) {
    const auto name = params.at("clientInfo").at("name").get<std::string>();
    return Json{{"userAgent", name + "/" + version + " (Test 1; x86_64)"},
                {"codexHome", "/nowhere"},
                {"platformFamily", "unix"},
                {"platformOs", "linux"}};
  });
}

FakeRuntime::~FakeRuntime() {
  if (peer_) peer_->end();
  if (thread_.joinable()) thread_.join();
}

void FakeRuntime::on(std::string method, Answer answer) {
  const std::lock_guard lock(mutex_);
  answers_.insert_or_assign(std::move(method), std::make_shared<Answer>(std::move(answer)));
}

void FakeRuntime::notify(std::string_view method, Json params) {
  peer_->send_line(
      Json{{"method", method}, {"params", std::move(params)}, {"emittedAtMs", 1}}.dump());
}

void FakeRuntime::ask(std::int64_t id, std::string_view method, Json params) {
  peer_->send_line(Json{{"method", method}, {"id", id}, {"params", std::move(params)}}.dump());
}

Json FakeRuntime::answer_to(std::int64_t id) {
  std::unique_lock lock(mutex_);
  answered_.wait_until(lock, soon(), [&] { return client_answers_.count(id) != 0; });
  const auto found = client_answers_.find(id);
  return found != client_answers_.end() ? found->second : Json();
}

std::size_t FakeRuntime::answers_to(std::int64_t id) const {
  const std::lock_guard lock(mutex_);
  return client_answers_.count(id);
}

void FakeRuntime::end() { peer_->end(); }

std::vector<Json> FakeRuntime::asked(std::string_view method) const {
  const std::lock_guard lock(mutex_);
  std::vector<Json> out;
  for (const auto& [asked, params] : asked_) {
    if (asked == method) out.push_back(params);
  }
  return out;
}

CodexConfig FakeRuntime::config() {
  CodexConfig config;
  config.transport = [this] {
    auto [transport, peer] = codex::detail::make_memory_transport();
    connect(std::move(peer));
    return std::move(transport);
  };
  return config;
}

void FakeRuntime::connect(codex::detail::MemoryPeer peer) {
  peer_ = std::move(peer);
  thread_ = std::thread([this] { serve(*peer_); });
}

void FakeRuntime::serve(codex::detail::MemoryPeer& peer) {
  while (!peer.is_closed()) {
    const auto line = peer.next_line(codex::detail::Clock::now() + std::chrono::seconds{1});
    if (!line) continue;
    const Json request = Json::parse(*line);
    if (!request.contains("id")) continue;
    if (!request.contains("method")) {
      const std::lock_guard lock(mutex_);
      client_answers_.emplace(request.at("id").get<std::int64_t>(), request);
      answered_.notify_all();
      continue;
    }
    Json response = answer(request);
    response["id"] = request.at("id");
    peer.send_line(response.dump());
  }
}

Json FakeRuntime::answer(const Json& request) {
  const auto method = request.at("method").get<std::string>();
  const Json params = request.value("params", Json());
  std::shared_ptr<Answer> answer;
  {
    const std::lock_guard lock(mutex_);
    asked_.emplace_back(method, params);
    const auto found = answers_.find(method);
    if (found != answers_.end()) answer = found->second;
  }
  try {
    if (!answer) throw RpcError{-32601, "nothing is said for " + method};
    return {{"result", (*answer)(params)}};
  } catch (const RpcError& error) {
    return {{"error", {{"code", error.code}, {"message", error.message}, {"data", error.data}}}};
  }
}

}  // namespace codex::testing
