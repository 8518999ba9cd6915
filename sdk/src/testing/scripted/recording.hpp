#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <codex/testing/scripted_server.hpp>

namespace codex::testing::detail {

/// One message of a recording.
struct RecordedLine {
  bool is_sent = false;  // by the client
  Json message;          // or null:
  std::string raw;       // bytes that were no message
};

/// The messages of one client and its server.
using RecordedSession = std::vector<RecordedLine>;

/// The sessions of a recording, `{"dir":"send"|"recv","t":seconds,"msg":{...}}` a line. Throws
/// std::runtime_error like `ScriptedServer::play`.
[[nodiscard]] std::vector<std::shared_ptr<const RecordedSession>> read_sessions(
    const std::filesystem::path& file);

/// Plays the server's part of a session to another client.
class Playback {
 public:
  explicit Playback(std::shared_ptr<const RecordedSession> session);

  /// Takes a request of the client. False if the recording has no similar one left.
  [[nodiscard]] bool take_request(const ScriptedRequest& request);
  /// The same for a request that is answered elsewhere.
  void skip_request(const ScriptedRequest& request);
  /// Takes an answer of the client to a request of the server.
  void take_answer(const Json& id);

  /// The next line that may be sent now, if any.
  [[nodiscard]] std::optional<std::string> next();

 private:
  struct Arrival {
    Json id;           // the client's own
    bool is_answered;  // elsewhere
  };

  [[nodiscard]] std::optional<std::size_t> find_request(const ScriptedRequest& request) const;
  [[nodiscard]] bool has_come(std::size_t at) const;
  [[nodiscard]] const Arrival* request_of(std::size_t response) const;
  [[nodiscard]] std::optional<std::string> emit(std::size_t at);
  [[nodiscard]] std::optional<std::string> next_early_response();

  std::shared_ptr<const RecordedSession> session_;
  std::size_t position_ = 0;
  std::map<std::size_t, std::size_t> requests_;  // which request each response belongs to
  std::map<std::size_t, Arrival> arrived_;       // requests by position
  std::set<std::size_t> answers_;                // answers of the client that have come
  std::set<std::size_t> emitted_early_;
};

}  // namespace codex::testing::detail
