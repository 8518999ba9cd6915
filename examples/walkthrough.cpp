// Everything once, from a first turn to coroutines; docs/walkthrough.md explains it.

#include <filesystem>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include <codex/async.hpp>
#include <codex/codex.hpp>
#include <codex/describe.hpp>

#include "support/model.hpp"

namespace {

namespace protocol = codex::protocol;
namespace events = codex::protocol::notifications;
using namespace std::chrono_literals;

void title(const std::string& text) { std::cout << "\n== " << text << '\n'; }

std::string answer_of(const codex::TurnResult& result) {
  return codex::printable(result.final_response.value_or("(none)"));
}

void who_is_here(codex::Codex& codex) {
  title("Who is here");
  std::cout << "Runtime: " << codex.metadata().runtime_version << '\n';
  const auto account = codex.account();
  if (account.account || !account.requires_openai_auth) {
    std::cout << "Login:   not needed\n";
    return;
  }
  const auto login = codex.login_chatgpt();
  std::cout << "Open " << login.auth_url() << '\n';
  const auto done = login.wait(5min);
  std::cout << "Login:   "
            << (done.success ? "done" : codex::printable(done.error.value_or("failed"))) << '\n';
}

void first_turn(codex::Codex& codex) {
  title("A first turn");
  auto thread = codex.thread_start({.sandbox = codex::Sandbox::read_only});
  const codex::TurnResult result = thread.run("Say hello in one sentence.");
  std::cout << "Status:  " << result.status.name() << '\n'
            << "Answer:  " << answer_of(result) << '\n'
            << "Items:   " << result.items.size() << '\n';
  if (result.usage) std::cout << "Tokens:  " << result.usage->total.total_tokens << '\n';
}

void two_turns(codex::Codex& codex) {
  title("Two turns on one thread");
  auto thread = codex.thread_start();
  std::cout << "First:   " << answer_of(thread.run("Remember the number 7.")) << '\n';

  auto turn = thread.turn("Which number?");
  std::cout << "Second:  ";
  for (const codex::Notification& event : turn.stream()) {
    if (const auto delta = event.as<events::ItemAgentMessageDelta>())
      std::cout << codex::printable(delta->delta);
  }
  std::cout << "\nSame:    " << std::boolalpha << (turn.run().id == turn.id()) << '\n';
}

void life_of_a_thread(codex::Codex& codex) {
  title("The life of a thread");
  auto thread = codex.thread_start();
  (void)thread.run("What is a wave?");  // a thread is stored with its first turn
  thread.set_name("walkthrough");

  auto same = codex.thread_resume(thread.id());
  auto fork = codex.thread_fork(thread.id());
  std::cout << "Fork:    " << answer_of(fork.run("And a tide?")) << '\n';

  codex.thread_archive(same.id());
  same = codex.thread_unarchive(same.id());
  const auto stored = same.read({.include_turns = true}).thread;
  std::cout << "Stored:  " << codex::printable_line(stored.name.value_or("?")) << ", "
            << stored.turns.size() << " turn\n";
}

}  // namespace

struct Rollout {
  std::string summary;
  std::vector<std::string> actions;
};
CODEX_DESCRIBE(Rollout, (summary, "One sentence"), actions)

