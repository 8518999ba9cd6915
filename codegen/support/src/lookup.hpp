#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <codex/protocol/support/type_info.hpp>

#include "bytes.hpp"

namespace codex::protocol::detail {

inline constexpr std::size_t nowhere = static_cast<std::size_t>(-1);

/// `name_word(name)` of a name of less than eight bytes, in a few loads that overlap.
inline std::uint64_t short_word(std::string_view name) noexcept {
  const std::size_t size = name.size();
  const auto byte = [&](std::size_t i) {
    return std::uint64_t{static_cast<unsigned char>(name[i])} << (8 * i);
  };
  if (size >= 4) {
    return little_word<std::uint32_t>(name.data()) |
           little_word<std::uint32_t>(name.data() + size - 4) << (8 * (size - 4));
  }
  return size == 0 ? 0 : byte(0) | byte(size / 2) | byte(size - 1);
}

/// `name_slot(name)`.
inline std::size_t slot_of(std::string_view name) noexcept {
  const char* p = name.data();
  const std::size_t size = name.size();
  if (size < 8) return name_slot(short_word(name), short_word(name), size);
  return name_slot(little_word<std::uint64_t>(p), little_word<std::uint64_t>(p + size - 8), size);
}

inline std::size_t find_linear(std::span<const Field> fields, std::string_view name) noexcept {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (same_text(fields[i].name, name)) return i;
  }
  return nowhere;
}

/// The index of the field of that name, or `nowhere`.
inline std::size_t find_field(const ObjectInfo& info, std::string_view name) noexcept {
  if (!info.hashed()) return find_linear(info.fields, name);
  for (std::size_t slot = slot_of(name);; slot = (slot + 1) % ObjectInfo::slot_count) {
    const std::uint8_t index = info.slots[slot];
    if (index == ObjectInfo::no_field) return nowhere;
    if (same_text(info.fields[index].name, name)) return index;
  }
}

/// The index of the arm of that name, or `nowhere`.
inline std::size_t find_arm(const UnionInfo& info, std::string_view name) noexcept {
  for (std::size_t i = 0; i < info.arms.size(); ++i) {
    if (same_text(info.arms[i].name, name)) return i;
  }
  return nowhere;
}

inline const MethodInfo* find_method(std::span<const MethodInfo> methods,
                                     std::string_view name) noexcept {
  for (const auto& method : methods) {
    if (same_text(method.method, name)) return &method;
  }
  return nullptr;
}

}  // namespace codex::protocol::detail
