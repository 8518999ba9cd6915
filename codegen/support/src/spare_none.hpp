#pragma once

namespace codex::protocol::detail {

/// Stands in for a `Spare` that keeps something: each use begins with an object of its own.
template <class T>
class Spare {
 public:
  [[nodiscard]] T take() noexcept { return T(); }
  void leave(T /*value*/) noexcept {}
};

}  // namespace codex::protocol::detail
