#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <codex/notification.hpp>

#include "transport/byte_stream.hpp"
#include "wire/envelope.hpp"

namespace codex::testing {

/// A deadline that is long enough for anything that arrives at all, on the slowest machine with
/// sanitizers, beside other work.
inline codex::detail::TimePoint soon() {
  return codex::detail::Clock::now() + std::chrono::seconds{60};
}

/// A limit that proves that nothing waited: far less than `soon`, and more than a slow machine
/// needs for a small step.
inline constexpr std::chrono::seconds at_once{20};

inline std::shared_ptr<const codex::detail::Message> message(std::string line) {
  return codex::detail::EnvelopeScanner().scan(std::move(line));
}

/// A notification of a turn; `text` tells it from others.
inline std::shared_ptr<const codex::detail::Message> turn_message(std::string_view method,
                                                                  std::string_view thread,
                                                                  std::string_view turn,
                                                                  std::string_view text = "") {
  std::string line = R"({"method":")" + std::string(method) + R"(","params":{"threadId":")" +
                     std::string(thread) + R"(","turnId":")" + std::string(turn) + R"(","text":")" +
                     std::string(text) + R"("}})";
  return message(std::move(line));
}

/// The `text` of such a notification.
inline std::string text_of(const Notification& event) {
  return Json::parse(event.params()).at("text").get<std::string>();
}

/// The error that the call throws, which must be an E; nothing if it throws none.
template <class E, class Call>
std::optional<E> error_of(Call&& call) {
  try {
    call();
  } catch (const E& error) {
    return error;
  }
  return std::nullopt;
}

/// The TimeoutError of `call(time)` with a request that was sent: if it was not, tries again with
/// more time. Nothing if it throws none, or sends nothing.
template <class Call>
std::optional<TimeoutError> timeout_after_sending(Call&& call) {
  for (std::chrono::milliseconds time{10}; time < std::chrono::seconds{60}; time *= 2) {
    auto error = error_of<TimeoutError>([&] { call(time); });
    if (!error || error->was_sent()) return error;
  }
  return std::nullopt;
}

/// The message of that error.
template <class E, class Call>
std::string message_of(Call&& call) {
  const auto error = error_of<E>(std::forward<Call>(call));
  return error ? error->what() : "(nothing was thrown)";
}

inline bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

}  // namespace codex::testing
