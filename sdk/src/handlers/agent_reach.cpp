#include "handlers/agent_reach.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

#include <codex/protocol/support/nesting.hpp>

#include "os/utf8_path.hpp"
#include "runtime/real_path.hpp"
#include "runtime/runtime_places.hpp"
#include "wire/envelope.hpp"

namespace codex::detail {
namespace {

namespace fs = std::filesystem;

/// Whether any of these is a member, at whatever depth: inside a string quotes would be escaped.
bool names_any(std::string_view json, auto... names) {
  return ((json.find(names) != std::string_view::npos) || ...);
}

/// The folders of a list as PATH is one.
std::vector<fs::path> folders_of(std::string_view list) {
  std::vector<fs::path> folders;
  while (true) {
    const std::size_t end = list.find(path_separator());
    folders.push_back(path_from_utf8(list.substr(0, end)));
    if (end == std::string_view::npos) return folders;
    list.remove_prefix(end + 1);
  }
}

std::optional<fs::path> real_absolute(const fs::path& path) {
  return path.is_absolute() ? real_path(path) : std::nullopt;
}

/// The folders of a home that programs keep what they obey in.
bool is_hidden_in(const fs::path& home, const fs::path& folder) {
  const auto [home_rest, name] = std::ranges::mismatch(home, folder);
  return home_rest == home.end() && name != folder.end() && name->native().starts_with('.');
}

/// The entries of this folder that are links with a dot in front. Nothing when they cannot be told.
std::optional<std::vector<fs::path>> hidden_links(const fs::path& folder, std::size_t max_entries) {
  std::vector<fs::path> links;
  std::error_code error;
  std::size_t entries = 0;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (++entries > max_entries) return std::nullopt;
    const bool is_hidden = entry->path().filename().native().starts_with('.');
    std::error_code unknown;
    if (is_hidden && entry->is_symlink(unknown)) links.push_back(entry->path());
  }
  const bool is_missing = error == std::errc::no_such_file_or_directory;
  if (error && !is_missing) return std::nullopt;
  return links;
}

/// In doubt, it does.
bool is_there(const fs::path& path) {
  std::error_code error;
  return fs::symlink_status(path, error).type() != fs::file_type::not_found;
}

}  // namespace

AgentReach::AgentReach(CommandEnvironment environment, bool is_told)
    : environment_(std::move(environment)), is_unknowable_(!is_told) {}

void AgentReach::note_request(std::string_view params) {
  if (!names_any(params, R"("threadId")")) return;
  if (!names_any(params, R"("sandboxPolicy")", R"("sandbox")", R"("permissions")", R"("cwd")",
                 R"("environments")", R"("runtimeWorkspaceRoots")", R"("config")")) {
    return;
  }
  const Peek json = read(params);
  const std::string thread_id = json["threadId"].text();
  const std::lock_guard lock(mutex_);
  learn(thread_id, json, false);
  // What that sets is for the response to say.
  const auto thread = threads_.find(thread_id);
  if (thread != threads_.end() && json["config"]) {
    thread->second.is_known = false;
  }
}

void AgentReach::note_response(std::string_view method, std::string_view result) {
  if (method != "thread/start" && method != "thread/resume" && method != "thread/fork") return;
  const Peek json = read(result);
  const std::string thread_id = json["thread"]["id"].text();
  const std::lock_guard lock(mutex_);
  learn(thread_id, json, true);
}

void AgentReach::see(const Message& notification) {
  const Envelope& envelope = notification.envelope;
  if (notification.full_size > 0) note_abridged(envelope.method);
  const bool is_completed = envelope.method == "item/completed";
  if (envelope.method == "thread/settings/updated") {
    const Peek params = read(envelope.params);
    const std::lock_guard lock(mutex_);
    learn(std::string(envelope.thread_id), params["threadSettings"], true);
  } else if (is_completed || envelope.method == "item/started") {
    see_item(envelope, is_completed);
  }
}

/// Its lists are empty: folders may be missing.
void AgentReach::note_abridged(std::string_view method) {
  if (method != "thread/settings/updated" && !method.starts_with("item/")) return;
  const std::lock_guard lock(mutex_);
  is_unknowable_ = true;
}

Peek AgentReach::read(std::string_view text) {
  const Peek json(text);
  // Of what is no JSON a Peek sees the beginning alone: more may be written than that.
  if (protocol::detail::is_too_deep(text) || !json.is_object() || !Json::accept(text)) {
    const std::lock_guard lock(mutex_);
    is_unknowable_ = true;
  }
  return json;
}

