#include "runtime/runtime_version.hpp"

#include <algorithm>
#include <charconv>

namespace codex::detail {
namespace {

/// `0.169.0`, `0.170.0-alpha.1`, `0.151.0.post1`, but not a part of a longer name.
bool is_version(std::string_view word) {
  return RuntimeVersion::parse(word) && word.find('/') == std::string_view::npos;
}

/// `(Debian 12; x86_64)`: the system and the architecture come right after the runtime's version.
bool names_a_system(std::string_view text) {
  const std::string_view group = text.substr(0, text.find(')'));
  return group.starts_with(" (") && group.find("; ") != std::string_view::npos;
}

/// The version that a system's name follows, else the first one: a client's name may contain
/// versions as well.
std::string_view find_version(std::string_view user_agent) {
  std::string_view first;
  for (std::size_t slash = user_agent.find('/'); slash != std::string_view::npos;
       slash = user_agent.find('/', slash + 1)) {
    const std::string_view rest = user_agent.substr(slash + 1);
    const std::string_view word = rest.substr(0, rest.find(' '));
    if (!is_version(word)) continue;
    if (names_a_system(rest.substr(word.size()))) return word;
    if (first.empty()) first = word;
  }
  return first;
}

}  // namespace

std::optional<RuntimeVersion> RuntimeVersion::parse(std::string_view text) {
  RuntimeVersion version{.text = std::string(text)};
  for (std::size_t part = 0; part < version.numbers.size(); ++part) {
    if (part > 0) {
      if (!text.starts_with('.')) return std::nullopt;
      text.remove_prefix(1);
    }
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), version.numbers[part]);
    if (error != std::errc{}) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  }
  version.is_prerelease = text.starts_with('-');
  return version;
}

bool RuntimeVersion::is_at_least(const VersionNumbers& release) const noexcept {
  if (numbers == VersionNumbers{}) return true;
  return is_prerelease ? numbers > release : numbers >= release;
}

std::string version_in(std::string_view user_agent, std::string_view client_name) {
  const std::string_view rest = user_agent.substr(std::min(client_name.size(), user_agent.size()));
  if (user_agent.starts_with(client_name) && rest.starts_with('/')) {
    const std::string_view word = rest.substr(1, rest.find(' ') - 1);
    if (is_version(word)) return std::string(word);
  }
  return std::string(find_version(user_agent));
}

}  // namespace codex::detail
