#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

namespace codex::detail {

/// The process that made an object. In a child of fork its threads do not exist and its locks may
/// stay held for ever, so the object is neither used nor destroyed there.
class OwnerProcess {
 public:
  /// This process.
  OwnerProcess() noexcept;

  /// Whether this is still the same process. Costs one load.
  [[nodiscard]] bool is_this() const noexcept;

  /// Throws TransportClosedError in a child of fork. `what` belongs to this process.
  void check(std::string_view what = "client") const;

 private:
  std::uint32_t forks_;
};

/// Deletes what it owns, but leaves it alone in a child of fork.
template <class T>
class DeleteAtHome {
 public:
  void operator()(T* owned) const {
    if (owner_.is_this()) delete owned;
  }

 private:
  OwnerProcess owner_;
};

/// Shares an object that a child of fork must not destroy.
template <class T>
[[nodiscard]] std::shared_ptr<T> share_at_home(T* owned) {
  return std::shared_ptr<T>(owned, DeleteAtHome<T>());
}

}  // namespace codex::detail
