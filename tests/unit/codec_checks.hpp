#pragma once

#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include <codex/protocol/support/codec.hpp>

#include "codec_types.hpp"

namespace codec_types {

/// Text to T to text gives the same JSON value, by way of a tree as well.
template <class T>
T comes_back(std::string_view text) {
  namespace detail = codex::protocol::detail;
  CAPTURE(text);
  const auto& type = *detail::type_of<T>();
  const Json json = Json::parse(text);
  T value = codex::protocol::decode<T>(text);
  // Texts, so that 1 and 1.0 differ.
  CHECK(Json::parse(codex::protocol::encode(value)).dump() == json.dump());
  CHECK(detail::encode_json(type, &value).dump() == json.dump());
  T from_tree{};
  detail::decode_json(type, &from_tree, json);
  CHECK(detail::encode_json(type, &from_tree).dump() == json.dump());
  CHECK(detail::equal(type, &value, &from_tree));
  return value;
}

template <class Work>
std::string error_text(Work&& work) {
  try {
    work();
  } catch (const codex::DecodeError& error) {
    return error.what();
  }
  return "no error";
}

/// The error of decoding the text as a T; the same one by way of a tree, where the text is JSON.
template <class T>
std::string error_of(std::string_view text) {
  namespace detail = codex::protocol::detail;
  CAPTURE(text);
  std::string error = error_text([&] { (void)codex::protocol::decode<T>(text); });
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_discarded()) {
    T value{};
    CHECK(error_text([&] { detail::decode_json(*detail::type_of<T>(), &value, json); }) == error);
  }
  return error;
}

}  // namespace codec_types