void AgentReach::see_item(const Envelope& envelope, bool is_completed) {
  const std::string_view type = envelope.item_type;
  const std::string_view thread_id = envelope.thread_id;
  const bool says_more =
      type == "fileChange" || type == "collabAgentToolCall" || type == "subAgentActivity";
  const Peek item = says_more ? read(envelope.params)["item"] : Peek();
  const std::lock_guard lock(mutex_);
  if (!is_completed) note_started(envelope);
  if (type == "commandExecution") {
    note_stranger(thread_id);
    if (is_completed) note_ended(envelope);
  } else if (type == "fileChange") {
    note_stranger(thread_id);
    // What began may have been written, though it failed.
    if (is_completed && !item["status"].is("declined")) add_changes(item["changes"]);
  } else if (type == "collabAgentToolCall" && item["tool"].is("spawnAgent")) {
    for (const Peek child : item["receiverThreadIds"].elements()) adopt(thread_id, child);
  } else if (type == "subAgentActivity" && item["kind"].is("started")) {
    adopt(thread_id, item["agentThreadId"]);
  }
}

void AgentReach::note_patch(Peek changes) {
  const std::lock_guard lock(mutex_);
  add_changes(changes);
}

void AgentReach::note_grant(const std::string& folder) {
  const std::lock_guard lock(mutex_);
  add(commands_, path_from_utf8(folder));
}

void AgentReach::note_everything() {
  const std::lock_guard lock(mutex_);
  everything_ = true;
}

void AgentReach::note_permissions(Peek granted) {
  const std::lock_guard lock(mutex_);
  if (!granted.is_object()) return;
  for (const auto& [name, value] : granted.members()) {
    is_unknowable_ = is_unknowable_ || (name != "network" && name != "fileSystem");
  }
  const Peek files = granted["fileSystem"];
  for (const Peek path : files["write"].elements()) add(commands_, path_from_utf8(path.text()));
  for (const Peek entry : files["entries"].elements()) {
    const Peek access = entry["access"];
    if (access.is("read") || access.is("deny") || access.is("none")) continue;
    // What is no plain path, and so leads nowhere, is everything.
    add(commands_, path_from_utf8(entry["path"]["path"].text()));
  }
}

void AgentReach::note_running(std::string thread_id, std::string turn_id, std::string item_id,
                              fs::path folder) {
  const std::lock_guard lock(mutex_);
  if (running_.size() < max_running) {
    running_.push_back(
        {std::move(thread_id), std::move(turn_id), std::move(item_id), std::move(folder)});
  } else {
    is_unknowable_ = true;
  }
}

bool AgentReach::Running::is(const Envelope& item) const {
  if (item_id.empty()) return false;  // too long to be kept: any other may be as well
  return item_id == item.item_id && turn_id == item.turn_id && thread_id == item.thread_id;
}

void AgentReach::note_started(const Envelope& item) {
  for (Running& command : running_) command.has_twin = command.has_twin || command.is(item);
}

void AgentReach::note_ended(const Envelope& item) {
  const auto is_it = [&](const Running& command) { return command.is(item); };
  const auto found = std::ranges::find_if(running_, is_it);
  // The ids are the model's: of two with one id it cannot be told which has ended.
  if (std::ranges::count_if(running_, is_it) == 1 && !found->has_twin) running_.erase(found);
}

bool AgentReach::can_write(std::string_view thread_id, const fs::path& path) const {
  const std::optional<fs::path> real = real_absolute(path);
  const std::optional<Written> writable = writable_for(thread_id);
  return !real || !writable || writable->hold(*real);
}

bool AgentReach::can_write_below(std::string_view thread_id, const fs::path& folder) const {
  const std::optional<fs::path> real = real_absolute(folder);
  const std::optional<Written> writable = writable_for(thread_id);
  return !real || !writable || writable->hold(*real) || writable->reach_below(*real);
}

bool AgentReach::commands_can_write(std::string_view thread_id, const fs::path& path) const {
  const std::optional<fs::path> real = real_absolute(path);
  const std::optional<Written> writable = writable_for(thread_id);
  return !real || !writable || writable->commands.hold(*real);
}

