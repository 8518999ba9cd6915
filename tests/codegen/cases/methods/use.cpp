#include <doctest/doctest.h>

#include <codex/protocol.hpp>

#include "round_trip.hpp"

namespace codex::protocol {

TEST_CASE("case methods: a type for each, with params and response") {
  static_assert(std::is_same_v<requests::ThreadOpen::Params, ThreadOpenParams>);
  static_assert(std::is_same_v<requests::ThreadOpen::Response, ThreadOpenResponse>);
  static_assert(std::is_same_v<requests::ThreadClose::Params, NoParams>);
  static_assert(std::is_same_v<requests::ThreadClose::Response, ThreadState>);
  static_assert(std::is_same_v<requests::Search::Params, SearchParams>);
  static_assert(std::is_same_v<requests::Params_::Response, SearchResponse>);
  static_assert(std::is_same_v<server_requests::ThreadAllow::Response, OnlyInV2>);
  static_assert(
      std::is_same_v<notifications::ThreadOpened::Params, notifications::ThreadClosed::Params>);
  static_assert(std::is_same_v<notifications::ThreadState::Params, ThreadState>);
  CHECK(find_method(detail::MethodKind::request, "thread/open")->params_required);
  CHECK(!find_method(detail::MethodKind::request, "search")->params_required);
}

TEST_CASE("case methods: the envelopes type the params by the method") {
  const auto message =
      decode<ServerNotification>(R"({"method":"thread/opened","params":{"open":true}})");
  REQUIRE(message.as<notifications::ThreadOpened>() != nullptr);
  CHECK(message.as<notifications::ThreadOpened>()->open == true);
  CHECK(message.as<notifications::ThreadClosed>() == nullptr);
  round_trips<ClientRequest>(R"({"id":"1","method":"thread/close"})");
  round_trips<ClientRequest>(R"({"id":"1","method":"of/later","params":{"x":1}})");
}

}  // namespace codex::protocol
