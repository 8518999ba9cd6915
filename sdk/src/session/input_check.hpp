#pragma once

#include <string>

#include <codex/config.hpp>
#include <codex/input.hpp>
#include <codex/options.hpp>

namespace codex::detail {

/// Refuses, before anything is sent, what the runtime would take without a word and then not do: a
/// folder or a file that is not there, an effort that no model has. What the runtime refuses itself
/// is left to it. All functions throw CodexError, which names the value and says what to do.
class InputCheck {
 public:
  /// For a runtime that this client starts by itself: it sees this machine's files. One that is
  /// started by a command line of the app's, or talked to over a transport, may be elsewhere.
  explicit InputCheck(const CodexConfig& config);

  /// What the process is started with.
  static void config(const CodexConfig& config);

  /// The `cwd` of a thread or a turn.
  void cwd(const Optional<std::string>& cwd) const;

  /// The folders that a list of threads is about.
  static void list(const ThreadListOptions& options);

  /// The effort of a turn, for a runtime of this version.
  static void effort(const Optional<std::string>& effort, const std::string& runtime_version);

  /// The files among these items.
  void items(const Input& input) const;

 private:
  void file(const char* what, const std::string& path) const;

  bool sees_our_files_;
  std::string runtime_cwd_;  // what relative paths of files start from
};

}  // namespace codex::detail
