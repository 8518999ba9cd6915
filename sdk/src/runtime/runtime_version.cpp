#include "runtime/runtime_version.hpp"

#include <charconv>

namespace codex::detail {

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
  if (user_agent.starts_with(client_name) &&
      user_agent.substr(client_name.size()).starts_with('/')) {
    user_agent.remove_prefix(client_name.size() + 1);
  } else {
    user_agent.remove_prefix(user_agent.find('/') + 1);  // npos + 1 is 0
  }
  return std::string(user_agent.substr(0, user_agent.find(' ')));
}

}  // namespace codex::detail
