#include "wire/wire_log.hpp"

#include <cerrno>
#include <cstdint>
#include <fcntl.h>
#include <ratio>
#include <system_error>
#include <unistd.h>

#include <codex/protocol/support/errors.hpp>
#include <codex/protocol/support/json.hpp>

#include "wire/mask.hpp"

namespace codex::detail {
namespace {

// With four decimals and a point: printf would use that of the host program's locale.
std::string seconds_since(std::chrono::steady_clock::time_point start) {
  using Tick = std::chrono::duration<std::int64_t, std::ratio<1, 10'000>>;
  const auto ticks =
      std::chrono::duration_cast<Tick>(std::chrono::steady_clock::now() - start).count();
  const std::string decimals = std::to_string(ticks % 10'000);
  return std::to_string(ticks / 10'000) + "." + std::string(4 - decimals.size(), '0') + decimals;
}

bool write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(file, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

}  // namespace

WireLog::WireLog(const std::string& path)
    : file_(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)) {
  if (file_ < 0) {
    throw CodexError("Cannot write the wire log " + path + ": " +
                     std::generic_category().message(errno));
  }
}

WireLog::~WireLog() {
  if (file_ >= 0) ::close(file_);
}

void WireLog::message(Direction direction, std::string_view json) {
  append(direction, "\"msg\":" + mask_secrets(json));
}

void WireLog::garbage(Direction direction, std::string_view bytes) {
  const Json raw = excerpt(bytes, 2000);
  append(direction, R"("msg":null,"raw":)" +
                        raw.dump(-1, ' ', false, Json::error_handler_t::replace) + R"(,"rawlen":)" +
                        std::to_string(bytes.size()));
}

void WireLog::append(Direction direction, std::string_view rest) {
  std::string line =
      direction == Direction::send ? R"({"dir":"send","t":)" : R"({"dir":"recv","t":)";
  line.append(seconds_since(opened_at_)).append(",").append(rest).append("}\n");
  const std::lock_guard lock(mutex_);
  if (file_ >= 0 && !write_all(file_, line)) {
    ::close(file_);
    file_ = -1;
  }
}

}  // namespace codex::detail
