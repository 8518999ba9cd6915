#pragma once

#include <cstddef>
#include <string_view>
#include <utility>

#include <codex/protocol/support/json.hpp>

namespace codex {

/// The members of an object that this version of the SDK does not know: kept when decoded, written
/// back when encoded. It also keeps optional members whose value has another type: they read as
/// absent, and once the member is set, the new value is written instead. One pointer when empty.
class Extra {
 public:
  Extra() noexcept = default;
  Extra(const Extra& other);
  /// Leaves the other one empty.
  Extra(Extra&& other) noexcept : members_(std::exchange(other.members_, nullptr)) {}
  /// Takes the other's members.
  Extra& operator=(Extra other) noexcept {
    std::swap(members_, other.members_);
    return *this;
  }
  ~Extra() {
    if (members_) forget();
  }

  /// Whether there are none.
  [[nodiscard]] bool empty() const noexcept { return !members_; }
  /// How many there are.
  [[nodiscard]] std::size_t size() const noexcept;

  /// The member of that name, or nullptr.
  [[nodiscard]] const Json* find(std::string_view name) const;

  /// Adds the member or replaces it.
  void set(std::string_view name, Json value);

  /// Removes the member; true if it was there.
  bool erase(std::string_view name);

  /// All of them as a JSON object.
  [[nodiscard]] const Json& json() const noexcept;

  bool operator==(const Extra& other) const;

 private:
  void forget() noexcept;

  // An object with at least one member, or nothing. No unique_ptr: every struct of the protocol has
  // an Extra, and each includer would pay for instantiating it.
  Json* members_ = nullptr;
};

}  // namespace codex
