// Code that g++ 12 compiles correctly, unlike braces in an expression with co_await: see
// async/braces.hpp. compile_errors/braces tests the warnings.

#include <memory>
#include <optional>

#include <doctest/doctest.h>

#include <codex/async.hpp>
#include <codex/testing/scripted_server.hpp>

namespace codex::testing {
namespace {

/// Options that hold a share in something, which counts how often they are destroyed.
ThreadStartOptions holding(const std::shared_ptr<int>& kept) {
  return {.cwd = "/a/folder/whose/name/is/longer/than/a/short/string",
          .handlers = {.on_problem = [kept](const HandlerProblem&) {}}};
}

Task<void> start_in_every_way(AsyncCodex& codex, std::shared_ptr<int> kept) {
  ThreadStartOptions named = holding(kept);
  (void)co_await codex.thread_start(named);
  auto with_named = codex.thread_start(std::move(named));
  (void)co_await with_named;
  auto task = codex.thread_start({.cwd = "/another/folder/whose/name/is/long",
                                  .handlers = {.on_problem = [kept](const HandlerProblem&) {}}});
  (void)co_await task;
  Task<AsyncThread> typed = codex.thread_start(holding(kept));
  (void)co_await with_timeout(std::move(typed), std::chrono::minutes{1});
  const auto start = [&] { return codex.thread_start(holding(kept)); };
  (void)co_await retry_on_overload(start);
  AsyncThread thread = co_await codex.thread_start();
  (void)co_await thread.run("A text that is longer than a short string is");
  const TurnOptions how{.model = "a model whose name is longer than a short string"};
  const TextInput text{"A text that is longer than a short string is"};
  (void)co_await thread.run(text, how);
}

}  // namespace

TEST_CASE("options and tasks that have a name are destroyed once") {
  const auto kept = std::make_shared<int>();
  {
    ScriptedServer server;
    server.on("turn/start", Answer{}.turn("done"));
    std::optional<AsyncCodex> codex(server.memory_config());
    sync_wait(start_in_every_way(*codex, kept));
    (void)sync_wait(codex->thread_start(holding(kept)));
    sync_wait(codex->close());
  }
  CHECK(kept.use_count() == 1);
}

}  // namespace codex::testing
