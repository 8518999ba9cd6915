// The calls that the API has promised from the beginning, as its users wrote them down: they
// compile with each version, whatever macros stand before the headers. It is compiled, not run.

#include <chrono>
#include <iostream>
#include <optional>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include <codex/async.hpp>
#include <codex/codex.hpp>
#include <codex/describe.hpp>
#include <codex/protocol.hpp>
#include <codex/testing.hpp>
#include <codex/types.hpp>

using namespace std::chrono_literals;

struct Place {
  std::string city;
  std::optional<int> days;
};
CODEX_DESCRIBE(Place, city, days)

// --- start, configure, close
// ----------------------------------------------------------------------

void start() {
  codex::Codex codex;
  codex::Codex configured(codex::CodexConfig{.codex_bin = "/opt/codex", .cwd = "/repo"});
  std::cout << codex.metadata().user_agent << codex.metadata().runtime_version
            << codex.metadata().codex_home << codex.metadata().platform_family
            << codex.metadata().platform_os;
  const codex::CodexConfig all{.codex_bin = "/opt/codex",
                               .launch_args_override = {"/opt/codex", "app-server"},
                               .config_overrides = {"model=\"gpt-5\""},
                               .cwd = "/repo",
                               .env = {{"RUST_LOG", "info"}},
                               .client_name = "app",
                               .client_title = "App",
                               .client_version = "1.0",
                               .experimental_api = true,
                               .handlers = {},
                               .startup_timeout = 10s,
                               .request_timeout = 30s,
                               .shutdown_timeout = 500ms,
                               .opt_out_notification_methods = {"thread/started"},
                               .wire_log = "/tmp/wire.jsonl"};
  codex::Codex moved = std::move(codex);
  moved = codex::Codex(all);
  moved.close();
}

// --- threads and turns
// ----------------------------------------------------------------------------

void threads_and_turns(codex::Codex& codex) {
  auto thread = codex.thread_start(
      {.cwd = "/repo", .model = "gpt-5", .sandbox = codex::Sandbox::workspace_write});
  codex::TurnResult result = thread.run("Say hello in one sentence.");
  const std::optional<std::string> response = result.final_response;
  const codex::protocol::ThreadItem* first = result.items.size() ? &result.items[0] : nullptr;
  std::cout << response.value_or("") << (first != nullptr) << result.usage.has_value()
            << result.status.name() << result.id << result.error.has_value()
            << result.started_at.has_value() << result.completed_at.has_value()
            << result.duration_ms.value_or(0);

  auto turn =
      thread.turn("Fix the tests.", {.effort = "high", .sandbox = codex::Sandbox::read_only});
  for (const codex::Notification& event : turn.stream()) {
    if (auto delta = event.as<codex::protocol::notifications::ItemAgentMessageDelta>())
      std::cout << delta->delta;
  }
  turn.steer("Shorter, please.");
  turn.interrupt();
  result = turn.run();

  const std::string id = thread.id();
  codex.thread_list({.archived = false, .limit = 20}).data.clear();
  codex.thread_resume(id, {.model = "gpt-5"});
  auto fork = codex.thread_fork(id, {.ephemeral = true});
  codex.thread_archive(id);
  codex.thread_unarchive(id);
  codex.models({.include_hidden = true}).data.clear();
  codex::protocol::ThreadReadResponse stored = thread.read({.include_turns = true});
  thread.set_name("demo");
  thread.compact();
  std::cout << fork.id() << stored.thread.id;
}

