#include <codex/client.hpp>
#include <codex/errors.hpp>
#include <codex/protocol/model.hpp>
#include <codex/protocol/thread.hpp>

#include "client/notification_stream.hpp"
#include "session/client_core.hpp"
#include "session/params.hpp"
#include "threads/current_turn.hpp"
#include "threads/thread_calls.hpp"

namespace codex {
namespace requests = codex::protocol::requests;

Codex::Codex(CodexConfig config) : client_(sync_wait(detail::Client::start(std::move(config)))) {}
Codex::Codex(Codex&&) noexcept = default;

Codex& Codex::operator=(Codex&& other) noexcept {
  if (this == &other) return *this;
  close();
  client_ = std::move(other.client_);
  return *this;
}

Codex::~Codex() { close(); }

const Metadata& Codex::metadata() const { return client().metadata(); }

bool Codex::supports(std::string_view method) const { return client().gate().supports(method); }

bool Codex::supports(std::string_view method, std::string_view member) const {
  return client().gate().supports(method, member);
}

bool Codex::is_open() const noexcept { return client_ && client_->is_open(); }

std::optional<std::int64_t> Codex::process_id() const {
  return client_ ? client_->process_id() : std::nullopt;
}

detail::Client& Codex::client() const {
  if (!client_) throw TransportClosedError("This Codex was moved from: it has no runtime");
  return *client_;
}

std::shared_ptr<detail::Client> Codex::shared_client() const {
  (void)client().shared_connection();  // throws in a child of fork
  return client_;
}

void Codex::close() noexcept {
  if (client_) client_->close();
}

protocol::ModelListResponse Codex::models(const ModelListOptions& options) const {
  return sync_wait(
      client().call<requests::ModelList>({.include_hidden = options.include_hidden}, options));
}

Thread Codex::thread_start(const ThreadStartOptions& options) const {
  return {client_, sync_wait(detail::start_thread(shared_client(), options))};
}

Thread Codex::thread_resume(const std::string& thread_id,
                            const ThreadResumeOptions& options) const {
  return {client_, sync_wait(detail::resume_thread(shared_client(), thread_id, options))};
}

Thread Codex::thread(const std::string& thread_id, const ThreadResumeOptions& options) const {
  return thread_resume(thread_id, options);
}

std::vector<TurnHandle> Codex::running_turns() const {
  std::vector<TurnHandle> handles;
  for (auto& running : detail::running_turns(shared_client())) {
    handles.push_back(TurnHandle(std::make_unique<detail::HandleState>(std::move(running))));
  }
  return handles;
}

Thread Codex::thread_fork(const std::string& thread_id, const ThreadForkOptions& options) const {
  return {client_, sync_wait(detail::fork_thread(shared_client(), thread_id, options))};
}

Thread Codex::thread_unarchive(const std::string& thread_id, const CallOptions& options) const {
  return {client_, sync_wait(detail::unarchive_thread(shared_client(), thread_id, options))};
}

protocol::ThreadArchiveResponse Codex::thread_archive(const std::string& thread_id,
                                                      const CallOptions& options) const {
  return sync_wait(client().call<requests::ThreadArchive>({.thread_id = thread_id}, options));
}

protocol::ThreadListResponse Codex::thread_list(const ThreadListOptions& options) const {
  return sync_wait(detail::list_threads(shared_client(), options));
}

Paged<protocol::requests::ThreadList> Codex::threads(const ThreadListOptions& options) const {
  return Paged<requests::ThreadList>(detail::Pager(
      shared_client(), requests::ThreadList::method,
      protocol::decode<Json>(detail::thread_list_params(options)), detail::call_options(options)));
}

NotificationStream Codex::notifications(const WaitOptions& options) const {
  detail::InputCheck::no_null(options.timeout, "timeout");
  return NotificationStream(std::make_shared<detail::NotificationReader>(
      detail::NotificationReader{client().connection().router().general(), options}));
}

Json Codex::request(std::string_view method, const Json& params, const CallOptions& options) const {
  return sync_wait(detail::call_untyped(shared_client(), std::string(method), params, options));
}

std::string Codex::request_text(std::string_view method, std::string params,
                                const CallOptions& options) const {
  return sync_wait(client().call(method, std::move(params), options));
}

}  // namespace codex
