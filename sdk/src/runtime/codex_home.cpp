#include "runtime/codex_home.hpp"

#include <filesystem>
#include <system_error>

#include <codex/errors.hpp>

#include "os/private_folder.hpp"
#include "os/utf8_path.hpp"
#include "text/printable.hpp"
#include "wire/envelope.hpp"

namespace codex::detail {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const std::string& name, const std::string& problem,
                         const std::string& remedy) {
  throw CodexError("CODEX_HOME \"" + printable(name) + "\" " + problem + ". " + remedy +
                   ", or set CODEX_HOME in CodexConfig::env to another folder.");
}

}  // namespace

void make_codex_home(const EnvironmentChange& environment, const std::optional<std::string>& cwd) {
  const std::string name = environment.value_of("CODEX_HOME").value_or("");
  if (name.empty()) return;
  if (!is_utf8(name)) {
    refuse(name, "is not valid UTF-8, so the runtime would use another folder", "Rename it");
  }
  // A missing working directory is an error of the start itself: it is not made here.
  std::error_code error;
  const fs::path folder = path_from_utf8(name);
  const fs::path start = path_from_utf8(cwd.value_or(""));
  if (folder.is_relative() && cwd && !fs::is_directory(start, error)) return;
  error = make_private_folder(start / folder);
  if (!error) return;
  if (error == std::errc::not_a_directory) {
    refuse(name, "is no folder, or leads through a file", "Remove the file");
  }
  if (error == std::errc::file_exists) refuse(name, "is a link to nowhere", "Remove the link");
  refuse(name, "cannot be made or entered: " + error.message(),
         "Make it yourself (mkdir -p, chmod 700, chown)");
}

}  // namespace codex::detail
