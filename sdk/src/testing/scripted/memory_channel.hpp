#pragma once

#include "testing/scripted/channel.hpp"
#include "transport/memory_transport.hpp"

namespace codex::testing::detail {

/// A client in this process.
class MemoryChannel final : public Channel {
 public:
  explicit MemoryChannel(codex::detail::MemoryPeer peer) : peer_(std::move(peer)) {}

  std::optional<std::string> next_line(TimePoint deadline) override {
    return peer_.next_line(deadline);
  }
  [[nodiscard]] bool has_gone() const override { return peer_.is_closed(); }
  void write(std::string_view bytes) override { peer_.send(bytes); }
  void write_stderr(std::string_view text) override { peer_.send_stderr(text); }
  void close_stdout() override { peer_.end(); }
  void close_stdin() override { peer_.refuse_input(); }
  void ignore_shutdown() override {}
  void end(ExitStatus status) override { peer_.end(status); }
  void abort() noexcept override { peer_.hang_up(); }

 private:
  codex::detail::MemoryPeer peer_;
};

}  // namespace codex::testing::detail
