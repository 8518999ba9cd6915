#include "threads/thread_calls.hpp"

#include <utility>

#include <codex/errors.hpp>
#include <codex/protocol/thread.hpp>

#include "session/params.hpp"
#include "tools/tool_specs.hpp"
#include "wire/peek.hpp"

namespace codex::detail {
namespace {

namespace requests = codex::protocol::requests;

/// The id of the thread in a response. Not by the typed response, so that it works with a runtime
/// whose threads have another form.
std::string thread_id_of(std::string_view method, std::string_view result) {
  const Peek id = Peek(result)["thread"]["id"];
  if (!id.is_string()) throw DecodeError("thread.id", "expected string", std::string(method));
  std::string text = id.text();
  if (text.size() > max_id_bytes) {
    throw DecodeError("thread.id", "is too long", std::string(method));
  }
  return text;
}

/// The functions of tools that the runtime already knows: no request contains them, so nothing else
/// checks them.
ToolFinder functions_behind(const std::vector<Tool>& tools, const CodexConfig& config) {
  if (tools.empty()) return {};
  if (!config.experimental_api) {
    throw UnsupportedError(
        "Tools are experimental, and this client did not opt in. Set "
        "CodexConfig::experimental_api to true to use them.");
  }
  (void)tool_specs(tools);
  return tool_finder(tools);
}

/// Has the runtime bring up a thread, and gives its id.
Task<std::string> thread_from(std::shared_ptr<const Client> client, std::string method,
                              std::string params, CallOptions options) {
  auto call = client->call(method, std::move(params), std::move(options));
  const std::string result = co_await call;
  co_return thread_id_of(method, result);
}

/// Restores a thread's tools and handlers, unless the thread was loaded.
class Restore {
 public:
  Restore(HandlerBook& book, std::string thread_id)
      : book_(book), thread_id_(std::move(thread_id)), before_(book_.of_thread(thread_id_)) {}
  Restore(const Restore&) = delete;
  Restore(Restore&&) = delete;
  Restore& operator=(const Restore&) = delete;
  Restore& operator=(Restore&&) = delete;
  ~Restore() {
    if (!is_done_) book_.restore(thread_id_, changed_, before_);
  }

  void note_change() { changed_ = book_.of_thread(thread_id_); }
  void cancel() noexcept { is_done_ = true; }

 private:
  using Entry = decltype(std::declval<HandlerBook&>().of_thread(std::string()));
  HandlerBook& book_;
  const std::string thread_id_;
  const Entry before_;
  Entry changed_ = {};
  bool is_done_ = false;
};

}  // namespace

Task<std::string> start_thread(std::shared_ptr<const Client> client, ThreadStartOptions options) {
  client->input_check().cwd(options.cwd);
  auto start = thread_from(client, std::string(requests::ThreadStart::method),
                           thread_start_params(options), call_options(options));
  std::string thread_id = co_await start;
  HandlerBook& book = client->handlers();
  if (!options.tools.empty()) book.set_tools(thread_id, tool_finder(options.tools));
  if (has_any(options.handlers)) book.set_handlers(thread_id, std::move(options.handlers));
  co_return thread_id;
}

Task<std::string> resume_thread(std::shared_ptr<const Client> client, std::string thread_id,
                                ThreadResumeOptions options) {
  client->input_check().cwd(options.cwd);
  ToolFinder tools = functions_behind(options.tools, client->config());
  HandlerBook& book = client->handlers();
  // Before the request: the thread may have a running turn, and send requests at once.
  Restore unless_it_is_there(book, thread_id);
  if (tools) book.set_tools(thread_id, std::move(tools));
  if (has_any(options.handlers)) book.set_handlers(thread_id, options.handlers);
  unless_it_is_there.note_change();
  leave_out_turns(client->gate(), options);
  auto resume = thread_from(client, std::string(requests::ThreadResume::method),
                            thread_resume_params(thread_id, options), call_options(options));
  std::string resumed = co_await resume;
  unless_it_is_there.cancel();
  co_return resumed;
}

Task<std::string> fork_thread(std::shared_ptr<const Client> client, std::string thread_id,
                              ThreadForkOptions options) {
  client->input_check().cwd(options.cwd);
  ToolFinder tools = functions_behind(options.tools, client->config());
  HandlerBook& book = client->handlers();
  if (const auto source = book.of_thread(thread_id); source && !tools) tools = source->find_tool;
  leave_out_turns(client->gate(), options);
  auto fork = thread_from(client, std::string(requests::ThreadFork::method),
                          thread_fork_params(thread_id, options), call_options(options));
  std::string forked = co_await fork;
  if (tools) book.set_tools(forked, std::move(tools));
  if (has_any(options.handlers)) book.set_handlers(forked, std::move(options.handlers));
  co_return forked;
}

Task<std::string> unarchive_thread(std::shared_ptr<const Client> client, std::string thread_id,
                                   CallOptions options) {
  const protocol::ThreadUnarchiveParams params{.thread_id = std::move(thread_id)};
  return thread_from(std::move(client), std::string(requests::ThreadUnarchive::method),
                     protocol::encode(params), std::move(options));
}

Task<protocol::ThreadReadResponse> read_thread(std::shared_ptr<const Client> client,
                                               std::string thread_id, ThreadReadOptions options) {
  using requests::ThreadRead;
  auto read = decoded<ThreadRead>(client->call(
      ThreadRead::method, thread_read_params(thread_id, options), call_options(options)));
  co_return co_await read;
}

Task<protocol::ThreadListResponse> list_threads(std::shared_ptr<const Client> client,
                                                ThreadListOptions options) {
  using requests::ThreadList;
  auto list = decoded<ThreadList>(
      client->call(ThreadList::method, thread_list_params(options), call_options(options)));
  co_return co_await list;
}

}  // namespace codex::detail
