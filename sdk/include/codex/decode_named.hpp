#pragma once

#include <string>
#include <string_view>

#include <codex/protocol/support/codec.hpp>

namespace codex::detail {

/// The same error with the method, secrets masked: names and numbers of the text are in it.
[[noreturn]] void throw_named(const DecodeError& error, std::string_view method);

/// The error for a part of another type than this version knows.
[[noreturn]] void throw_misfit(const protocol::UnknownPart& part, std::string_view method);

/// Decodes what belongs to a message of this method; its error names the method.
template <class T>
T decode_named(std::string_view method, std::string_view text) {
  try {
    return protocol::decode<T>(text);
  } catch (const DecodeError& error) {
    throw_named(error, method);
  }
}

/// Decodes the params of a request that the client answers. A part of another type than this
/// version knows is an error: nobody should say yes to what seems to be absent.
template <class T>
T decode_asked(std::string_view method, std::string_view params) {
  T asked = decode_named<T>(method, params.empty() ? "{}" : params);
  const auto misfits = protocol::misfits(asked);
  if (!misfits.empty()) throw_misfit(misfits.front(), method);
  return asked;
}

}  // namespace codex::detail
