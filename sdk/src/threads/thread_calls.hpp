#pragma once

#include <memory>
#include <string>

#include <codex/async/task.hpp>
#include <codex/options.hpp>

#include "session/client_core.hpp"

/// Starting and loading threads: each returns the id after setting tools and handlers. They throw
/// like the functions of `Codex`.
namespace codex::detail {

Task<std::string> start_thread(std::shared_ptr<const Client> client, ThreadStartOptions options);

Task<std::string> resume_thread(std::shared_ptr<const Client> client, std::string thread_id,
                                ThreadResumeOptions options);

Task<std::string> fork_thread(std::shared_ptr<const Client> client, std::string thread_id,
                              ThreadForkOptions options);

Task<std::string> unarchive_thread(std::shared_ptr<const Client> client, std::string thread_id,
                                   CallOptions options);

Task<protocol::ThreadReadResponse> read_thread(std::shared_ptr<const Client> client,
                                               std::string thread_id, ThreadReadOptions options);

/// One page of `thread/list`.
Task<protocol::ThreadListResponse> list_threads(std::shared_ptr<const Client> client,
                                                ThreadListOptions options);

}  // namespace codex::detail