void options(codex::Codex& codex, std::stop_token stop) {
  codex::ThreadStartOptions start{.approval_mode = codex::ApprovalMode::deny_all,
                                  .base_instructions = "Be kind.",
                                  .config = {{"key", "value"}},
                                  .cwd = "/repo",
                                  .developer_instructions = "Be brief.",
                                  .ephemeral = true,
                                  .model = "gpt-5",
                                  .model_provider = "openai",
                                  .personality = codex::types::Personality::friendly,
                                  .sandbox = codex::Sandbox::full_access,
                                  .service_name = "app",
                                  .service_tier = "priority",
                                  .session_start_source = {},
                                  .thread_source = {},
                                  .extra_params = {{"x", 1}},
                                  .timeout = 5s,
                                  .stop = stop,
                                  .tools = {}};
  codex::ThreadListOptions list{.archived = true,
                                .cursor = "next",
                                .cwd = "/repo",
                                .limit = 20,
                                .model_providers = {{"openai", "other"}},
                                .search_term = "tests",
                                .sort_direction = codex::types::SortDirection::asc,
                                .sort_key = codex::types::ThreadSortKey::created_at,
                                .source_kinds = {},
                                .use_state_db_only = false,
                                .timeout = 5s};
  codex::ThreadResumeOptions resume{.include_turns = false, .sandbox = codex::Sandbox::read_only};
  codex::ThreadForkOptions fork{.ephemeral = true, .include_turns = false};
  codex::ModelListOptions models{.include_hidden = true};
  codex::ThreadReadOptions read{.include_turns = true};
  codex::TurnOptions turn{.approval_mode = codex::ApprovalMode::auto_review,
                          .cwd = "/repo",
                          .effort = "low",
                          .model = "gpt-5",
                          .output_schema = {{"type", "object"}},
                          .personality = codex::types::Personality::pragmatic,
                          .sandbox = codex::Sandbox::read_only,
                          .service_tier = "priority",
                          .summary = codex::types::ReasoningSummary::auto_,
                          .extra_params = {{"x", 1}},
                          .timeout = 10min,
                          .stop = stop,
                          .inactivity_timeout = 1min};
  auto thread = codex.thread_start(start);
  codex.thread_resume(thread.id(), resume);
  auto forked = codex.thread_fork(thread.id(), fork);
  std::cout << codex.models(models).data.size() << codex.thread_list(list).data.size()
            << thread.read(read).thread.id << forked.id();
  thread.run("Hello", turn);
}

void inputs(codex::Thread& thread) {
  thread.run("text");
  thread.run(std::string("text"));
  thread.run(codex::TextInput{"text"});
  thread.run(codex::ImageInput{"data:image/png;base64,"});
  thread.run(codex::LocalImageInput{"/tmp/a.png"});
  thread.run(codex::SkillInput{"skill", "/skills/a/SKILL.md"});
  thread.run(codex::MentionInput{"app", "app://app"});
  thread.run({codex::TextInput{"what is this?"}, codex::LocalImageInput{"/tmp/a.png"}});
  thread.run(codex::ExternalMessage{.tool_name = "notifications", .content = "news"});
}

void goals_reviews_and_pages(codex::Codex& codex, codex::Thread& thread) {
  codex::TurnResult result = thread.run_goal("objective");
  codex::TurnHandle goal = thread.goal("objective");
  codex::TurnHandle review = thread.review(codex::protocol::UncommittedChangesReviewTarget{});
  for (const auto& t : codex.threads({.limit = 50})) std::cout << t.id;
  std::cout << result.id << goal.id() << review.id();
}

// --- approvals and other requests from the server
// ---------------------------------------------------

codex::CodexConfig with_handlers() {
  codex::CodexConfig config{
      .handlers = {
          .command_approval = [](const codex::protocol::CommandExecutionRequestApprovalParams&)
              -> codex::protocol::CommandExecutionRequestApprovalResponse {
            return codex::approvals::accept();
          }}};
  config.handlers = {
      .command_approval = codex::approvals::accept_all,
      .file_change_approval = codex::approvals::decline_all,
      .permissions_approval = codex::approvals::decline_all,
      .user_input = [](const codex::protocol::ToolRequestUserInputParams&)
          -> codex::protocol::ToolRequestUserInputResponse { return {}; },
      .elicitation = codex::approvals::ask_on_terminal,
      .tool_call = {},
      .auth_tokens_refresh = {},
      .attestation = {},
      .current_time = {},
      .apply_patch_approval = codex::approvals::accept_all,
      .exec_command_approval = codex::approvals::allow_commands({"git status", "ls"}),
      .other = [](const std::string&, const codex::Json& params) { return params; }};
  return config;
}

// --- your functions as tools, your structs as answers
// -----------------------------------------------

void tools_and_answers(codex::Codex& codex) {
  auto forecast = codex::tool("forecast", "Weather for a city",
                              [](const Place& p) { return "sunny in " + p.city; });
  auto thread = codex.thread_start({.tools = {forecast}});
  auto parsed = thread.run_as<Place>("Where should I go?");
  const Place& place = parsed.value;
  const codex::TurnResult& turn = parsed.turn;
  std::cout << place.city << turn.id;
}

// --- login
// ------------------------------------------------------------------------------------------

