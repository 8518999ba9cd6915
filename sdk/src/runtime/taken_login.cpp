#include "runtime/taken_login.hpp"

#include <filesystem>

#include <codex/errors.hpp>

#include "os/environment_variable.hpp"
#include "os/private_file.hpp"
#include "text/printable.hpp"

namespace codex::detail {
namespace {

namespace fs = std::filesystem;

/// As the runtime finds it; empty if there is none.
fs::path home_of_user() {
  if (const std::string named = environment_variable("CODEX_HOME"); !named.empty()) return named;
  const std::string home = environment_variable("HOME");
  return home.empty() ? fs::path() : fs::path(home) / ".codex";
}

}  // namespace

void take_login(const std::string& home) {
  const fs::path user = home_of_user();
  if (user.empty()) return;
  const fs::path from = user / "auth.json";
  const fs::path to = fs::path(home) / "auth.json";
  std::error_code ignored;
  if (fs::exists(to, ignored) || !fs::exists(from, ignored)) return;
  if (const std::error_code error = copy_private_file(from, to)) {
    throw CodexError("CodexConfig::take_login cannot copy \"" + printable(from.string()) +
                     "\" to \"" + printable(to.string()) + "\": " + error.message() +
                     ". Log in with this client instead, or correct the folder's rights.");
  }
}

}  // namespace codex::detail
