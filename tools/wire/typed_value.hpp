#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <codex/protocol/registry.hpp>
#include <codex/protocol/support/codec.hpp>

namespace codex::wire {

/// A value of a type that is only known by its table.
class TypedValue {
 public:
  /// Throws DecodeError if the text does not fit the type.
  TypedValue(const protocol::TypeInfo& type, std::string_view text)
      : type_(type), value_(protocol::detail::fresh_value(type)) {
    protocol::detail::decode_text(type_, value_.get(), text);
  }

  [[nodiscard]] std::string encode() const {
    return protocol::detail::encode_text(type_, value_.get());
  }
  [[nodiscard]] std::vector<protocol::UnknownPart> unknown_parts() const {
    return protocol::detail::unknown_parts(type_, value_.get());
  }

 private:
  const protocol::TypeInfo& type_;
  std::shared_ptr<void> value_;
};

}  // namespace codex::wire
