#pragma once

#include <array>
#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "testing/scripted/channel.hpp"
#include "testing/scripted/relay.hpp"
#include "testing/scripted/relay_socket.hpp"
#include "wire/line_splitter.hpp"

namespace codex::testing::detail {

/// A client of a process that a scripted server directs.
class RelayChannel final : public Channel {
 public:
  explicit RelayChannel(std::unique_ptr<RelaySocket> socket);

  std::optional<std::string> next_line(TimePoint deadline) override;
  [[nodiscard]] bool has_gone() const override { return has_gone_; }

  void write(std::string_view bytes) override;
  void write_stderr(std::string_view text) override;
  void close_stdout() override;
  void close_stdin() override;
  void ignore_shutdown() override;
  void end(ExitStatus status) override;
  void abort() noexcept override;

 private:
  void receive();
  void command(RelayCommand command, std::string_view bytes = {});

  const std::unique_ptr<RelaySocket> socket_;
  codex::detail::LineSplitter splitter_;
  std::deque<std::string> lines_;
  std::array<char, std::size_t{64} * 1024> buffer_;
  bool has_gone_ = false;
};

}  // namespace codex::testing::detail
