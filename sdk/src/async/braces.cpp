// The calls with a temporary: see async/braces.hpp.

#include <utility>

#include <codex/async/client.hpp>
#include <codex/protocol/account.hpp>
#include <codex/protocol/model.hpp>
#include <codex/protocol/thread.hpp>

namespace codex {

using detail::BracedTask;

BracedTask<protocol::GetAccountResponse> AsyncCodex::account(AccountOptions&& options) const {
  return BracedTask<protocol::GetAccountResponse>(account(options));
}

BracedTask<void> AsyncCodex::login_api_key(std::string api_key, CallOptions&& options) const {
  return BracedTask<void>(login_api_key(std::move(api_key), options));
}

BracedTask<AsyncChatgptLoginHandle> AsyncCodex::login_chatgpt(CallOptions&& options) const {
  return BracedTask<AsyncChatgptLoginHandle>(login_chatgpt(options));
}

BracedTask<AsyncDeviceCodeLoginHandle> AsyncCodex::login_chatgpt_device_code(
    CallOptions&& options) const {
  return BracedTask<AsyncDeviceCodeLoginHandle>(login_chatgpt_device_code(options));
}

BracedTask<protocol::LogoutAccountResponse> AsyncCodex::logout(CallOptions&& options) const {
  return BracedTask<protocol::LogoutAccountResponse>(logout(options));
}

BracedTask<protocol::ModelListResponse> AsyncCodex::models(ModelListOptions&& options) const {
  return BracedTask<protocol::ModelListResponse>(models(options));
}

BracedTask<AsyncThread> AsyncCodex::thread_start(ThreadStartOptions&& options) const {
  return BracedTask<AsyncThread>(thread_start(options));
}

BracedTask<AsyncThread> AsyncCodex::thread_resume(std::string thread_id,
                                                  ThreadResumeOptions&& options) const {
  return BracedTask<AsyncThread>(thread_resume(std::move(thread_id), options));
}

BracedTask<AsyncThread> AsyncCodex::thread(std::string thread_id,
                                           ThreadResumeOptions&& options) const {
  return BracedTask<AsyncThread>(thread(std::move(thread_id), options));
}

BracedTask<AsyncThread> AsyncCodex::thread_fork(std::string thread_id,
                                                ThreadForkOptions&& options) const {
  return BracedTask<AsyncThread>(thread_fork(std::move(thread_id), options));
}

BracedTask<AsyncThread> AsyncCodex::thread_unarchive(std::string thread_id,
                                                     CallOptions&& options) const {
  return BracedTask<AsyncThread>(thread_unarchive(std::move(thread_id), options));
}

BracedTask<protocol::ThreadListResponse> AsyncCodex::thread_list(
    ThreadListOptions&& options) const {
  return BracedTask<protocol::ThreadListResponse>(thread_list(options));
}

BracedTask<protocol::ThreadArchiveResponse> AsyncCodex::thread_archive(
    std::string thread_id, CallOptions&& options) const {
  return BracedTask<protocol::ThreadArchiveResponse>(thread_archive(std::move(thread_id), options));
}

BracedTask<AsyncNotificationStream> AsyncCodex::notifications(WaitOptions&& options) const {
  return BracedTask<AsyncNotificationStream>(notifications(options));
}

BracedTask<Json> AsyncCodex::request(std::string_view method, Json params,
                                     CallOptions&& options) const {
  return BracedTask<Json>(request(method, std::move(params), options));
}

BracedTask<AsyncTurnHandle> AsyncThread::turn(RunInput input, TurnOptions&& options) const {
  return BracedTask<AsyncTurnHandle>(turn(std::move(input), options));
}

BracedTask<TurnResult> AsyncThread::run(RunInput input, TurnOptions&& options) const {
  return BracedTask<TurnResult>(run(std::move(input), options));
}

BracedTask<std::optional<AsyncTurnHandle>> AsyncThread::current_turn(CallOptions&& options) const {
  return BracedTask<std::optional<AsyncTurnHandle>>(current_turn(options));
}

BracedTask<protocol::ThreadReadResponse> AsyncThread::read(ThreadReadOptions&& options) const {
  return BracedTask<protocol::ThreadReadResponse>(read(options));
}

BracedTask<protocol::ThreadSetNameResponse> AsyncThread::set_name(std::string name,
                                                                  CallOptions&& options) const {
  return BracedTask<protocol::ThreadSetNameResponse>(set_name(std::move(name), options));
}

BracedTask<protocol::ThreadCompactStartResponse> AsyncThread::compact(CallOptions&& options) const {
  return BracedTask<protocol::ThreadCompactStartResponse>(compact(options));
}

BracedTask<AsyncTurnHandle> AsyncThread::review(const protocol::ReviewTarget& target,
                                                ReviewOptions&& options) const {
  return BracedTask<AsyncTurnHandle>(review(target, options));
}

BracedTask<AsyncTurnHandle> AsyncThread::goal(std::string objective, GoalOptions&& options) const {
  return BracedTask<AsyncTurnHandle>(goal(std::move(objective), options));
}

BracedTask<TurnResult> AsyncThread::run_goal(std::string objective, GoalOptions&& options) const {
  return BracedTask<TurnResult>(run_goal(std::move(objective), options));
}

BracedTask<protocol::TurnSteerResponse> AsyncTurnHandle::steer(Input input,
                                                               CallOptions&& options) const {
  return BracedTask<protocol::TurnSteerResponse>(steer(std::move(input), options));
}

BracedTask<protocol::TurnInterruptResponse> AsyncTurnHandle::interrupt(
    CallOptions&& options) const {
  return BracedTask<protocol::TurnInterruptResponse>(interrupt(options));
}

BracedTask<protocol::AccountLoginCompletedNotification> AsyncLoginHandle::wait(
    WaitOptions&& options) const {
  return BracedTask<protocol::AccountLoginCompletedNotification>(wait(options));
}

BracedTask<protocol::CancelLoginAccountResponse> AsyncLoginHandle::cancel(
    CallOptions&& options) const {
  return BracedTask<protocol::CancelLoginAccountResponse>(cancel(options));
}

detail::BracedPaged<protocol::requests::ThreadList> AsyncCodex::threads(
    ThreadListOptions&& options) const {
  return detail::BracedPaged<protocol::requests::ThreadList>(threads(options));
}

}  // namespace codex
