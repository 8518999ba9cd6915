#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <codex/protocol/support/message.hpp>
#include <codex/protocol/support/no_params.hpp>
#include <codex/protocol/support/open_enum.hpp>
#include <codex/protocol/support/type_info.hpp>

/// Gives the interpreter access to values by address and table.
namespace codex::protocol::detail {

template <class T>
T& ref(void* value) noexcept {
  return *static_cast<T*>(value);
}
template <class T>
const T& ref(const void* value) noexcept {
  return *static_cast<const T*>(value);
}

inline void* at(void* object, std::size_t offset) noexcept {
  return static_cast<std::byte*>(object) + offset;
}
inline const void* at(const void* object, std::size_t offset) noexcept {
  return static_cast<const std::byte*>(object) + offset;
}

template <class Info>
const Info& as(const TypeInfo& type) noexcept {
  return static_cast<const Info&>(type);
}

inline std::span<const Field> shared_fields(const UnionInfo& info) noexcept {
  return {info.shared, info.shared_count};
}

struct EnumAccess {
  static constexpr std::size_t max_names = 0xff;

  static void set(OpenEnumBase& value, const EnumInfo& info, std::string_view name);
  static std::string_view spelling(const OpenEnumBase& value, const EnumInfo& info) noexcept {
    return value.spelling(info);
  }
  static bool same(const OpenEnumBase& a, const OpenEnumBase& b) noexcept { return a.same(b); }
};

bool is_among(std::string_view name, std::span<const std::string_view> names) noexcept;

/// The states of a message:
/// - `type` set: the method is known. `params` are typed; without them, `raw` is the null that came
///   in their place, or empty if there was nothing.
/// - the type is `NoParams` (and `params` of that type): `raw` is what came in their place, if
///   anything.
/// - `type` not set: the method is unknown; `raw` are its params, if it had any.
struct MessageAccess {
  static void set_method(MethodMessage& message, const MethodInfo* known, std::string_view name) {
    if (!known) message.other_method_ = name;
    message.method_ = known ? known->method : std::string_view();
  }
  static const TypeInfo*& type(MethodMessage& message) noexcept { return message.params_type_; }
  static std::shared_ptr<const void>& params(MethodMessage& message) noexcept {
    return message.params_;
  }
  static std::optional<Json>& raw(MethodMessage& message) noexcept { return message.raw_; }

  /// The type of the params of a method, nullptr for an unknown method.
  static const TypeInfo* params_type(const MethodInfo* method) noexcept {
    if (!method) return nullptr;
    return method->params ? method->params : &NoParams::type_info;
  }
  /// No params of any kind.
  static void clear(MethodMessage& message) noexcept {
    message.params_type_ = nullptr;
    message.params_.reset();
    message.raw_.reset();
  }

  static const TypeInfo* type(const MethodMessage& message) noexcept {
    return message.params_type_;
  }
  static const void* params(const MethodMessage& message) noexcept { return message.params_.get(); }
};

}  // namespace codex::protocol::detail