bool AgentReach::is_running_around(const fs::path& folder) const {
  const std::optional<fs::path> real = real_absolute(folder);
  std::unique_lock lock(mutex_);
  const std::vector<Running> running = running_;
  lock.unlock();
  return std::ranges::any_of(running, [&](const Running& command) {
    return !real || is_in_or_below(*real, command.folder) || is_in_or_below(command.folder, *real);
  });
}

bool AgentReach::can_write_startup_files(std::string_view thread_id, bool or_may) const {
  std::unique_lock lock(mutex_);
  const bool is_open = or_may && (is_unknown(thread_id) || environment_.home.empty());
  if (everything_ || is_open) return true;
  const Written written{commands_, patches_};
  lock.unlock();
  return is_startup_file_written(written);
}

bool AgentReach::can_write_program(const fs::path& program) const {
  std::unique_lock lock(mutex_);
  if (everything_) return true;
  const Written written{commands_, patches_};
  lock.unlock();
  if (program.has_parent_path()) return written.hold_way(program);
  // Which folder comes first, the shell may say otherwise.
  return std::ranges::any_of(program_folders(), [&](const fs::path& folder) {
    return is_there(folder / program) && written.hold_way(folder / program);
  });
}

void AgentReach::learn(const std::string& thread_id, Peek settings, bool is_all_of_it) {
  if (thread_id.empty()) return;
  Thread& thread = thread_of(thread_id);
  const Peek policy = settings["sandboxPolicy"];
  const Peek sandbox = policy ? policy : settings["sandbox"];
  learn_policy(thread, sandbox);
  learn_profile(thread, settings["permissions"]);
  learn_profile(thread, settings["activePermissionProfile"]["id"]);
  learn_places(thread, settings);
  if (!is_all_of_it || !sandbox || !settings["cwd"].is_string()) return;
  thread.is_known = true;
  strangers_.erase(thread_id);
}

void AgentReach::learn_policy(Thread& thread, Peek policy) {
  if (!policy) return;
  const std::string type = policy.is_string() ? policy.text() : policy["type"].text();
  if (type == "readOnly" || type == "read-only") return;
  if (type != "workspaceWrite" && type != "workspace-write") {
    everything_ = true;
    return;
  }
  thread.writes_where_it_works = true;
  add_temporary_folders(policy["excludeSlashTmp"].raw() != "true",
                        policy["excludeTmpdirEnvVar"].raw() != "true");
  for (const Peek root : policy["writableRoots"].elements())
    add(commands_, path_from_utf8(root.text()));
}

/// Of the user's own profiles the policy, which comes along, may not say everything.
void AgentReach::learn_profile(Thread& thread, Peek profile) {
  if (!profile || profile.is(":read-only")) return;
  if (!profile.is(":workspace")) {
    is_unknowable_ = true;
    return;
  }
  thread.writes_where_it_works = true;
  add_temporary_folders(true, true);
}

void AgentReach::learn_places(Thread& thread, Peek settings) {
  add_place(thread, settings["cwd"]);
  for (const Peek root : settings["runtimeWorkspaceRoots"].elements()) add_place(thread, root);
  for (const Peek environment : settings["environments"].elements()) {
    add_place(thread, environment["cwd"]);
    for (const Peek root : environment["runtimeWorkspaceRoots"].elements()) add_place(thread, root);
  }
  if (!thread.writes_where_it_works) return;
  for (const fs::path& place : thread.places) add(commands_, place);
}

void AgentReach::add_place(Thread& thread, Peek place) {
  if (!place) return;
  fs::path folder = path_from_utf8(place.text());
  if (std::ranges::find(thread.places, folder) != thread.places.end()) return;
  if (thread.places.size() < max_folders) {
    thread.places.push_back(std::move(folder));
  } else {
    is_unknowable_ = true;
  }
}

void AgentReach::add_temporary_folders(bool slash_tmp, bool tmpdir) {
  if (slash_tmp && has_slash_tmp()) add(commands_, "/tmp");
  if (!tmpdir) return;
  for (const std::string& folder : environment_.temp) add(commands_, path_from_utf8(folder));
}

void AgentReach::add(FolderSet& folders, const fs::path& folder) {
  if (!is_unknowable_ && !folders.add(folder)) is_unknowable_ = true;
}

void AgentReach::add_changes(Peek changes) {
  const auto add_parent = [this](std::string_view file) {
    add(patches_, path_from_utf8(file).parent_path());
  };
  const auto members = changes.members();
  if (members.empty()) is_unknowable_ = true;
  for (const auto& [name, change] : members) {
    add_parent(changes.is_object() ? name : change["path"].text());
    for (const Peek kind : {change, change["kind"], change["update"]}) {
      if (const Peek target = kind["move_path"]) add_parent(target.text());
    }
  }
}

