#pragma once

#include <utility>

#include "os/descriptor.hpp"

namespace codex::detail {

/// Owns a descriptor that a child of fork closes at once. Otherwise a long-lived child would keep
/// the other end from seeing that this process has closed it.
class UnsharedDescriptor {
 public:
  UnsharedDescriptor() noexcept = default;
  explicit UnsharedDescriptor(Descriptor descriptor);
  UnsharedDescriptor(const UnsharedDescriptor&) = delete;
  UnsharedDescriptor(UnsharedDescriptor&& other) noexcept = default;
  UnsharedDescriptor& operator=(const UnsharedDescriptor&) = delete;
  UnsharedDescriptor& operator=(UnsharedDescriptor&&) = delete;
  ~UnsharedDescriptor() { reset(); }

  [[nodiscard]] int get() const noexcept { return descriptor_.get(); }
  [[nodiscard]] bool is_open() const noexcept { return descriptor_.is_open(); }
  void reset() noexcept;

 private:
  Descriptor descriptor_;
};

}  // namespace codex::detail
