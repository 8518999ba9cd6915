#include "session/bearer_token.hpp"

#include <algorithm>
#include <fstream>
#include <string_view>

#include <codex/errors.hpp>

#include "os/environment_variable.hpp"
#include "os/utf8_path.hpp"
#include "text/ascii.hpp"
#include "text/printable.hpp"

namespace codex::detail {
namespace {

constexpr std::size_t max_token_bytes = std::size_t{64} * 1024;

std::string read_token(const std::string& path) {
  std::ifstream file(path_from_utf8(path), std::ios::binary);
  std::string text(max_token_bytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file.is_open() || file.bad()) {
    throw CodexError("CodexConfig::bearer_token_file \"" + printable(path) + "\" cannot be read");
  }
  text.resize(static_cast<std::size_t>(file.gcount()));
  return std::string(trimmed(text));
}

std::string variable(const std::string& name) {
  if (auto value = find_environment_variable(name)) return *std::move(value);
  throw CodexError("CodexConfig::bearer_token_env_var: there is no variable \"" + printable(name) +
                   "\" in this process");
}

/// It becomes a line of HTTP.
void check(std::string_view token, const char* member) {
  const bool is_sane = !token.empty() && token.size() <= max_token_bytes &&
                       std::ranges::all_of(token, [](char c) { return c > ' ' && c < '\x7f'; });
  if (is_sane) return;
  throw CodexError(std::string(member) +
                   " gives no token: one has visible ASCII characters only, and at least one");
}

}  // namespace

std::string bearer_token(const CodexConfig& config) {
  const int given = int{config.bearer_token.has_value()} +
                    int{config.bearer_token_file.has_value()} +
                    int{config.bearer_token_env_var.has_value()};
  if (given == 0) return {};
  if (given > 1) {
    throw CodexError(
        "CodexConfig has more than one of bearer_token, bearer_token_file and "
        "bearer_token_env_var. Leave the others out.");
  }
  std::string token = config.bearer_token        ? *config.bearer_token
                      : config.bearer_token_file ? read_token(*config.bearer_token_file)
                                                 : variable(*config.bearer_token_env_var);
  check(token, config.bearer_token        ? "CodexConfig::bearer_token"
               : config.bearer_token_file ? "CodexConfig::bearer_token_file"
                                          : "CodexConfig::bearer_token_env_var");
  return token;
}

}  // namespace codex::detail
