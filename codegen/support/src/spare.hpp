#pragma once

#include <utility>

namespace codex::protocol::detail {

/// Something that one use on a thread leaves for the next, for a `thread_local`. Destructors of
/// other thread_locals and of globals may run after its own: they find nothing, and leave nothing.
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
  // Not a member: it is read when the object is gone.
  static inline thread_local bool is_over = false;

  T value_;
};

}  // namespace codex::protocol::detail
