#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>

#include "transport/byte_stream.hpp"

namespace codex::testing {

/// Watches a process that is no child of ours for its end.
class ProcessWatch {
 public:
  explicit ProcessWatch(std::int64_t process);
  ~ProcessWatch();
  ProcessWatch(const ProcessWatch&) = delete;
  ProcessWatch(ProcessWatch&&) noexcept;
  ProcessWatch& operator=(const ProcessWatch&) = delete;
  ProcessWatch& operator=(ProcessWatch&&) noexcept;

  /// Waits for the end; false when it has not come by the deadline.
  [[nodiscard]] bool ends_by(codex::detail::TimePoint deadline) const;

 private:
  struct Impl;

  std::unique_ptr<Impl> impl_;
};

/// The processes whose parent is this one, zombies included.
[[nodiscard]] std::set<int> children_of(std::int64_t parent);

/// Whether this process has none, not even zombies.
[[nodiscard]] bool has_no_children();

/// Whether streams that a child closes stay open: under wine, whose console has them, too.
[[nodiscard]] bool has_wines_console();

/// File descriptors, or handles, of this process.
[[nodiscard]] std::ptrdiff_t open_descriptors();

/// A thread is listed for a moment after it was joined.
[[nodiscard]] std::ptrdiff_t running_threads();

}  // namespace codex::testing
