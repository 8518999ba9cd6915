#include "lane.hpp"

#include <cxxabi.h>
#include <iostream>
#include <memory>
#include <numeric>
#include <thread>
#include <typeinfo>
#include <utility>

#include <codex/describe.hpp>
#include <codex/tool.hpp>

#include "model.hpp"

namespace soak {

struct LookUp {
  std::string mark;
};
CODEX_DESCRIBE(LookUp, mark)

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
namespace types = codex::protocol;
namespace requests = codex::protocol::requests;

/// Whether this SDK has CodexConfig::reconnect.
template <class Config>
constexpr bool connects_again = requires(Config config) { config.reconnect; };

constexpr int turns_of_a_thread = 20;
constexpr int threads_for_one_that_stays = 8;
constexpr auto patience = 60s;

std::string type_of(const std::exception& error) {
  const std::unique_ptr<char, void (*)(void*)> name(
      abi::__cxa_demangle(typeid(error).name(), nullptr, nullptr, nullptr), std::free);
  const std::string text = name ? name.get() : typeid(error).name();
  return text.substr(text.rfind(':') + 1);  // npos + 1 is 0
}

std::string text_of(const types::Turn& turn) {
  for (const auto& item : turn.items) {
    const auto* message = item.as<types::UserMessageThreadItem>();
    if (message != nullptr) return codex::Json(item).dump();
  }
  return {};
}

/// Its runtime may still be about to write how it ended.
bool may_change(const types::Turn& turn) {
  return turn.status == types::TurnStatus::in_progress ||
         (turn.status == types::TurnStatus::interrupted && !turn.completed_at);
}

std::string list(const std::map<std::string, std::uint64_t>& counts) {
  std::string text;
  for (const auto& [name, count] : counts) {
    text += (text.empty() ? "" : ", ") + std::to_string(count) + ' ' + name;
  }
  return text;
}

}  // namespace

void Tally::count_turn(const std::string& end) {
  const std::scoped_lock lock(mutex_);
  ++turns_[end];
}

void Tally::count_error(const std::exception& error) {
  const std::scoped_lock lock(mutex_);
  ++errors_[type_of(error)];
}

void Tally::count_wrong(int number, const std::string& what) {
  ++wrong_;
  const std::scoped_lock lock(mutex_);
  std::cout << "wrong: turn " << number << ": " << what << std::endl;
}

std::uint64_t Tally::turns() const {
  const std::scoped_lock lock(mutex_);
  return std::accumulate(turns_.begin(), turns_.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const auto& end) { return sum + end.second; });
}

std::string Tally::line() const {
  std::string text = std::to_string(turns()) + " turns";
  const std::scoped_lock lock(mutex_);
  text += " (" + list(turns_) + "), errors: " + (errors_.empty() ? "none" : list(errors_));
  return text + ", " + std::to_string(wrong_) + " wrong";
}

void Asked::approval(const std::string& mark) {
  const std::scoped_lock lock(mutex_);
  ++counts_[mark].first;
}

void Asked::tool(const std::string& mark) {
  const std::scoped_lock lock(mutex_);
  ++counts_[mark].second;
}

std::pair<int, int> Asked::take(const std::string& mark) {
  const std::scoped_lock lock(mutex_);
  const auto found = counts_.extract(mark);
  return found ? found.mapped() : std::pair<int, int>();
}

Lane::Lane(Runtime& runtime, Tally& tally, Asked& asked, Shape reference)
    : runtime_(runtime), tally_(tally), asked_(asked), reference_(std::move(reference)) {}

codex::Tool Lane::tool() const {
  return codex::tool("look_up", "Looks something up", [&asked = asked_](const LookUp& call) {
    asked.tool(call.mark);
    return "found " + call.mark;
  });
}

codex::Thread Lane::thread(codex::Codex& codex) {
  codex::Handlers handlers;
  handlers.command_approval =
      [&asked = asked_](const types::CommandExecutionRequestApprovalParams& asks) {
        const std::string command = asks.command.value_or("");
        const auto begin = command.find('#');
        asked.approval(command.substr(begin, command.rfind('#') + 1 - begin));
        return codex::approvals::accept();
      };
  if (thread_id_.empty()) {
    auto started = codex.thread_start({.approval_mode = codex::ApprovalMode::ask,
                                       .sandbox = codex::Sandbox::read_only,
                                       .tools = {tool()},
                                       .handlers = std::move(handlers)});
    thread_id_ = started.id();
    turns_in_thread_ = 0;
    return started;
  }
  return codex.thread_resume(thread_id_, {.tools = {tool()}, .handlers = std::move(handlers)});
}

