#pragma once

#include <sys/types.h>
#include <utility>

#include "os/descriptor.hpp"
#include "os/unshared_descriptor.hpp"

namespace codex::detail {

/// Has a child killed when this process ends, however that happens: lifeline_linux.cpp,
/// lifeline_posix.cpp.
class Lifeline {
 public:
  /// Ties nothing.
  Lifeline() = default;

  /// Before the fork. Throws CodexError if no descriptors are left.
  [[nodiscard]] static Lifeline open();

  /// In the new child, which leads its own group. False if that cannot be, or `parent` has already
  /// ended. Async-signal-safe.
  [[nodiscard]] bool tie(pid_t parent) const noexcept;

 private:
  Lifeline(Descriptor reader, Descriptor writer)
      : reader_(std::move(reader)), writer_(std::move(writer)) {}

  // Of a pipe, where the kernel needs help. Only this process has the writer.
  Descriptor reader_;
  UnsharedDescriptor writer_;
};

}  // namespace codex::detail
