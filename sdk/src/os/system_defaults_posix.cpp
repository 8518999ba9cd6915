#include <cerrno>
#include <pwd.h>
#include <sys/types.h>
#include <unistd.h>
#include <vector>

#include "os/system_defaults.hpp"

namespace codex::detail {

std::string default_search_path() {
  std::string path(::confstr(_CS_PATH, nullptr, 0), '\0');
  ::confstr(_CS_PATH, path.data(), path.size());
  while (!path.empty() && path.back() == '\0') path.pop_back();
  return path;
}

std::string home_of_this_user() {
  constexpr std::size_t max_entry_bytes = std::size_t{1024} * 1024;
  struct passwd entry {};
  struct passwd* found = nullptr;
  std::vector<char> text(std::size_t{16} * 1024);
  while (::getpwuid_r(::getuid(), &entry, text.data(), text.size(), &found) == ERANGE) {
    if (text.size() >= max_entry_bytes) return {};
    text.resize(text.size() * 2);
  }
  return found != nullptr && found->pw_dir != nullptr ? found->pw_dir : "";
}

}  // namespace codex::detail
