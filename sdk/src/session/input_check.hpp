#pragma once

#include <string>

#include <codex/config.hpp>
#include <codex/input.hpp>
#include <codex/options.hpp>

namespace codex::detail {

/// Refuses input that the runtime would silently ignore, before anything is sent: a missing folder
/// or file, an effort that no model has. What the runtime itself refuses is left to it. All
/// functions throw CodexError, which names the value and says what to do.
class InputCheck {
 public:
  /// Checks files only for a runtime that this client starts itself, since that sees this machine's
  /// files. One that the app's own command line or transport leads to may be elsewhere.
  explicit InputCheck(const CodexConfig& config);

  /// Checks how the process is started.
  static void config(const CodexConfig& config);

  /// Refuses `codex::null` for an option that the wire has no null for.
  template <class T>
  static void no_null(const Optional<T>& option, const char* name) {
    if (option.is_null()) refuse_null(name);
  }

  /// Checks the `cwd` of a thread or a turn.
  void cwd(const Optional<std::string>& cwd) const;

  /// Checks the folders that filter a list of threads.
  static void list(const ThreadListOptions& options);

  /// Checks the effort of a turn, for a runtime of this version.
  static void effort(const Optional<std::string>& effort, const std::string& runtime_version);

  /// Checks the files among these items.
  void items(const Input& input) const;

 private:
  [[noreturn]] static void refuse_null(const char* name);
  void file(const char* what, const std::string& path) const;

  bool sees_our_files_;
  std::string runtime_cwd_;  // the base of relative paths
};

}  // namespace codex::detail