/// A client that connects again by itself hides cuts, once it knows the turn's id.
bool Lane::must_be_whole() const {
  const Faults now = runtime_.faults();
  if (now == before_) return true;
  return connects_again<codex::CodexConfig> && has_begun_ && runtime_.can_cut() &&
         now.kills == before_.kills;
}

Shape Lane::uncut(int number) {
  const auto codex = runtime_.client();
  return shape_of(thread(*codex).run(prompt(number)).items);
}

void Lane::take_turn(int number) {
  before_ = at_begin_;
  at_begin_ = runtime_.faults();
  if (turns_in_thread_++ >= turns_of_a_thread) leave_thread();
  try {
    run(number);
  } catch (const std::exception& error) {
    tally_.count_error(error);
    if (must_be_whole()) tally_.count_wrong(number, error.what());
    find(number);
  }
  (void)asked_.take(mark(number));
}

void Lane::leave_thread() {
  const std::string left = std::exchange(thread_id_, "");
  if (left.empty() || ++threads_ % threads_for_one_that_stays == 0) return;
  try {
    (void)connected()->thread_archive(left);
  } catch (const std::exception& error) {  // it stays, too
    tally_.count_error(error);
  }
}

/// Waits while the runtime is cut off or starts.
std::shared_ptr<codex::Codex> Lane::connected() {
  const auto deadline = Clock::now() + patience;
  while (true) try {
      return runtime_.client();
    } catch (const codex::CodexError& error) {
      tally_.count_error(error);
      if (Clock::now() > deadline) throw;
      std::this_thread::sleep_for(20ms);
    }
}

void Lane::run(int number) {
  has_begun_ = false;
  const auto codex = connected();
  auto turn = thread(*codex).turn(prompt(number), {.timeout = patience});
  has_begun_ = true;
  Texts texts;
  for (const auto& event : turn.stream()) texts.add(event);
  const auto result = turn.run();
  judge(number, result.status, result.items, "whole");
  if (!texts.fit(result.items)) {
    tally_.count_wrong(number, "a message is not what its deltas were");
  }
  if (must_be_whole() && asked_.take(mark(number)) != std::pair(1, 1)) {
    tally_.count_wrong(number, "the approval or the tool was not asked for once");
  }
}

/// The turn was cut off, or may never have begun.
void Lane::find(int number) {
  const auto deadline = Clock::now() + patience;
  while (Clock::now() < deadline) try {
      const Turn found = look_for(number);
      if (found) {
        return judge(number, found->status, found->items,
                     found->status == types::TurnStatus::completed ? "found" : "interrupted");
      }
      thread_id_.clear();
      return tally_.count_turn("never begun");
    } catch (const codex::InvalidRequestError& error) {  // a thread without a turn is not kept
      tally_.count_error(error);
      thread_id_.clear();
      return tally_.count_turn("never begun");
    } catch (const std::exception& error) {  // the next fault
      tally_.count_error(error);
      std::this_thread::sleep_for(50ms);
    }
  tally_.count_wrong(number, "its end is not to be found");
}

/// Waits until the turn has ended. Nothing if it is not there after a second: a start that was cut
/// off is seen after 0.12 s at most. Throws when the connection is cut meanwhile.
Lane::Turn Lane::look_for(int number) {
  if (thread_id_.empty()) return std::nullopt;
  const auto codex = connected();
  const auto resumed = thread(*codex);
  const auto begin = Clock::now();
  auto last_look = Clock::time_point::max();
  while (true) {
    const auto turns = codex->request<requests::ThreadTurnsList>(
        {.thread_id = thread_id_, .items_view = types::TurnItemsView::full, .limit = 3});
    const auto found = std::ranges::find_if(turns.data, [number](const auto& turn) {
      return text_of(turn).find(mark(number)) != std::string::npos;
    });
    const bool is_there = found != turns.data.end();
    if (is_there && !may_change(*found)) return *found;
    if (!is_there && Clock::now() > begin + 1s) return std::nullopt;
    if (is_there && found->status == types::TurnStatus::interrupted) {
      last_look = std::min(last_look, Clock::now() + 3s);
      if (Clock::now() > last_look) return *found;
    }
    std::this_thread::sleep_for(50ms);
  }
}

void Lane::judge(int number, const types::TurnStatus& status,
                 const std::vector<types::ThreadItem>& items, const std::string& if_right) {
  const Shape expected = with_number(reference_, 0, number);
  const Shape got = shape_of(items);
  const bool was_killed = runtime_.faults().kills != before_.kills;
  const bool is_right =
      status == types::TurnStatus::completed
          ? got == expected
          : status == types::TurnStatus::interrupted && was_killed && is_part_of(got, expected);
  if (!is_right) {
    tally_.count_wrong(number, std::string(status.name()) + difference(got, expected));
  }
  tally_.count_turn(status == types::TurnStatus::completed ? if_right : "interrupted");
}

}  // namespace soak
