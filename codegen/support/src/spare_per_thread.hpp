#pragma once

#include <utility>

namespace codex::protocol::detail {

/// Keeps an object of one use on a thread for the next, as a `thread_local`. Destructors of other
/// thread_locals and of globals may run after its own: they find nothing, and leave nothing.
template <class T>
class Spare {
 public:
  [[nodiscard]] T take() noexcept { return is_over ? T() : std::exchange(value_, T()); }
  void leave(T value) noexcept {
    if (!is_over) value_ = std::move(value);
  }

  Spare() = default;
  Spare(const Spare&) = delete;
  Spare(Spare&&) = delete;
  Spare& operator=(const Spare&) = delete;
  Spare& operator=(Spare&&) = delete;
  ~Spare() { is_over = true; }

 private:
  // Not a member: it is read after the object is destroyed.
  static inline thread_local bool is_over = false;

  T value_;
};

}  // namespace codex::protocol::detail
