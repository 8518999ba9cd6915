#include "runtime.hpp"

#include <csignal>
#include <stdexcept>
#include <thread>
#include <utility>

namespace soak {

Runtime::Runtime(const std::string& transport, codex::CodexConfig config, const std::string& folder)
    : config_(std::move(config)) {
  if (transport == "stdio") return;
  if (transport != "unix" && transport != "ws") {
    throw std::invalid_argument("--transport is stdio, unix or ws");
  }
  const bool is_unix = transport == "unix";
  listen_ = is_unix ? "unix://" + folder + "/runtime.sock" : "ws://127.0.0.1:0";
  relay_ = std::make_unique<Relay>(is_unix ? folder + "/relay.sock" : "");
  serve();
}

void Runtime::serve() {
  server_.emplace(codex::RuntimeServerOptions{
      .listen = listen_, .codex_bin = config_.codex_bin, .cwd = config_.cwd, .env = config_.env});
  relay_->lead_to(server_->endpoint());
}

std::shared_ptr<codex::Codex> Runtime::client() {
  const std::scoped_lock lock(mutex_);
  if (client_ && client_->is_open()) return client_;
  client_.reset();
  codex::CodexConfig config = config_;
  if (relay_) config.endpoint = relay_->endpoint();
  return client_ = std::make_shared<codex::Codex>(config);
}

void Runtime::drop_client() {
  const std::scoped_lock lock(mutex_);
  client_.reset();
}

void Runtime::cut(std::chrono::milliseconds outage) {
  ++cuts_;
  relay_->cut(outage);
  std::this_thread::sleep_for(outage);
  ++over_;
}

void Runtime::kill() {
  const auto process = process_id();
  if (!process) return;
  ++kills_;
  ::kill(static_cast<pid_t>(*process), SIGKILL);
  if (relay_) {
    const std::scoped_lock lock(mutex_);
    server_->close();
    serve();
  }
  ++over_;
}

std::optional<std::int64_t> Runtime::process_id() {
  const std::scoped_lock lock(mutex_);
  if (server_) return server_->process_id();
  if (client_ && client_->is_open()) return client_->process_id();
  return std::nullopt;
}

}  // namespace soak
