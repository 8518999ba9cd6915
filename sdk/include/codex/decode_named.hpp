#pragma once

#include <string>
#include <string_view>

#include <codex/protocol/forward.hpp>
#include <codex/protocol/support/codec.hpp>

namespace codex::detail {

/// A method whose header is included. If it is not, the error names it: see forward.hpp.
template <class M>
struct Included : M {};

/// The same error with the method, secrets masked: its message has names and numbers from the text.
[[noreturn]] void throw_named(const DecodeError& error, std::string_view method);

/// The error for a part of another type than this version expects.
[[noreturn]] void throw_misfit(const protocol::UnknownPart& part, std::string_view method);

/// Decodes a part of a message of this method; the error names the method.
template <class T>
T decode_named(std::string_view method, std::string_view text) {
  try {
    return protocol::decode<T>(text);
  } catch (const DecodeError& error) {
    throw_named(error, method);
  }
}

/// Decodes the params of a request that the client answers. A part of another type than this
/// version expects is an error: a handler must not accept a request because a part seems absent.
template <class T>
T decode_asked(std::string_view method, std::string_view params) {
  T asked = decode_named<T>(method, params.empty() ? "{}" : params);
  const auto misfits = protocol::misfits(asked);
  if (!misfits.empty()) throw_misfit(misfits.front(), method);
  return asked;
}

}  // namespace codex::detail
