#include "runtime/taken_login.hpp"

#include <filesystem>

#include <codex/errors.hpp>

#include "os/environment_variable.hpp"
#include "os/private_file.hpp"
#include "os/utf8_path.hpp"
#include "runtime/runtime_places.hpp"
#include "text/printable.hpp"

namespace codex::detail {
namespace {

namespace fs = std::filesystem;

/// As the runtime finds it; empty if there is none.
fs::path home_of_user() {
  if (const std::string named = environment_variable("CODEX_HOME"); !named.empty()) {
    return path_from_utf8(named);
  }
  const std::string home = environment_variable(home_variable());
  return home.empty() ? fs::path() : path_from_utf8(home) / ".codex";
}

}  // namespace

void take_login(const std::string& home) {
  const fs::path user = home_of_user();
  if (user.empty()) return;
  const fs::path from = user / "auth.json";
  const fs::path to = path_from_utf8(home) / "auth.json";
  std::error_code ignored;
  if (fs::exists(to, ignored) || !fs::exists(from, ignored)) return;
  if (const std::error_code error = copy_private_file(from, to)) {
    throw CodexError("CodexConfig::take_login cannot copy \"" + printable(utf8_from_path(from)) +
                     "\" to \"" + printable(utf8_from_path(to)) + "\": " + error.message() +
                     ". Log in with this client instead, or correct the folder's rights.");
  }
}

}  // namespace codex::detail
