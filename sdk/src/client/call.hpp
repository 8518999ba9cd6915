#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <string_view>

#include <codex/errors.hpp>
#include <codex/protocol/support/codec.hpp>

#include "connection/await.hpp"
#include "connection/connection.hpp"

namespace codex::detail {

/// How long an operation may take, and what ends it early.
struct Bounds {
  TimePoint deadline = TimePoint::max();
  std::stop_token stop = {};
};

/// Sends a request and waits for the text of its result.
inline std::string call(Connection& connection, std::string_view method, std::string params,
                        const Bounds& bounds,
                        std::function<void(std::string)> on_late_result = {}) {
  return await<std::string>([&](Completion<std::string> completion) {
    connection.start({.method = std::string(method),
                      .params = std::move(params),
                      .deadline = bounds.deadline,
                      .stop = bounds.stop,
                      .completion = std::move(completion),
                      .on_late_result = std::move(on_late_result)});
  });
}

/// The response of an R, one of `codex::protocol::requests`.
template <class R>
typename R::Response decode_response(const std::string& result) {
  try {
    return protocol::decode<typename R::Response>(result);
  } catch (const DecodeError& error) {
    throw DecodeError(error.path(), error.problem(), std::string(R::method));
  }
}

}  // namespace codex::detail
