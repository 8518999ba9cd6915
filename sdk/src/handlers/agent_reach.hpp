#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <codex/handlers.hpp>

#include "runtime/folder_set.hpp"
#include "wire/peek.hpp"

namespace codex::detail {

struct Envelope;
struct Message;

/// What the commands of a runtime find in its environment that decides which code they run.
struct CommandEnvironment {
  std::string home;                    // HOME
  std::string path;                    // PATH
  std::vector<std::string> temp = {};  // TMPDIR, on Windows TEMP and TMP: those that are set
  // What shells read besides: BASH_ENV and ENV, files, and ZDOTDIR, a folder. Those that are set.
  std::vector<std::string> startup = {};
};

/// Where the agents of one client can write, or could: it only ever grows. What a sandbox lets
/// commands write, and what accepted patches wrote, of all threads together, since one agent may
/// plant what another one's command runs. What cannot be known counts as everything. Thread-safe.
class AgentReach {
 public:
  /// Past these, everything counts as writable.
  static constexpr std::size_t max_folders = 1024;
  static constexpr std::size_t max_threads = 16'384;
  static constexpr std::size_t max_running = 1024;
  /// Past this, an entry of the home folder counts as a link to what an agent wrote.
  static constexpr std::size_t max_home_entries = 4096;

  /// `is_told`: the client hears of threads and items, and did not opt out of it.
  AgentReach(CommandEnvironment environment, bool is_told);

  // What the SDK learns.

  /// A request of the client's that may change what a thread may do; any other is ignored.
  void note_request(std::string_view params);
  /// The response of one that starts, resumes or forks a thread; any other is ignored.
  void note_response(std::string_view method, std::string_view result);
  /// A notification of the runtime. I/O thread.
  void see(const Message& notification);

  // What is about to be allowed.

  /// A patch, as `fileChange` items and as the older request say it: with "path" or by path.
  void note_patch(Peek changes);
  /// A folder that is given to the agent to write in.
  void note_grant(const std::string& folder);
  /// Permissions, `AdditionalFileSystemPermissions` and what is around them.
  void note_permissions(Peek granted);
  /// What has no bounds.
  void note_everything();
  /// A command that runs what it finds in this folder, until its item is completed.
  void note_running(std::string thread_id, std::string turn_id, std::string item_id,
                    std::filesystem::path folder);

  // What rules ask. Paths that lead nowhere can be written.

  /// As `HandlerContext::agent_can_write` and `agent_can_write_below`.
  [[nodiscard]] bool can_write(std::string_view thread_id, const std::filesystem::path& path) const;
  [[nodiscard]] bool can_write_below(std::string_view thread_id,
                                     const std::filesystem::path& folder) const;
  /// The same for commands alone: not where only patches wrote.
  [[nodiscard]] bool commands_can_write(std::string_view thread_id,
                                        const std::filesystem::path& path) const;
  /// Whether a command runs that was noted in, below or above this folder.
  [[nodiscard]] bool is_running_around(const std::filesystem::path& folder) const;
  /// Whether an agent can write what a shell reads before it runs a command, or a folder of PATH,
  /// links followed. `or_may`: also where it is not known.
  [[nodiscard]] bool can_write_startup_files(std::string_view thread_id, bool or_may) const;
  /// Whether an agent can write what a program of this name is, or exchange it: a path, or a name
  /// that is looked up in each folder of PATH. Not where it is not known, or not there.
  [[nodiscard]] bool can_write_program(const std::filesystem::path& program) const;

 private:
  struct Thread {
    bool is_known = false;
    bool writes_where_it_works = false;
    std::vector<std::filesystem::path> places = {};  // where it works, or did
  };
  struct Running {
    std::string thread_id;
    std::string turn_id;
    std::string item_id;
    std::filesystem::path folder;
    bool has_twin = false;  // another item has the id, so that its end says nothing

    [[nodiscard]] bool is(const Envelope& item) const;
  };

  /// What is known to be written, as it was at one time: for looks at files without the lock.
  struct Written {
    FolderSet commands;
    FolderSet patches;

    [[nodiscard]] bool hold(const std::filesystem::path& real) const;
    [[nodiscard]] bool reach_below(const std::filesystem::path& real) const;
    /// Where the path leads, or one of the links on the way. What leads nowhere is.
    [[nodiscard]] bool hold_way(const std::filesystem::path& path) const;
    /// Something below a folder of this one whose name begins with a dot, or what a link of such a
    /// name leads to.
    [[nodiscard]] bool hold_hidden_in(const std::filesystem::path& folder) const;
  };

  /// What cannot be read makes everything writable, and so does what was too large to keep.
  [[nodiscard]] Peek read(std::string_view text);
  void note_abridged(std::string_view method);
  void see_item(const Envelope& envelope, bool is_completed);

  /// Takes the lock. A copy, for questions to the file system, which may hang. None: everything.
  [[nodiscard]] std::optional<Written> writable_for(std::string_view thread_id) const;

  // All of these with the lock held.
  void learn(const std::string& thread_id, Peek settings, bool is_all_of_it);
  void learn_places(Thread& thread, Peek settings);
  void learn_policy(Thread& thread, Peek policy);
  void learn_profile(Thread& thread, Peek profile);
  void add_place(Thread& thread, Peek place);
  void add_temporary_folders(bool slash_tmp, bool tmpdir);
  void add(FolderSet& folders, const std::filesystem::path& folder);
  void add_changes(Peek changes);
  void note_stranger(std::string_view thread_id);
  void adopt(std::string_view parent, Peek child);
  void note_started(const Envelope& item);
  void note_ended(const Envelope& item);
  [[nodiscard]] Thread& thread_of(const std::string& thread_id);
  [[nodiscard]] bool is_unknown(std::string_view thread_id) const;

  // These without.
  [[nodiscard]] bool is_startup_file_written(const Written& written) const;
  [[nodiscard]] std::vector<std::filesystem::path> program_folders() const;

  const CommandEnvironment environment_;
  mutable std::mutex mutex_;
  bool everything_ = false;  // they can write
  bool is_unknowable_;       // what they can write
  std::map<std::string, Thread, std::less<>> threads_;
  std::set<std::string, std::less<>> strangers_;  // that work, though nobody knows their sandbox
  FolderSet commands_{max_folders};               // that commands can write
  FolderSet patches_{max_folders};                // that patches wrote
  std::vector<Running> running_;
};

/// A context of the same thread that answers only what its agents can write: it keeps neither the
/// request nor the client.
[[nodiscard]] HandlerContext reach_alone(const HandlerContext& context);

}  // namespace codex::detail
