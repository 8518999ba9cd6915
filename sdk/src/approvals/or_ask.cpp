#include <atomic>
#include <exception>
#include <utility>

#include <codex/ask.hpp>
#include <codex/protocol/mcp_server.hpp>
#include <codex/protocol/session.hpp>

#include "approvals/owned_request.hpp"
#include "task/operation.hpp"
#include "task/own_thread.hpp"
#include "task/timers.hpp"

namespace codex::approvals {

struct detail::AskTerms {
  Policy rules;
  std::function<Task<Decision>(const Request&)> ask;
  AskOptions options;
};

namespace {

using codex::detail::Clock;
using codex::detail::Completion;
using codex::detail::deadline_after;
using codex::detail::Expiry;
using codex::detail::HandlerReply;
using codex::detail::operation;
using codex::detail::OperationTerms;
using codex::detail::OriginParts;
using codex::detail::Outcome;
using codex::detail::OwnedRequest;
using codex::detail::OwnThread;
using codex::detail::Watch;
using detail::AskTerms;

using AskTermsPtr = std::shared_ptr<const AskTerms>;

/// One question. The coroutine that asks it may go on after the deadline, so it shares this: with
/// what it refers to, and with the reply, for whose end a closing client waits.
class Asking : public std::enable_shared_from_this<Asking> {
 public:
  Asking(AskTermsPtr terms, const Request& request)
      : reply_(origin_of(request.context.origin).reply.lock()),
        origin_(origin_of(request.context.origin)),
        terms_(std::move(terms)),
        wanted_(request.context.stop),
        request_(request, stop_.get_token()) {}

  [[nodiscard]] const Request& request() const noexcept { return request_.view(); }
  [[nodiscard]] std::optional<Decision> opinion() const { return terms_->rules.opinion(request()); }
  /// Stopped when nobody wants the answer any more.
  [[nodiscard]] const std::stop_token& wanted() const noexcept { return wanted_; }

  void start(const Completion<Decision>& completion, const std::stop_token& stop) {
    completion_ = completion;
    const auto& limit = terms_->options.deadline;
    const auto deadline =
        limit ? deadline_after(Clock::now(), *limit) : codex::detail::TimePoint::max();
    watch_.emplace(thread_->timers(), deadline, stop, [weak = weak_from_this()](Expiry expiry) {
      if (const auto self = weak.lock()) self->expire(expiry);
    });
    try {
      detach(
          terms_->ask(request()),
          [self = shared_from_this()](std::exception_ptr error, std::optional<Decision> decision) {
            self->complete(error ? Outcome<Decision>(error) : Outcome<Decision>(*decision));
          },
          origin_.executor ? *origin_.executor : Executor(), stop_.get_token());
    } catch (...) {
      complete(std::current_exception());
    }
  }

 private:
  void expire(Expiry expiry) {
    if (expiry == Expiry::deadline) {
      complete(decline("Nobody answered in time."));
    } else {
      complete(codex::detail::make_error<CancelledError>("Nobody wants this answer any more"));
    }
    stop_.request_stop();
  }

  void complete(Outcome<Decision> outcome) {
    if (!is_complete_.exchange(true)) completion_(std::move(outcome));
  }

  const std::shared_ptr<HandlerReply> reply_;  // destroyed last, after all that the app gave
  const OriginParts origin_;
  const AskTermsPtr terms_;
  const std::stop_token wanted_;
  std::stop_source stop_;
  const OwnedRequest request_;
  const std::shared_ptr<OwnThread> thread_ = OwnThread::shared();
  Completion<Decision> completion_;
  std::atomic<bool> is_complete_ = false;
  std::optional<Watch> watch_;
};

Task<Decision> decide(std::shared_ptr<Asking> asking) {
  if (auto opinion = asking->opinion()) co_return *std::move(opinion);
  const auto start = [&](const Completion<Decision>& completion, const std::stop_token& stop) {
    asking->start(completion, stop);
  };
  OperationTerms<Decision> terms{.stop = asking->wanted()};
  co_return co_await operation<Decision>(start, std::move(terms));
}

Task<Decision> decide(const AskTermsPtr& terms, const Request& request) {
  return decide(std::make_shared<Asking>(terms, request));
}

}  // namespace

AskPolicy or_ask(Policy rules, std::function<Task<Decision>(const Request&)> ask,
                 AskOptions options) {
  return AskPolicy(
      std::make_shared<const AskTerms>(AskTerms{std::move(rules), std::move(ask), options}));
}

Task<Decision> AskPolicy::operator()(const protocol::CommandExecutionRequestApprovalParams& params,
                                     const HandlerContext& context) const {
  return decide(terms_, {.context = context, .command = &params});
}

Task<Decision> AskPolicy::operator()(const protocol::FileChangeRequestApprovalParams& params,
                                     const HandlerContext& context) const {
  return decide(terms_, {.context = context, .file_change = &params});
}

Task<Decision> AskPolicy::operator()(const protocol::PermissionsRequestApprovalParams& params,
                                     const HandlerContext& context) const {
  return decide(terms_, {.context = context, .permissions = &params});
}

Task<Decision> AskPolicy::operator()(const protocol::McpServerElicitationRequestParams& params,
                                     const HandlerContext& context) const {
  return decide(terms_, {.context = context, .elicitation = &params});
}

Task<Decision> AskPolicy::operator()(const protocol::ApplyPatchApprovalParams& params,
                                     const HandlerContext& context) const {
  return decide(terms_, {.context = context, .apply_patch = &params});
}

Task<Decision> AskPolicy::operator()(const protocol::ExecCommandApprovalParams& params,
                                     const HandlerContext& context) const {
  return decide(terms_, {.context = context, .exec_command = &params});
}

Handlers AskPolicy::handlers() const {
  return {.command_approval = *this,
          .file_change_approval = *this,
          .permissions_approval = *this,
          .elicitation = *this,
          .apply_patch_approval = *this,
          .exec_command_approval = *this};
}

}  // namespace codex::approvals