void login(codex::Codex& codex, const std::string& key, std::stop_token stop) {
  codex.login_api_key(key);
  auto browser = codex.login_chatgpt();
  std::cout << browser.login_id() << browser.auth_url() << browser.wait().success;
  browser.wait(5min);
  browser.wait(stop);
  browser.cancel();
  auto device = codex.login_chatgpt_device_code();
  std::cout << device.login_id() << device.verification_url() << device.user_code();
  device.wait({.timeout = 5min, .stop = stop});
  device.cancel();
  std::cout << codex.account({.refresh_token = false}).account.has_value();
  codex.logout();
}

// --- errors and retry
// -------------------------------------------------------------------------------

template <class Error, class Base>
inline constexpr bool is_a = std::is_base_of_v<Base, Error>;
static_assert(is_a<codex::CodexError, std::runtime_error>);
static_assert(is_a<codex::TransportClosedError, codex::CodexError>);
static_assert(is_a<codex::TimeoutError, codex::CodexError>);
static_assert(is_a<codex::CancelledError, codex::CodexError>);
static_assert(is_a<codex::DecodeError, codex::CodexError>);
static_assert(is_a<codex::TurnFailedError, codex::CodexError>);
static_assert(is_a<codex::OutputParseError, codex::CodexError>);
static_assert(is_a<codex::RuntimeNotFoundError, codex::CodexError>);
static_assert(is_a<codex::JsonRpcError, codex::CodexError>);
static_assert(is_a<codex::CodexRpcError, codex::JsonRpcError>);
static_assert(is_a<codex::ParseError, codex::CodexRpcError>);
static_assert(is_a<codex::InvalidRequestError, codex::CodexRpcError>);
static_assert(is_a<codex::MethodNotFoundError, codex::CodexRpcError>);
static_assert(is_a<codex::InvalidParamsError, codex::CodexRpcError>);
static_assert(is_a<codex::InternalRpcError, codex::CodexRpcError>);
static_assert(is_a<codex::ServerBusyError, codex::CodexRpcError>);
static_assert(is_a<codex::RetryLimitExceededError, codex::ServerBusyError>);

void errors(codex::Thread& thread) {
  try {
    thread.run("Hello", {.timeout = 1s});
  } catch (const codex::TransportClosedError& e) {
    std::cout << e.exit_status().code.value_or(0) << e.stderr_tail();
  } catch (const codex::TimeoutError& e) {
    if (e.collected()) std::cout << e.collected()->id;
  } catch (const codex::CancelledError& e) {
    if (e.collected()) std::cout << e.collected()->id;
  } catch (const codex::TurnFailedError& e) {
    std::cout << e.result().id;
  } catch (const codex::OutputParseError& e) {
    std::cout << e.text() << e.path() << e.turn().id;
  } catch (const codex::JsonRpcError& e) {
    std::cout << e.code() << e.message() << e.data();
  } catch (const codex::CodexError& e) {
    std::cout << e.what() << codex::is_retryable_error(e);
  }
  auto result = codex::retry_on_overload(
      [&] { return thread.run("Hello"); },
      {.max_attempts = 3, .initial_delay = 250ms, .max_delay = 2s, .jitter_ratio = 0.2});
  std::cout << result.id;
}

// --- everything else in the protocol
// ----------------------------------------------------------------

void everything_else(codex::Codex& codex, std::stop_token stop) {
  auto page = codex.request<codex::protocol::requests::ThreadList>({.limit = 20});
  codex::Json raw = codex.request("some/newMethod", {{"x", 1}});
  for (const codex::Notification& n : codex.notifications()) std::cout << n.method();
  std::cout << page.data.size() << raw;
  codex.request<codex::protocol::requests::ThreadList>({.limit = 20},
                                                       {.timeout = 1s, .stop = stop});

  std::cout << codex::protocol::requests::ThreadGoalSet::method
            << codex::protocol::notifications::TurnCompleted::method
            << codex::protocol::server_requests::ItemToolCall::method;
  using Call = codex::protocol::server_requests::ItemToolCall;
  static_assert(std::is_class_v<Call::Params> && std::is_class_v<Call::Response>);

  codex::protocol::ThreadListParams params{.limit = 20};
  codex::Json j = params;
  auto item = j.get<codex::protocol::ThreadItem>();
  item = codex::protocol::decode<codex::protocol::ThreadItem>(R"({"type":"new"})");
  const std::string text = codex::protocol::encode(item);
  std::cout << text;
}

