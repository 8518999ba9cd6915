#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <codex/protocol/support/type_info.hpp>

#include "bytes.hpp"

namespace codex::protocol::detail {

inline constexpr std::size_t nowhere = static_cast<std::size_t>(-1);

/// `name_slot(name)` in a few loads.
inline std::size_t slot_of(std::string_view name) noexcept {
  const char* p = name.data();
  const std::size_t size = name.size();
  if (size >= 8) return name_slot(little_word(p), little_word(p + size - 8), size);
  const std::uint64_t word = name_word(name);
  return name_slot(word, word, size);
}

inline std::size_t find_linear(std::span<const Field> fields, std::string_view name) noexcept {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (same_text(fields[i].name, name)) return i;
  }
  return nowhere;
}

/// The index of the field of that name, or `nowhere`. `guess` is tried first: members mostly come
/// in the order of the schema.
inline std::size_t find_field(const ObjectInfo& info, std::string_view name,
                              std::size_t guess) noexcept {
  if (guess < info.fields.size() && same_text(info.fields[guess].name, name)) return guess;
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
