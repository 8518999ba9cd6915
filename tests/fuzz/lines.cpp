#include "fuzz/lines.hpp"

#include <optional>
#include <string>
#include <utility>

#include <codex/codex.hpp>
#include <codex/protocol/item.hpp>
#include <codex/protocol/messages.hpp>

#include "support/raw_runtime.hpp"

namespace fuzz {
namespace {

using codex::testing::RawRuntime;
namespace notifications = codex::protocol::notifications;

/// Errors of the SDK are answers; anything else is a finding.
template <class Call>
void call(Call&& work) {
  try {
    work();
  } catch (const codex::CodexError&) {  // NOLINT(bugprone-empty-catch): an answer like another
  }
}

void look_at(const codex::Notification& event) {
  call([&] { (void)event.json(); });
  call([&] { (void)event.as<notifications::ItemStarted>(); });
  call([&] { (void)event.as<notifications::ItemCompleted>(); });
  call([&] { (void)event.as<notifications::TurnCompleted>(); });
  call([&] { (void)codex::protocol::decode<codex::protocol::ServerNotification>(event.text()); });
}

codex::CodexConfig config_for(RawRuntime& runtime) {
  codex::CodexConfig config = runtime.config();
  config.event_buffer_bytes = 16 * 1024;
  config.handlers.command_approval =
      [](const codex::protocol::CommandExecutionRequestApprovalParams&,
         const codex::HandlerContext& context) {
        (void)context.item();
        return codex::approvals::decline();
      };
  config.handlers.file_change_approval = [](const codex::protocol::FileChangeRequestApprovalParams&,
                                            const codex::HandlerContext& context) {
    (void)context.changes();
    return codex::approvals::decline();
  };
  config.handlers.other = [](const std::string&, const codex::Json& params) { return params; };
  config.handlers.on_problem = [](const codex::HandlerProblem&) {};
  return config;
}

/// Reads a turn whose events have come, or will not.
void read_turn(codex::TurnHandle turn) {
  call([&] {
    auto stream = turn.stream();
    while (const auto event = stream.next()) look_at(*event);
  });
  call([&] { (void)turn.run(); });
}

void feed(LinesMode mode, const std::string& bytes) {
  RawRuntime runtime;
  runtime.on("thread/read",
             R"("result":{"thread":{"status":{"type":"idle"},"path":"/t","ephemeral":false}})");
  const auto send = [&] { runtime.send(bytes + "\n"); };
  const auto end = [&] { runtime.end(); };
  if (mode == LinesMode::start) runtime.before("turn/start", send);
  if (mode == LinesMode::goal) {
    runtime.before("thread/goal/set", send);
    runtime.after("thread/goal/set", end);
  }
  codex::Codex codex(config_for(runtime));
  call([&] {
    const codex::Thread thread = codex.thread_start();
    auto turn = mode == LinesMode::goal ? thread.goal("g") : thread.turn("x");
    if (mode == LinesMode::turn) send();
    end();
    read_turn(std::move(turn));
  });
  runtime.end();
  call([&] {
    auto rest = codex.notifications();
    while (true) look_at(rest.next());
  });
  codex.close();
}

}  // namespace

void feed_lines(std::span<const std::uint8_t> input) {
  if (input.empty()) return;
  const auto* chars = reinterpret_cast<const char*>(input.data());
  feed(static_cast<LinesMode>(input[0] % 3), std::string(chars + 1, input.size() - 1));
}

}  // namespace fuzz
