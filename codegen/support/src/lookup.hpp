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

/// `name_hash(name)`.
inline std::uint64_t hash_of(std::string_view name) noexcept {
  const char* p = name.data();
  const std::size_t size = name.size();
  if (size < 8) return name_hash(short_word(name), short_word(name), size);
  return name_hash(little_word<std::uint64_t>(p), little_word<std::uint64_t>(p + size - 8), size);
}

/// The place of the entry of that name, or `nowhere`.
template <class Entry>
std::size_t find_linear(std::span<const Entry> entries, std::string_view Entry::*name,
                        std::string_view wanted) noexcept {
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (same_text(entries[i].*name, wanted)) return i;
  }
  return nowhere;
}

template <unsigned bits, class Entry>
std::size_t find_name(const NameSlots<bits>& slots, std::span<const Entry> entries,
                      std::string_view Entry::*name, std::string_view wanted) noexcept {
  if (!slots.used) return find_linear(entries, name, wanted);
  for (std::size_t slot = slots.first(hash_of(wanted));; slot = slots.next(slot)) {
    const std::uint8_t place = slots.places[slot];
    if (place == slots.none) return nowhere;
    if (same_text(entries[place].*name, wanted)) return place;
  }
}

inline std::size_t find_field(const ObjectInfo& info, std::string_view name) noexcept {
  return find_name(info.by_name, info.fields, &Field::name, name);
}

inline std::size_t find_arm(const UnionInfo& info, std::string_view name) noexcept {
  return find_name(info.by_name, info.arms, &UnionArm::name, name);
}

/// The method of that name, or nullptr.
inline const MethodInfo* find_method(const MessageInfo& info, std::string_view name) noexcept {
  const std::size_t found = find_name(info.method_slots, info.methods, &MethodInfo::method, name);
  return found == nowhere ? nullptr : &info.methods[found];
}

}  // namespace codex::protocol::detail
