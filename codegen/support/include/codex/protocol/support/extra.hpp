#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include <codex/protocol/support/json.hpp>

namespace codex {

/// The members of an object that this version of the SDK does not know: kept when decoded, written
/// back when encoded. One pointer when empty.
class Extra {
 public:
  Extra() noexcept = default;
  Extra(const Extra& other);
  Extra(Extra&& other) noexcept = default;
  Extra& operator=(const Extra& other);
  Extra& operator=(Extra&& other) noexcept = default;
  ~Extra() = default;

  /// Whether there are none.
  [[nodiscard]] bool empty() const noexcept { return !members_; }
  /// How many there are.
  [[nodiscard]] std::size_t size() const noexcept;

  /// The member of that name, or nullptr.
  [[nodiscard]] const Json* find(std::string_view name) const;

  /// Adds the member or replaces it.
  void set(std::string_view name, Json value);

  /// Takes the member away; true when it was there.
  bool erase(std::string_view name);

  /// All of them as a JSON object.
  [[nodiscard]] const Json& json() const noexcept;

  bool operator==(const Extra& other) const;

 private:
  /// Out of line: every struct of the protocol has an Extra.
  struct Delete {
    void operator()(Json* members) const noexcept;
  };

  std::unique_ptr<Json, Delete> members_;  // an object with at least one member, or nothing
};

}  // namespace codex
