#include <algorithm>
#include <atomic>
#include <cstdint>
#include <exception>
#include <mutex>
#include <utility>

#include <codex/ask.hpp>
#include <codex/errors.hpp>

#include "approvals/owned_request.hpp"
#include "os/random_name.hpp"
#include "task/operation.hpp"
#include "task/owner_process.hpp"

namespace codex::approvals {

namespace detail {
namespace {

using codex::detail::Completion;
using codex::detail::make_error;
using codex::detail::operation;
using codex::detail::OwnedRequest;
using codex::detail::random_name;

}  // namespace

/// What one coroutine waits for.
struct Question {
  explicit Question(const Request& asked, std::weak_ptr<DeskState> at)
      : request(asked, asked.context.stop), desk(std::move(at)) {}

  const OwnedRequest request;
  const std::weak_ptr<DeskState> desk;
  const std::chrono::system_clock::time_point asked_at = std::chrono::system_clock::now();
  std::string id;
  Completion<Decision> completion;

  struct Cancel {
    std::weak_ptr<Question> question;
    void operator()() const;
  };
  std::optional<std::stop_callback<Cancel>> on_stop;
};

using QuestionPtr = std::shared_ptr<Question>;

/// Whoever takes a question off the desk completes it, and nobody else.
struct DeskState {
  explicit DeskState(DeskOptions o) : options(std::move(o)) {}

  /// Why it cannot wait here; nothing if it does.
  [[nodiscard]] std::optional<Decision> put(const QuestionPtr& question) {
    const std::lock_guard lock(mutex);
    if (is_over) return decline("Nobody answers any more.");
    if (waiting.size() >= options.max_pending) return decline("Too many requests wait already.");
    question->id = name + "-" + std::to_string(++last_number);
    waiting.push_back(question);
    return std::nullopt;
  }

  [[nodiscard]] bool take(const Question& question) {
    const std::lock_guard lock(mutex);
    return std::erase_if(waiting, [&](const auto& one) { return one.get() == &question; }) > 0;
  }

  [[nodiscard]] QuestionPtr find(std::string_view id) const {
    const std::lock_guard lock(mutex);
    const auto found =
        std::ranges::find_if(waiting, [&](const auto& one) { return one->id == id; });
    return found != waiting.end() ? *found : nullptr;
  }

  bool answer(const QuestionPtr& question, Decision decision) {
    if (!question || !take(*question)) return false;
    question->completion(std::move(decision));
    return true;
  }

  void end() {
    if (!owner.is_this()) return;
    std::unique_lock lock(mutex);
    is_over = true;
    const auto left = std::exchange(waiting, {});
    lock.unlock();
    for (const auto& question : left) question->completion(decline("Nobody answers any more."));
  }

  const codex::detail::OwnerProcess owner;
  const DeskOptions options;
  const std::string name = random_name();
  mutable std::mutex mutex;
  std::vector<QuestionPtr> waiting;
  std::uint64_t last_number = 0;
  bool is_over = false;
};

void Question::Cancel::operator()() const {
  const auto asked = question.lock();
  const auto at = asked ? asked->desk.lock() : nullptr;
  if (!at || !at->owner.is_this() || !at->take(*asked)) return;
  asked->completion(make_error<CancelledError>("Cancelled while waiting for a person's answer"));
}

namespace {

void ask_at(DeskState& desk, const QuestionPtr& question, const Completion<Decision>& completion,
            const std::stop_token& stop) {
  question->completion = completion;
  if (auto refusal = desk.put(question)) return completion(*std::move(refusal));
  question->on_stop.emplace(stop, Question::Cancel{question});
  if (!desk.options.on_question || stop.stop_requested()) return;
  try {
    desk.options.on_question(PendingApproval(question));
  } catch (...) {
    if (desk.take(*question)) completion(std::current_exception());
  }
}

Task<Decision> wait_at(std::shared_ptr<DeskState> desk, QuestionPtr question) {
  const auto start = [&](const Completion<Decision>& completion, const std::stop_token& stop) {
    ask_at(*desk, question, completion, stop);
  };
  co_return co_await operation<Decision>(start);
}

Task<Decision> ask_at(const std::shared_ptr<DeskState>& desk, const Request& request) {
  return wait_at(desk, std::make_shared<Question>(request, desk));
}

Task<Decision> refuse() { co_return decline("Nobody answers any more."); }

}  // namespace
}  // namespace detail

const std::string& PendingApproval::id() const noexcept { return question_->id; }

const Request& PendingApproval::request() const noexcept { return question_->request.view(); }

std::chrono::system_clock::time_point PendingApproval::asked_at() const noexcept {
  return question_->asked_at;
}

bool PendingApproval::is_open() const {
  const auto desk = question_->desk.lock();
  return desk && desk->find(id()) != nullptr;
}

bool PendingApproval::answer(Decision decision) const {
  const auto desk = question_->desk.lock();
  return desk && desk->answer(question_, std::move(decision));
}

Desk::Desk(DeskOptions options) : state_(std::make_shared<detail::DeskState>(std::move(options))) {}

Desk::~Desk() { state_->end(); }

std::vector<PendingApproval> Desk::pending() const {
  const std::lock_guard lock(state_->mutex);
  return {state_->waiting.begin(), state_->waiting.end()};
}

std::optional<PendingApproval> Desk::find(std::string_view id) const {
  if (auto question = state_->find(id)) return PendingApproval(std::move(question));
  return std::nullopt;
}

bool Desk::answer(std::string_view id, Decision decision) {
  return state_->answer(state_->find(id), std::move(decision));
}

Task<Decision> Desk::ask(const Request& request) const { return detail::ask_at(state_, request); }

AskPolicy or_ask(Policy rules, const Desk& desk, AskOptions options) {
  const auto ask = [weak = std::weak_ptr(desk.state_)](const Request& request) {
    const auto state = weak.lock();
    return state ? detail::ask_at(state, request) : detail::refuse();
  };
  return or_ask(std::move(rules), ask, options);
}

}  // namespace codex::approvals
