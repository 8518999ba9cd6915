#include "wire/wire_log.hpp"

#include <cstdint>
#include <optional>
#include <ratio>

#include <codex/protocol/support/json.hpp>

#include "mask/mask.hpp"

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

}  // namespace

WireLog::WireLog(const std::string& path) : file_(path) {}

void WireLog::message(Direction direction, std::string_view json) {
  const std::lock_guard lock(mutex_);  // deltas are masked in the order in which they are written
  if (const auto masked = mask_.mask(json)) {
    append(direction, "\"msg\":" + *masked);
  } else {
    append_garbage(direction, json, json.size());
  }
}

void WireLog::garbage(Direction direction, std::string_view bytes) {
  const std::lock_guard lock(mutex_);
  append_garbage(direction, bytes, bytes.size());
}

void WireLog::abridged(Direction direction, std::string_view outline, std::size_t full_size) {
  const std::lock_guard lock(mutex_);
  append_garbage(direction, outline, full_size);
}

void WireLog::append_garbage(Direction direction, std::string_view bytes, std::size_t full_size) {
  const Json raw = excerpt(bytes, 2000);
  append(direction, R"("msg":null,"raw":)" +
                        raw.dump(-1, ' ', false, Json::error_handler_t::replace) + R"(,"rawlen":)" +
                        std::to_string(full_size));
}

void WireLog::append(Direction direction, std::string_view rest) {
  std::string line =
      direction == Direction::send ? R"({"dir":"send","t":)" : R"({"dir":"recv","t":)";
  line.append(seconds_since(opened_at_)).append(",").append(rest).append("}\n");
  file_.append(line);
}

}  // namespace codex::detail
