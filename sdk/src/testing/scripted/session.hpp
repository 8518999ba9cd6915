#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "testing/scripted/channel.hpp"
#include "testing/scripted/ledger.hpp"
#include "testing/scripted/recording.hpp"
#include "testing/scripted/steps.hpp"

namespace codex::testing::detail {

/// One conversation of a scripted server with one client, on its own thread.
class Session {
 public:
  /// `recording`: what to play if the ledger has no rule; or none.
  Session(Channel& channel, Ledger& ledger, std::shared_ptr<const RecordedSession> recording);

  /// Runs until the client disconnects or the script ends.
  void run();

 private:
  /// A running answer, and its progress.
  struct Performance {
    std::vector<Step> steps;
    std::string thread_id;
    std::string turn_id;
    ScriptedRequest request;
    std::size_t at = 0;
    std::optional<TimePoint> resume_at = {};  // within a Pause
    std::optional<Json> asked = {};           // the id of the Ask that waits for its answer
  };

  enum class Progress { done, waits };

  void take(const std::string& line);
  void take_request(ScriptedRequest request);
  void take_answer(const Json& message);
  void start(const Answer& answer, ScriptedRequest request);

  void advance();
  [[nodiscard]] bool finish(Performance& performance);
  [[nodiscard]] TimePoint next_due() const;

  // Each runs a step and returns whether it is done.
  Progress perform(Performance& performance, const Respond& step);
  Progress perform(Performance& performance, const Notify& step);
  Progress perform(Performance& performance, const Ask& step);
  Progress perform(Performance& performance, const BeginTurn& step);
  Progress perform(Performance& performance, const Say& step);
  Progress perform(Performance& performance, const EndTurn& step);
  Progress perform(Performance& performance, const Hold& step);
  Progress perform(Performance& performance, const Pause& step);
  Progress perform(Performance& performance, const RawMessage& step);
  Progress perform(Performance& performance, const RawBytes& step);
  Progress perform(Performance& performance, const SplitNext& step);
  Progress perform(Performance& performance, const EndlessLine& step);
  Progress perform(Performance& performance, const Log& step);
  Progress perform(Performance& performance, const Stall& step);
  Progress perform(Performance& performance, const IgnoreShutdown& step);
  Progress perform(Performance& performance, const CloseStdout& step);
  Progress perform(Performance& performance, const CloseStdin& step);
  Progress perform(Performance& performance, const End& step);
  Progress perform(Performance& performance, const EndAfter& step);

  /// Sends the message with ids instead of "$thread" and the like.
  void send(const Performance& performance, Json message);
  void notify(const Performance& performance, std::string_view method, Json params);
  void send_line(std::string_view line);
  void write(std::string_view bytes);
  void end(ExitStatus status);

  Channel& channel_;
  Ledger& ledger_;
  std::optional<Playback> playback_;
  std::list<Performance> performances_;
  std::string last_turn_id_;
  std::size_t next_request_id_ = 0;  // the runtime counts from 0, too

  std::vector<std::size_t> split_at_;
  std::optional<EndAfter> end_after_;
  bool is_silent_ = false;
  bool ignores_shutdown_ = false;
  bool is_over_ = false;
};

}  // namespace codex::testing::detail
