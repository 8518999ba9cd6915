#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "lookup.hpp"

namespace codex::protocol::detail {

/// Remembers the order of an object's members, which is usually that of the last time. Trying that
/// member first costs less than looking the name up: the processor need not wait for the lookup.
class FieldOrder {
 public:
  /// Before the first field.
  static constexpr std::size_t start = 0;

  /// The index of the field of that name, if it came here the last time; else `nowhere`. `previous`
  /// is `start`, or the index of the field before plus one.
  [[nodiscard]] std::size_t guess(const ObjectInfo& info, std::string_view name,
                                  std::size_t previous) const noexcept {
    const std::size_t place = guesses_[slot(info, previous)];
    const bool right = place < info.fields.size() && same_text(info.fields[place].name, name);
    return right ? place : nowhere;
  }

  /// The place of the field of that name, or `nowhere`; the next guess, too.
  std::size_t find(const ObjectInfo& info, std::string_view name, std::size_t previous) noexcept {
    const std::size_t place = find_field(info, name);
    if (place != nowhere) guesses_[slot(info, previous)] = static_cast<std::uint8_t>(place);
    return place;
  }

 private:
  static constexpr std::size_t slot_count = 4096;

  /// Tables may share slots; that only spoils each other's guesses.
  static std::size_t slot(const ObjectInfo& info, std::size_t previous) noexcept {
    return (reinterpret_cast<std::uintptr_t>(&info) / alignof(ObjectInfo) + previous) % slot_count;
  }

  std::array<std::uint8_t, slot_count> guesses_ = {};
};

/// That of this thread.
inline constinit thread_local FieldOrder field_order;

}  // namespace codex::protocol::detail
