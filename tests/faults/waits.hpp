#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include <codex/codex.hpp>
#include <codex/testing.hpp>

namespace codex::testing {

/// What a wait is for; that decides the effect of a fault.
enum class WaitsFor {
  handshake,  // the answer to initialize
  answer,     // the answer to a request
  events,     // notifications, after all requests were answered
  nothing,    // it ends by itself
};

/// One way to wait for the server.
struct Wait {
  std::string name;
  WaitsFor waits_for;
  std::string method;  // the request that the fault comes with
  Answer before = {};  // what the server answers before the fault
  Answer rest = {};    // what a good server answers then
  /// Makes the client wait, up to this time.
  std::function<void(Codex&, std::chrono::milliseconds)> act = {};
  /// Whether any object is a good answer: the type of the response has no members.
  bool takes_any_object = false;
};

/// All of them.
std::vector<Wait> all_waits();

}  // namespace codex::testing
