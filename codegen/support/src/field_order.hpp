#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "lookup.hpp"

namespace codex::protocol::detail {

/// The members of an object mostly come in the order in which they came the last time. To try that
/// one first costs less than to look the name up: the processor need not wait for the lookup.
class FieldOrder {
 public:
  /// Before the first field.
  static constexpr std::size_t start = 0;

  /// The place of the field of that name, or `nowhere`. `previous` is `start`, or what this set it
  /// to at the member before.
  std::size_t find(const ObjectInfo& info, std::string_view name, std::size_t& previous) noexcept {
    std::uint8_t& guess = guesses_[slot(info, previous)];
    std::size_t place = guess;
    if (place >= info.fields.size() || !same_text(info.fields[place].name, name)) {
      place = find_field(info, name);
      if (place == nowhere) return nowhere;
      guess = static_cast<std::uint8_t>(place);
    }
    previous = place + 1;
    return place;
  }

 private:
  static constexpr std::size_t slot_count = 4096;

  /// Tables that share slots, as they may, spoil each other's guesses: no more than that.
  static std::size_t slot(const ObjectInfo& info, std::size_t previous) noexcept {
    return (reinterpret_cast<std::uintptr_t>(&info) / alignof(ObjectInfo) + previous) % slot_count;
  }

  std::array<std::uint8_t, slot_count> guesses_ = {};
};

/// That of this thread.
inline constinit thread_local FieldOrder field_order;

}  // namespace codex::protocol::detail
