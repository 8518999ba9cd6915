#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <codex/protocol/support/json.hpp>

namespace codex::protocol {

namespace detail {
struct TypeInfo;
struct MessageAccess;
}  // namespace detail

/// The base of the message envelopes (`ClientRequest`, `ServerNotification`, ...): a method, and
/// params whose type depends on it. Copies share the params.
class MethodMessage {
 public:
  /// The wire method.
  [[nodiscard]] std::string_view method() const noexcept {
    return method_.empty() ? std::string_view(other_method_) : method_;
  }

  /// Whether this version of the SDK knows the method, so that the params are typed.
  [[nodiscard]] bool is_known() const noexcept { return params_type_; }

  /// The params of method M (`notifications::TurnCompleted`), or nullptr if it is another method.
  template <class M>
  [[nodiscard]] const typename M::Params* as() const noexcept {
    if (method() != M::method || params_type_ != &M::Params::type_info) return nullptr;
    return static_cast<const typename M::Params*>(params_.get());
  }

  /// Makes this a message of method M.
  template <class M>
  void set(typename M::Params params) {
    method_ = M::method;
    params_type_ = &M::Params::type_info;
    params_ = std::make_shared<const typename M::Params>(std::move(params));
    raw_.reset();
  }

  /// The params of a method that this version does not know; nothing if there are none.
  [[nodiscard]] const std::optional<Json>& raw_params() const noexcept { return raw_; }

 private:
  friend struct detail::MessageAccess;  // the interpreter

  std::string_view method_;   // points into a table; empty for an unknown method
  std::string other_method_;  // the unknown method
  const detail::TypeInfo* params_type_ = nullptr;
  std::shared_ptr<const void> params_;
  std::optional<Json> raw_;
};

}  // namespace codex::protocol
