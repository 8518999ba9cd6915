#pragma once

#include <optional>
#include <string>
#include <utility>

#include <codex/runtime_server.hpp>
#include <codex/testing.hpp>

namespace codex::testing {

/// A runtime that speaks to this model and listens.
inline RuntimeServerOptions server_options(const MockModel& mock) {
  auto config = mock.config();
  return {.codex_bin = config.codex_bin, .cwd = config.cwd, .env = config.env};
}

inline RuntimeServer serve(const MockModel& mock, std::optional<std::string> listen = {},
                           std::optional<std::string> bearer_token = {}) {
  auto options = server_options(mock);
  options.listen = std::move(listen);
  options.bearer_token = std::move(bearer_token);
  return RuntimeServer(std::move(options));
}

}  // namespace codex::testing
