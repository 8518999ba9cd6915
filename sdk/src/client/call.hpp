#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <string_view>

#include <codex/protocol/support/json.hpp>

#include "connection/await.hpp"
#include "connection/connection.hpp"

namespace codex::detail {

/// How a call is made: how long it may take, what ends it early, and what it says beside its own
/// params.
struct CallTerms {
  TimePoint deadline = TimePoint::max();
  std::stop_token stop = {};
  Json extra_params = {};
};

/// Sends a request with these params, to which none are added, and waits for the text of its
/// result.
inline std::string call(Connection& connection, std::string_view method, std::string params,
                        const CallTerms& terms,
                        std::function<void(std::string)> on_late_result = {}) {
  return await<std::string>([&](Completion<std::string> completion) {
    connection.start({.method = std::string(method),
                      .params = std::move(params),
                      .deadline = terms.deadline,
                      .stop = terms.stop,
                      .completion = std::move(completion),
                      .on_late_result = std::move(on_late_result)});
  });
}

}  // namespace codex::detail