namespace {

void most_options(codex::Codex& codex) {
  title("Most options, and a struct as the answer");
  auto thread = codex.thread_start();
  const auto plan = thread.run_as<Rollout>("Propose a safe way to roll out a feature flag.",
                                           {.approval_mode = codex::ApprovalMode::deny_all,
                                            .cwd = std::filesystem::current_path().string(),
                                            .effort = "medium",
                                            .sandbox = codex::Sandbox::read_only,
                                            .summary = protocol::ReasoningSummary::concise,
                                            .timeout = 5min,
                                            .output_retries = 1});
  std::cout << "Summary: " << codex::printable(plan.value.summary) << '\n';
  for (const auto& action : plan.value.actions)
    std::cout << "Action:  " << codex::printable(action) << '\n';
}

void best_model(codex::Codex& codex) {
  title("The best model");
  const auto models = codex.models().data;
  const protocol::Model& model = models.at(0);  // the runtime lists its favourite first
  const auto& efforts = model.supported_reasoning_efforts;
  const auto effort =
      efforts.empty() ? model.default_reasoning_effort : efforts.back().reasoning_effort;
  std::cout << "Model:   " << model.id << ", " << effort << '\n';

  auto thread = codex.thread_start({.model = model.model});
  std::cout << "Answer:  " << answer_of(thread.run("What is reliable code?", {.effort = effort}))
            << '\n';
}

void pictures(codex::Codex& codex, const std::string& file) {
  title("Pictures");
  const std::string pixel =
      "data:image/"
      "png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGA"
      "WjR9awAAAABJRU5ErkJggg==";
  auto thread = codex.thread_start();
  std::cout << "Inline:  "
            << answer_of(thread.run({"What is in this picture?", codex::ImageInput{pixel}}))
            << '\n';
  if (file.empty()) return;
  std::cout << "File:    "
            << answer_of(thread.run({"And in this one?", codex::LocalImageInput{file}})) << '\n';
}

void when_it_is_busy(codex::Codex& codex) {
  title("When the runtime is busy");
  auto thread = codex.thread_start();
  try {
    const auto result =
        codex::retry_on_overload([&] { return thread.run("Summarize how to retry."); },
                                 {.max_attempts = 3, .initial_delay = 250ms, .max_delay = 2s});
    std::cout << "Answer:  " << answer_of(result) << '\n';
  } catch (const codex::ServerBusyError& error) {
    std::cout << "Busy, also after retries: " << codex::printable(error.what()) << '\n';
  }
}

codex::Task<std::string> ask(codex::AsyncCodex& codex, std::string question) {
  const auto thread = co_await codex.thread_start();
  const auto result = co_await thread.run(std::move(question));
  co_return answer_of(result);
}

codex::Task<void> life_with_coroutines(codex::AsyncCodex& codex) {
  title("With coroutines");
  const auto [waves, tides] =
      co_await codex::when_all(ask(codex, "What is a wave?"), ask(codex, "What is a tide?"));
  std::cout << "Waves:   " << waves << '\n' << "Tides:   " << tides << '\n';

  const auto thread = co_await codex.thread_start();
  (void)co_await thread.run("Remember the number 7.");
  co_await thread.set_name("walkthrough, async");
  const auto fork = co_await codex.thread_fork(thread.id());
  const auto result = co_await fork.run("Which number?");
  std::cout << "Fork:    " << answer_of(result) << '\n';
}

codex::Task<codex::AsyncTurnHandle> begin_to_count(const codex::AsyncThread& thread) {
  auto turn = co_await thread.turn("Count from 1 to 200, all in one line.");
  auto watched = turn;  // a copy has its own position in the events
  auto stream = watched.stream();
  while (const auto event = co_await stream.next()) {
    if (event->is<events::ItemAgentMessageDelta>()) break;
  }
  co_return turn;
}

codex::Task<void> steer_and_interrupt(codex::AsyncCodex& codex) {
  title("Steer and interrupt");
  const auto thread = co_await codex.thread_start();

  auto turn = co_await begin_to_count(thread);
  (void)co_await turn.steer("Stop, and name one prime number.");
  const auto steered = co_await turn.run();
  std::cout << "Steered: " << answer_of(steered) << '\n';

  turn = co_await begin_to_count(thread);
  (void)co_await turn.interrupt();
  const auto ended = co_await turn.run();
  std::cout << "Status:  " << ended.status.name() << '\n';
}

}  // namespace

int main(int argc, char** argv) try {
  const example::Model model(argc, argv);
  const std::string picture = argc > 1 ? std::filesystem::absolute(argv[1]).string() : "";
  {
    codex::Codex codex(model.config());
    who_is_here(codex);
    first_turn(codex);
    two_turns(codex);
    life_of_a_thread(codex);
    most_options(codex);
    best_model(codex);
    pictures(codex, picture);
    when_it_is_busy(codex);
  }
  codex::AsyncCodex codex(model.config());
  codex::sync_wait(life_with_coroutines(codex));
  codex::sync_wait(steer_and_interrupt(codex));
  codex::sync_wait(codex.close());
} catch (const codex::CodexError& error) {
  std::cerr << codex::printable(error.what()) << '\n';
  return 1;
}