AgentReach::Thread& AgentReach::thread_of(const std::string& thread_id) {
  if (threads_.size() < max_threads || threads_.contains(thread_id)) return threads_[thread_id];
  is_unknowable_ = true;
  return threads_.begin()->second;  // it does not matter any more
}

void AgentReach::note_stranger(std::string_view thread_id) {
  const auto found = threads_.find(thread_id);
  if (found != threads_.end() && found->second.is_known) return;
  if (strangers_.size() < max_threads) {
    strangers_.emplace(thread_id);
  } else {
    is_unknowable_ = true;
  }
}

/// The runtime gives a sub-agent the sandbox of the agent that starts it.
void AgentReach::adopt(std::string_view parent, Peek child) {
  const auto found = threads_.find(parent);
  const std::string thread_id = child.text();
  if (found == threads_.end() || !found->second.is_known || thread_id.empty()) return;
  const Thread inherited = found->second;
  Thread& thread = thread_of(thread_id);
  if (!thread.is_known) thread = inherited;
  strangers_.erase(thread_id);
}

bool AgentReach::is_unknown(std::string_view thread_id) const {
  if (everything_ || is_unknowable_ || !strangers_.empty()) return true;
  const auto found = threads_.find(thread_id);
  return found == threads_.end() || !found->second.is_known;
}

std::optional<AgentReach::Written> AgentReach::writable_for(std::string_view thread_id) const {
  const std::lock_guard lock(mutex_);
  if (is_unknown(thread_id)) return std::nullopt;
  return Written{commands_, patches_};
}

bool AgentReach::Written::hold(const fs::path& real) const {
  return commands.hold(real) || patches.hold(real);
}

bool AgentReach::Written::reach_below(const fs::path& real) const {
  return commands.reach_below(real) || patches.reach_below(real);
}

bool AgentReach::Written::hold_way(const fs::path& path) const {
  const std::optional<Way> way = path.is_absolute() ? follow(path) : std::nullopt;
  return !way || hold(way->end) || std::ranges::any_of(way->links, [this](const fs::path& link) {
    return hold(link.parent_path());
  });
}

bool AgentReach::Written::hold_hidden_in(const fs::path& folder) const {
  const std::optional<fs::path> real = real_absolute(folder);
  if (!real) return true;
  const auto hides = [&](const fs::path& inner) { return is_hidden_in(*real, inner); };
  if (commands.any(hides) || patches.any(hides)) return true;
  const auto links = hidden_links(*real, max_home_entries);
  return !links || std::ranges::any_of(*links, [this](const fs::path& link) {
    const std::optional<Way> way = follow(link);
    return way && (hold_way(link) || reach_below(way->end));
  });
}

/// Those of PATH, and those that login shells put there.
std::vector<fs::path> AgentReach::program_folders() const {
  std::vector<fs::path> folders = folders_of(environment_.path);
  for (const char* folder : {"/usr/local/bin", "/usr/bin", "/bin"}) folders.emplace_back(folder);
  if (environment_.home.empty()) return folders;
  const fs::path home = path_from_utf8(environment_.home);
  folders.push_back(home / "bin");
  folders.push_back(home / ".local/bin");
  return folders;
}

bool AgentReach::is_startup_file_written(const Written& written) const {
  std::vector<fs::path> read = program_folders();
  read.emplace_back("/etc");
  std::vector<fs::path> listed;
  if (!environment_.home.empty()) listed.push_back(path_from_utf8(environment_.home));
  for (const std::string& path : environment_.startup) {
    read.push_back(path_from_utf8(path));
    std::error_code error;
    if (fs::is_directory(read.back(), error)) listed.push_back(read.back());
  }
  read.insert(read.end(), listed.begin(), listed.end());
  return std::ranges::any_of(read, [&](const fs::path& path) { return written.hold_way(path); }) ||
         std::ranges::any_of(listed,
                             [&](const fs::path& path) { return written.hold_hidden_in(path); });
}

HandlerContext reach_alone(const HandlerContext& context) {
  HandlerContext out{.thread_id = context.thread_id};
  origin_of(out.origin).reach = origin_of(context.origin).reach;
  return out;
}

}  // namespace codex::detail
