#include <chrono>
#include <iostream>
#include <limits>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "commands.hpp"
#include "followed_file.hpp"
#include "input.hpp"
#include "narrator.hpp"
#include "os/utf8_path.hpp"
#include "printable.hpp"

namespace codex::wire {
namespace {

void notice(const std::string& file, std::string_view what) {
  std::cout << std::flush;
  std::cerr << "codex-wire: " << printable(file) << ' ' << what << std::endl;
}

/// Until a signal comes, or nobody reads the output any more; false where it cannot be read.
bool follow(const std::string& file, Narrator& narrator) {
  constexpr std::chrono::milliseconds pause{100};
  FollowedFile followed(codex::detail::path_from_utf8(file));
  bool told_missing = false;
  bool is_first = true;
  std::string line;
  while (std::cout) {
    switch (followed.next(line)) {
      case FollowedFile::State::line:
        if (std::exchange(is_first, false) && is_in_other_encoding(file, line)) return false;
        drop_byte_order_mark(line);
        if (!is_blank(line)) narrator.line(line);
        continue;
      case FollowedFile::State::restarted:
        narrator.finish();
        is_first = true;
        notice(file, "became shorter: from its start");
        continue;
      case FollowedFile::State::missing:
        if (!std::exchange(told_missing, true)) notice(file, "is not there yet");
        break;
      case FollowedFile::State::end:
        break;
    }
    std::cout << std::flush;
    std::this_thread::sleep_for(pause);
  }
  return true;
}

}  // namespace

int show(const ShowOptions& options) {
  Narrator::Style style{.colour = options.colour};
  if (options.full) style.max_characters = std::numeric_limits<std::size_t>::max();
  Narrator narrator(std::cout, style);
  if (options.follow && options.file != "-") {
    return follow(options.file, narrator) ? 0 : 2;
  }
  const auto tell = [&](const std::string& line, std::size_t) {
    narrator.line(line);
    if (options.follow) std::cout << std::flush;
  };
  const bool readable = read_lines(options.file, tell);
  narrator.finish();
  return readable ? 0 : 2;
}

}  // namespace codex::wire
