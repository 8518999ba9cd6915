#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <codex/protocol/support/codec.hpp>

namespace law {

using codex::Json;
using codex::protocol::UnknownPart;
using codex::protocol::detail::TypeInfo;

/// A value of a type that is known by name alone.
class Value {
 public:
  explicit Value(const TypeInfo& type)
      : type_(&type), held_(codex::protocol::detail::fresh_value(type)) {}
  static Value of_text(const TypeInfo& type, std::string_view text) {
    Value value(type);
    codex::protocol::detail::decode_text(type, value.held_.get(), text);
    return value;
  }
  static Value of_json(const TypeInfo& type, const Json& json) {
    Value value(type);
    codex::protocol::detail::decode_json(type, value.held_.get(), json);
    return value;
  }

  [[nodiscard]] std::string text() const {
    return codex::protocol::detail::encode_text(*type_, held_.get());
  }
  [[nodiscard]] Json json() const {
    return codex::protocol::detail::encode_json(*type_, held_.get());
  }
  [[nodiscard]] std::vector<UnknownPart> unknown_parts() const {
    return codex::protocol::detail::unknown_parts(*type_, held_.get());
  }
  bool operator==(const Value& other) const {
    return codex::protocol::detail::equal(*type_, held_.get(), other.held_.get());
  }

 private:
  const TypeInfo* type_;
  std::shared_ptr<void> held_;
};

/// A path and a key as DecodeError spells them: `.key`, `["odd key"]`; without the dot where
/// nothing stands before it.
std::string joined(const std::string& path, std::string_view key);

/// Whether a member may be in one of two values alone, being the default.
using MayGo = std::function<bool(const std::string& path, const std::string& name, const Json&)>;

/// Where two JSON values differ; nothing when they do not. Stricter than `==` of Json: -0.0 is not
/// 0.0.
std::optional<std::string> difference(const Json& a, const Json& b, const MayGo& may_go = {});

/// How the law is broken by a text that is this JSON value, and decodes; nothing when it is kept:
/// by text and by tree, both ways, the value comes back, and both give equal values.
std::optional<std::string> broken_law(const TypeInfo& type, std::string_view text, const Json& json,
                                      const MayGo& may_go = {});

}  // namespace law
