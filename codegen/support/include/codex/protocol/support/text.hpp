#pragma once

#include <string>

#include <codex/protocol/support/type_info.hpp>

namespace codex::protocol {

namespace detail {
std::string text_of(const TypeInfo& type, const void* value);
}

/// The text of a value, such as an item of a thread or a part of user input: its member `text`,
/// else the text of its `content`, else of its `summary`, a line for each element; else nothing. So
/// an agent message returns what the agent said, a user message what the user wrote.
template <class T>
  requires requires { T::type_info; }
[[nodiscard]] std::string text(const T& value) {
  return detail::text_of(T::type_info, &value);
}

}  // namespace codex::protocol
