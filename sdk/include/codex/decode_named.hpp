#pragma once

#include <string>
#include <string_view>

#include <codex/protocol/support/codec.hpp>

namespace codex::detail {

/// Decodes what belongs to a message of this method; its error names the method.
template <class T>
T decode_named(std::string_view method, std::string_view text) {
  try {
    return protocol::decode<T>(text);
  } catch (const DecodeError& error) {
    throw DecodeError(error.path(), error.problem(), std::string(method));
  }
}

}  // namespace codex::detail