// Name for name those of openai_codex.types.
namespace port {
using codex::types::Account;
using codex::types::AccountLoginCompletedNotification;
using codex::types::ApprovalsReviewer;
using codex::types::AskForApproval;
using codex::types::CancelLoginAccountResponse;
using codex::types::CancelLoginAccountStatus;
using codex::types::GetAccountResponse;
using codex::types::InitializeResponse;
using codex::types::JsonObject;
using codex::types::ModelListResponse;
using codex::types::Notification;
using codex::types::Personality;
using codex::types::PlanType;
using codex::types::ReasoningEffort;
using codex::types::ReasoningSummary;
using codex::types::SandboxMode;
using codex::types::SandboxPolicy;
using codex::types::SortDirection;
using codex::types::ThreadArchiveResponse;
using codex::types::ThreadCompactStartResponse;
using codex::types::ThreadItem;
using codex::types::ThreadListCwdFilter;
using codex::types::ThreadListResponse;
using codex::types::ThreadReadResponse;
using codex::types::ThreadSetNameResponse;
using codex::types::ThreadSortKey;
using codex::types::ThreadSource;
using codex::types::ThreadSourceKind;
using codex::types::ThreadStartSource;
using codex::types::ThreadTokenUsage;
using codex::types::ThreadTokenUsageUpdatedNotification;
using codex::types::Turn;
using codex::types::TurnCompletedNotification;
using codex::types::TurnError;
using codex::types::TurnInterruptResponse;
using codex::types::TurnStatus;
using codex::types::TurnSteerResponse;
}  // namespace port

void curated(const codex::Notification& event) {
  if (auto done = event.as<codex::types::ItemCompleted>()) {
    const codex::types::ItemCompletedNotification& same = *done;
    const codex::types::ThreadItem& item = same.item;
    std::cout << codex::types::JsonObject(item);
  }
  if (auto done = event.as<codex::protocol::notifications::TurnCompleted>()) {
    const codex::types::TurnCompletedNotification& same = *done;
    std::cout << (same.turn.status == codex::types::TurnStatus::completed);
  }
  static_assert(std::is_same_v<codex::types::Turn, codex::protocol::Turn>);
  static_assert(std::is_same_v<codex::types::Notification, codex::Notification>);
}

// --- async
// ------------------------------------------------------------------------------------------

codex::Task<std::string> ask(codex::AsyncCodex& codex) {
  codex::AsyncThread thread = co_await codex.thread_start();
  codex::AsyncTurnHandle turn = co_await thread.turn("Hello");
  auto stream = turn.stream();
  while (auto event = co_await stream.next()) std::cout << event->method();
  auto result = co_await turn.run();
  co_return result.final_response.value_or("");
}

codex::Task<void> ask_twice(codex::AsyncCodex& codex) {
  auto [first, second] = co_await codex::when_all(ask(codex), ask(codex));
  std::cout << first << second;
}

codex::Task<bool> ask_a_person(codex::Promise<bool>& yes) { co_return co_await yes.future(); }

codex::Task<void> many(std::vector<codex::Task<std::string>> tasks) {
  for (const auto& answer : co_await codex::when_all(std::move(tasks), {.at_most = 4})) {
    std::cout << answer;
  }
}

void one_thread() {
  codex::EventLoop loop;
  codex::AsyncCodex codex({}, loop.executor());
  codex::Promise<bool> yes;
  std::jthread elsewhere([&] { yes.set(true); });
  std::cout << loop.run(ask_a_person(yes));
  auto main_task = ask_twice(codex);
  loop.run(main_task);
  loop.post([&] { loop.stop(); });
  loop.run();
}

void async() {
  codex::AsyncCodex codex;
  std::cout << codex::sync_wait(ask(codex));
  codex::sync_wait(ask_twice(codex));
  codex::AsyncCodex on_my_own(codex::CodexConfig{}, [](auto function) { function(); });
}

// --- testing without an account
// -----------------------------------------------------------------------

void testing() {
  codex::testing::MockModel mock;
  mock.reply("Hello.");
  codex::Codex codex(mock.config());
  codex::testing::ScriptedServer server;
  server.once("turn/start", codex::testing::Answer{}.turn("Hello."));
  codex::Codex scripted(server.config());
}
