#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>

#include <codex/async/task.hpp>
#include <codex/protocol/support/json.hpp>

#include "connection/connection.hpp"
#include "task/operation.hpp"

namespace codex::detail {

/// The terms of a call: how long it may take, what ends it early, and additional params.
struct CallTerms {
  TimePoint deadline = TimePoint::max();
  std::stop_token stop = {};
  Json extra_params = {};
};

/// Handles a result that nobody waits for any more; see Request::on_late_result.
using LateResult = std::function<void(std::string)>;

/// Sends a request with exactly these params, and returns the text of its result.
inline Task<std::string> call(std::shared_ptr<Connection> connection, std::string method,
                              std::string params, CallTerms terms, LateResult on_late_result = {}) {
  const auto start = [&](Completion<std::string> completion, const std::stop_token& stop) {
    connection->start({.method = std::move(method),
                       .params = std::move(params),
                       .deadline = terms.deadline,
                       .stop = stop,
                       .completion = std::move(completion),
                       .on_late_result = on_late_result});
  };
  OperationTerms<std::string> how{.stop = terms.stop, .on_unclaimed = on_late_result};
  co_return co_await operation<std::string>(start, std::move(how));
}

}  // namespace codex::detail
