#include <codex/client.hpp>
#include <codex/errors.hpp>
#include <codex/protocol/model.hpp>
#include <codex/protocol/thread.hpp>

#include "client/client_core.hpp"
#include "client/notification_stream.hpp"
#include "client/params.hpp"
#include "client/tools.hpp"

namespace codex {
namespace {

namespace requests = codex::protocol::requests;

/// The id of the thread in a response. Not by the typed response, so that a runtime whose threads
/// look different can be worked with all the same.
std::string thread_id_of(std::string_view method, std::string_view result) {
  const Json json = Json::parse(result, nullptr, false);
  const Json::json_pointer path("/thread/id");
  if (!json.is_object() || !json.contains(path) || !json[path].is_string()) {
    throw DecodeError("thread.id", "expected string", std::string(method));
  }
  return json[path].get<std::string>();
}

/// The functions behind tools that the runtime knows of already: no request tells of them, so that
/// nothing else checks them.
detail::ToolFinder functions_behind(const std::vector<Tool>& tools, const CodexConfig& config) {
  if (tools.empty()) return {};
  if (!config.experimental_api) {
    throw UnsupportedError(
        "Tools are experimental, and this client did not opt in. Set "
        "CodexConfig::experimental_api to true to use them.");
  }
  (void)detail::tool_specs(tools);
  return detail::tool_finder(tools);
}

}  // namespace

Codex::Codex(CodexConfig config) : client_(detail::Client::start(std::move(config))) {}
Codex::Codex(Codex&&) noexcept = default;

Codex& Codex::operator=(Codex&& other) noexcept {
  if (this == &other) return *this;
  close();
  client_ = std::move(other.client_);
  return *this;
}

Codex::~Codex() { close(); }

const Metadata& Codex::metadata() const { return client().metadata(); }

detail::Client& Codex::client() const {
  if (!client_) throw TransportClosedError("This Codex was moved from: it has no runtime");
  return *client_;
}

std::shared_ptr<detail::Client> Codex::shared_client() const {
  (void)client();
  return client_;
}

void Codex::close() noexcept {
  if (client_) client_->close();
}

protocol::ModelListResponse Codex::models(const ModelListOptions& options) {
  return client().call<requests::ModelList>({.include_hidden = options.include_hidden}, options);
}

Thread Codex::thread_start(const ThreadStartOptions& options) {
  Thread thread = thread_from(requests::ThreadStart::method, detail::thread_start_params(options),
                              detail::call_options(options));
  if (!options.tools.empty()) {
    client().handlers().set_tools(thread.id(), detail::tool_finder(options.tools));
  }
  if (detail::has_any(options.handlers)) thread.set_handlers(options.handlers);
  return thread;
}

Thread Codex::thread_resume(const std::string& thread_id, const ThreadResumeOptions& options) {
  detail::ToolFinder tools = functions_behind(options.tools, client().config());
  // The thread may have a turn that runs, and ask at once.
  detail::HandlerBook& handlers = client().handlers();
  const auto before = handlers.of_thread(thread_id);
  if (tools) handlers.set_tools(thread_id, std::move(tools));
  if (detail::has_any(options.handlers)) handlers.set_handlers(thread_id, options.handlers);
  const auto changed = handlers.of_thread(thread_id);
  try {
    return thread_from(requests::ThreadResume::method,
                       detail::thread_resume_params(thread_id, options),
                       detail::call_options(options));
  } catch (...) {
    handlers.restore(thread_id, changed, before);
    throw;
  }
}

Thread Codex::thread_fork(const std::string& thread_id, const ThreadForkOptions& options) {
  detail::ToolFinder tools = functions_behind(options.tools, client().config());
  detail::HandlerBook& handlers = client().handlers();
  if (const auto source = handlers.of_thread(thread_id); source && !tools) {
    tools = source->find_tool;
  }
  Thread thread =
      thread_from(requests::ThreadFork::method, detail::thread_fork_params(thread_id, options),
                  detail::call_options(options));
  if (tools) handlers.set_tools(thread.id(), std::move(tools));
  if (detail::has_any(options.handlers)) thread.set_handlers(options.handlers);
  return thread;
}

Thread Codex::thread_unarchive(const std::string& thread_id, const CallOptions& options) {
  return thread_from(requests::ThreadUnarchive::method,
                     protocol::encode(protocol::ThreadUnarchiveParams{.thread_id = thread_id}),
                     options);
}

Thread Codex::thread_from(std::string_view method, std::string params, const CallOptions& options) {
  return {client_, thread_id_of(method, request_text(method, std::move(params), options))};
}

protocol::ThreadArchiveResponse Codex::thread_archive(const std::string& thread_id,
                                                      const CallOptions& options) {
  return client().call<requests::ThreadArchive>({.thread_id = thread_id}, options);
}

protocol::ThreadListResponse Codex::thread_list(const ThreadListOptions& options) {
  using requests::ThreadList;
  return detail::decode_named<ThreadList::Response>(
      ThreadList::method, request_text(ThreadList::method, detail::thread_list_params(options),
                                       detail::call_options(options)));
}

Paged<protocol::requests::ThreadList> Codex::threads(const ThreadListOptions& options) {
  return Paged<requests::ThreadList>(detail::Pager(shared_client(), requests::ThreadList::method,
                                                   Json::parse(detail::thread_list_params(options)),
                                                   detail::call_options(options)));
}

NotificationStream Codex::notifications(const WaitOptions& options) {
  return NotificationStream(std::make_unique<NotificationStream::Impl>(
      NotificationStream::Impl{client().connection().router().general(), options}));
}

Json Codex::request(std::string_view method, const Json& params, const CallOptions& options) {
  const std::string text = params.is_null()
                               ? std::string()
                               : params.dump(-1, ' ', false, Json::error_handler_t::replace);
  const std::string result = request_text(method, text, options);
  try {
    return Json::parse(result);
  } catch (const Json::exception& error) {
    throw DecodeError("", error.what(), std::string(method));
  }
}

std::string Codex::request_text(std::string_view method, std::string params,
                                const CallOptions& options) {
  return client().call(method, std::move(params), options);
}

}  // namespace codex
