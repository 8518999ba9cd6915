#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include <codex/codex.hpp>
#include <codex/runtime_server.hpp>

#include "relay.hpp"

namespace soak {

/// What was done to the runtime and the connections so far.
struct Faults {
  std::uint64_t cuts = 0;
  std::uint64_t kills = 0;
  std::uint64_t over = 0;  // how many of them are: the runtime can be reached again
  bool operator==(const Faults&) const = default;
};

/// The runtime and the clients' way to it, and what goes wrong with both. All members are safe from
/// all threads.
class Runtime {
 public:
  /// `stdio`, `unix` or `ws`. The folder is for sockets.
  Runtime(const std::string& transport, codex::CodexConfig config, const std::string& folder);

  /// A client, the same for all as long as it is connected.
  [[nodiscard]] std::shared_ptr<codex::Codex> client();
  void drop_client();

  /// Returns after the outage.
  void cut(std::chrono::milliseconds outage);
  /// SIGKILL. Another runtime with the same CODEX_HOME takes its place.
  void kill();
  [[nodiscard]] bool can_cut() const { return relay_ != nullptr; }
  [[nodiscard]] Faults faults() const { return {cuts_, kills_, over_}; }
  [[nodiscard]] std::optional<std::int64_t> process_id();

 private:
  void serve();

  codex::CodexConfig config_;
  std::string listen_;
  std::unique_ptr<Relay> relay_;
  std::mutex mutex_;  // of the two below
  std::optional<codex::RuntimeServer> server_;
  std::shared_ptr<codex::Codex> client_;
  std::atomic<std::uint64_t> cuts_ = 0, kills_ = 0, over_ = 0;
};

}  // namespace soak
