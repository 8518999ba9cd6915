// Where g++ 12 must warn, and nowhere else: see check.py.

#include <optional>
#include <string>
#include <vector>

#include <codex/async.hpp>
#include <codex/codex.hpp>
#include <codex/describe.hpp>

using namespace std::chrono_literals;
using codex::ExternalMessage;
using codex::LocalImageInput;
using codex::retry_on_overload;
using codex::TextInput;
using codex::ThreadStartOptions;
using codex::when_all;
using codex::when_any;
using codex::with_timeout;
using codex::protocol::CustomReviewTarget;
namespace requests = codex::protocol::requests;

struct Answer {
  std::string text;
};
CODEX_DESCRIBE(Answer, text)

namespace {

// Options or input in braces in the same expression as co_await.
codex::Task<void> braces(codex::AsyncCodex& codex, codex::AsyncThread& thread,
                         codex::AsyncTurnHandle& turn, codex::AsyncLoginHandle& login) {
  (void)co_await codex.account({.refresh_token = true});                  // warns
  co_await codex.login_api_key("key", {.timeout = 5s});                   // warns
  (void)co_await codex.login_chatgpt({.timeout = 5s});                    // warns
  (void)co_await codex.login_chatgpt_device_code({.timeout = 5s});        // warns
  (void)co_await codex.logout({.timeout = 5s});                           // warns
  (void)co_await codex.models({.include_hidden = true});                  // warns
  (void)co_await codex.thread_start({.cwd = "/repo"});                    // warns
  (void)co_await codex.thread_start({});                                  // warns
  (void)co_await codex.thread_start(ThreadStartOptions{.cwd = "/repo"});  // warns
  (void)co_await codex.thread_resume("id", {.cwd = "/repo"});             // warns
  (void)co_await codex.thread("id", {.timeout = 5s});                     // warns
  (void)co_await codex.thread_fork("id", {.cwd = "/repo"});               // warns
  (void)co_await codex.thread_list({.limit = 1});                         // warns
  (void)co_await codex.threads({.limit = 1}).next();                      // warns
  (void)co_await codex.thread_archive("id", {.timeout = 5s});             // warns
  (void)co_await codex.thread_unarchive("id", {.timeout = 5s});           // warns
  (void)co_await codex.notifications({.timeout = 5s});                    // warns
  (void)co_await codex.request<requests::ThreadList>({.limit = 1});       // warns
  const requests::ThreadList::Params params;
  (void)co_await codex.request<requests::ThreadList>(params, {.timeout = 5s});  // warns
  const codex::Json json = codex::Json::object();
  (void)co_await codex.request("thread/list", json, {.timeout = 5s});              // warns
  (void)co_await codex.all<requests::ThreadList>({.limit = 1}).next();             // warns
  (void)co_await codex.all<requests::ThreadList>(params, {.timeout = 5s}).next();  // warns

  (void)co_await thread.run("hello", {.effort = "high"});                         // warns
  (void)co_await thread.run(TextInput{"hello"});                                  // warns
  (void)co_await thread.run(TextInput{"hello"}, {.effort = "high"});              // warns
  (void)co_await thread.run(ExternalMessage{.tool_name = "ci", .content = "x"});  // warns
  (void)co_await thread.run_as<Answer>("hello", {.effort = "high"});              // warns
  (void)co_await thread.run_as<Answer>(TextInput{"hello"});                       // warns
  (void)co_await thread.turn("hello", {.effort = "high"});                        // warns
  (void)co_await thread.turn(LocalImageInput{"/image.png"});                      // warns
  (void)co_await thread.read({.include_turns = true});                            // warns
  (void)co_await thread.set_name("name", {.timeout = 5s});                        // warns
  (void)co_await thread.compact({.timeout = 5s});                                 // warns
  (void)co_await thread.current_turn({.timeout = 5s});                            // warns
  const codex::protocol::ReviewTarget target;
  (void)co_await thread.review(target, {.timeout = 5s});                  // warns
  (void)co_await thread.review(CustomReviewTarget{.instructions = "x"});  // warns
  (void)co_await thread.run_goal("goal", {.timeout = 5s});                // warns
  (void)co_await thread.goal("goal", {.timeout = 5s});                    // warns

  (void)co_await turn.steer("more", {.timeout = 5s});  // warns
  (void)co_await turn.steer(TextInput{"more"});        // warns
  (void)co_await turn.interrupt({.timeout = 5s});      // warns
  (void)co_await login.wait({.timeout = 5s});          // warns
  (void)co_await login.cancel({.timeout = 5s});        // warns

  const auto ask = [&] { return thread.run("hello"); };
  (void)co_await retry_on_overload(ask, {.max_attempts = 2});                     // warns
  (void)co_await with_timeout(thread.run("x", {.effort = "high"}), 5s);           // warns
  (void)co_await when_all(thread.run("x"), thread.run("x", {.effort = "high"}));  // warns
  (void)co_await when_any(thread.run("x", {.effort = "high"}), thread.run("x"));  // warns
  (void)co_await codex.thread_start({.cwd = "/repo"}).on({});                     // warns
}

// Options that have a name, no options, and tasks that have a name.
codex::Task<void> names(codex::AsyncCodex& codex, codex::AsyncThread& thread,
                        codex::AsyncTurnHandle& turn, codex::AsyncLoginHandle& login) {
  const codex::CallOptions call{.timeout = 5s};
  const codex::TurnOptions how{.effort = "high"};
  codex::ThreadStartOptions start{.cwd = "/repo"};
  const codex::TextInput text{"hello"};
  const codex::WaitOptions patience{.timeout = 5s};
  const codex::RetryOptions retry{.max_attempts = 2};
  (void)co_await codex.account();
  (void)co_await codex.models();
  (void)co_await codex.logout(call);
  (void)co_await codex.thread_start();
  (void)co_await codex.thread_start(start);
  (void)co_await codex.thread_list();
  (void)co_await codex.threads().next();
  (void)co_await codex.notifications(patience);
  (void)co_await codex.request<requests::ThreadList>();
  (void)co_await codex.request("thread/list");
  (void)co_await codex.all<requests::ThreadList>().next();
  (void)co_await thread.run("hello");
  (void)co_await thread.run(std::string("hello"), how);
  (void)co_await thread.run(text, how);
  (void)co_await thread.run_as<Answer>("hello", how);
  (void)co_await thread.read();
  (void)co_await turn.steer("more", call);
  (void)co_await turn.interrupt();
  (void)co_await login.wait(patience);
  (void)co_await login.wait(5s);
  (void)co_await login.cancel();

  auto task = codex.thread_start({.cwd = "/repo"});
  (void)co_await task;
  auto again = thread.run("x", {.effort = "high"});
  again = thread.run("x", how);
  (void)co_await again;
  codex::Task<codex::TurnResult> one = thread.run("x", {.effort = "high"});
  codex::Task<codex::TurnResult> other = thread.run(TextInput{"x"}, {.effort = "high"});
  (void)co_await when_all(std::move(one), std::move(other));
  std::vector<codex::Task<codex::TurnResult>> many;
  many.push_back(thread.run("x", {.effort = "high"}));
  (void)co_await when_all(std::move(many));
  auto threads = codex.threads({.limit = 1});
  (void)co_await threads.next();
  const auto ask = [&] { return thread.run("hello", {.effort = "high"}); };
  (void)co_await retry_on_overload(ask, retry);
  (void)co_await retry_on_overload(ask);
  (void)co_await with_timeout(thread.run("x", how), 5s);
  auto slow = thread.run("x", {.effort = "high"});
  auto timed = with_timeout(std::move(slow), 5s);
  (void)co_await timed;
}

// Outside of coroutines, and of the sync API.
void elsewhere(codex::AsyncCodex& codex, codex::Codex& sync, codex::Thread& thread) {
  (void)codex::sync_wait(codex.thread_start({.cwd = "/repo"}));
  (void)codex::sync_wait(codex.threads({.limit = 1}).next());
  auto task = codex.thread_start({.cwd = "/repo"});
  codex::detach(codex.thread_start({.cwd = "/repo"}),
                [](const std::exception_ptr&, const std::optional<codex::AsyncThread>&) {});
  codex::TaskScope scope;
  scope.spawn(codex.login_api_key("key", {.timeout = 5s}));
  (void)sync.thread_start({.cwd = "/repo"});
  (void)thread.run("x", {.effort = "high"});
  (void)retry_on_overload([&] { return thread.run("x"); }, {.max_attempts = 2});
}

}  // namespace

int main() {
  (void)braces;
  (void)names;
  (void)elsewhere;
}
