#pragma once

#include <string>
#include <string_view>

#include <codex/protocol/support/codec.hpp>

namespace codex::detail {

/// The same error with the method, secrets masked: names and numbers of the text are in it.
[[noreturn]] void throw_named(const DecodeError& error, std::string_view method);

/// Decodes what belongs to a message of this method; its error names the method.
template <class T>
T decode_named(std::string_view method, std::string_view text) {
  try {
    return protocol::decode<T>(text);
  } catch (const DecodeError& error) {
    throw_named(error, method);
  }
}

}  // namespace codex::detail
