#pragma once

#include <string_view>

#include <doctest/doctest.h>

#include <codex/protocol/support/codec.hpp>

namespace codex::protocol {

/// A value comes back as the same JSON.
template <class T>
void round_trips(std::string_view text) {
  CAPTURE(text);
  CHECK(Json::parse(encode(decode<T>(text))) == Json::parse(text));
}

}  // namespace codex::protocol
