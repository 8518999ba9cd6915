#include <algorithm>
#include <filesystem>
#include <memory>
#include <utility>

#include <codex/policies.hpp>
#include <codex/protocol/session.hpp>

#include "approvals/command_pattern.hpp"
#include "approvals/command_shell.hpp"
#include "approvals/harmless_programs.hpp"
#include "approvals/project_folder.hpp"
#include "handlers/agent_reach.hpp"
#include "handlers/answer_terms.hpp"
#include "os/utf8_path.hpp"
#include "runtime/real_path.hpp"

namespace codex::approvals {
namespace {

namespace fs = std::filesystem;
using codex::detail::CommandPattern;
using codex::detail::path_from_utf8;
using codex::detail::program_words;
using codex::detail::utf8_from_path;
using codex::detail::Words;
using Params = protocol::CommandExecutionRequestApprovalParams;

/// A command, and the folder in which it would run.
struct Command {
  Words words;
  std::string folder;
};

bool asks_for_a_command_alone(const Params& params) {
  const auto& hosts = params.proposed_network_policy_amendments;
  return *params.kind == protocol::CommandExecutionApprovalKind::command &&
         !params.additional_permissions && !params.network_approval_context &&
         (!hosts || hosts->empty());
}

bool may_be_accepted(const Params& params) {
  const auto& offered = params.available_decisions;
  return !offered || std::ranges::any_of(*offered, [](const auto& decision) {
    return decision == protocol::CommandExecutionApprovalDecision::accept;
  });
}

/// The folders are only known on this machine.
bool runs_here(const Params& params) {
  return !params.environment_id || *params.environment_id == "local";
}

/// The command that would run; nothing if it is unclear or the request asks for more.
std::optional<Command> command_of(const Request& request) {
  std::optional<Words> words;
  std::string folder;
  if (request.exec_command) {
    words = program_words(request.exec_command->command);
    folder = request.exec_command->cwd;
  } else if (const Params* params = request.command) {
    if (!params->command || !params->cwd || !runs_here(*params)) return std::nullopt;
    if (!asks_for_a_command_alone(*params) || !may_be_accepted(*params)) return std::nullopt;
    words = program_words(*params->command);
    folder = *params->cwd;
  }
  if (!words || codex::detail::is_mangled(folder)) return std::nullopt;
  return Command{std::move(*words), std::move(folder)};
}

/// The folder in which a command may find code to run; nothing for a broken link.
std::optional<fs::path> project_of(const std::string& folder) {
  const auto real = codex::detail::real_path(path_from_utf8(folder));
  if (!real) return std::nullopt;
  return codex::detail::project_folder(*real);
}

/// The rules for one command, checked against the current file system and the agents' reach.
class Rules {
 public:
  explicit Rules(CommandRules rules) : rules_(std::move(rules)) {
    for (const std::string& folder : rules_.folders) {
      folders_.push_back(codex::detail::real_folder(path_from_utf8(folder)));
    }
  }

  [[nodiscard]] bool allow(const Command& command, const HandlerContext& context) const {
    const bool is_harmless = codex::detail::runs_only_itself(command.words);
    return (is_harmless || rules_.may_run_code_it_finds) && shells_start_clean(context) &&
           may_run_in(command.folder, is_harmless, context) && is_program_clean(command, context) &&
           (is_harmless || may_be_run(command, context));
  }

 private:
  [[nodiscard]] bool shells_start_clean(const HandlerContext& context) const {
    const bool is_vouched_for = !folders_.empty();
    const auto& reach = origin_of(context.origin).reach;
    if (!reach) return is_vouched_for;
    return !reach->can_write_startup_files(context.thread_id, !is_vouched_for);
  }

  [[nodiscard]] bool may_run_in(const std::string& folder, bool is_harmless,
                                const HandlerContext& context) const {
    if (!links_stay(path_from_utf8(folder), context)) return false;
    if (!folders_.empty()) return is_among_folders(path_from_utf8(folder));
    if (is_harmless) return !context.agent_can_write(folder);
    const auto project = project_of(folder);
    return project && !context.agent_can_write_below(utf8_from_path(*project));
  }

  /// Whether no agent can replace a link in the path after the check.
  static bool links_stay(const fs::path& path, const HandlerContext& context) {
    const auto way = path.is_absolute() ? codex::detail::follow(path) : std::nullopt;
    return way && std::ranges::none_of(way->links, [&](const fs::path& link) {
             return context.agent_can_write(utf8_from_path(link.parent_path()));
           });
  }

  [[nodiscard]] bool is_among_folders(const fs::path& path) const {
    const auto real = path.is_absolute() ? codex::detail::real_path(path) : std::nullopt;
    // By name: a folder that was replaced with a link since is another folder.
    return real && std::ranges::any_of(folders_, [&](const fs::path& folder) {
             return std::ranges::mismatch(folder, *real).in1 == folder.end();
           });
  }

  /// A folder of PATH may have links to files that an agent wrote.
  static bool is_program_clean(const Command& command, const HandlerContext& context) {
    const std::string& program = command.words.front();
    const bool is_name = program.find('/') == std::string::npos;
    const fs::path path = is_name ? path_from_utf8(program)
                                  : path_from_utf8(command.folder) / path_from_utf8(program);
    const auto& reach = origin_of(context.origin).reach;
    return !reach || !reach->can_write_program(path);
  }

  /// A program that is named by a path has its own folder.
  [[nodiscard]] bool may_be_run(const Command& command, const HandlerContext& context) const {
    const std::string& program = command.words.front();
    if (program.find('/') == std::string::npos) return true;
    const fs::path path = path_from_utf8(command.folder) / path_from_utf8(program);
    if (!links_stay(path, context)) return false;
    return is_among_folders(path) || !context.agent_can_write(utf8_from_path(path));
  }

  CommandRules rules_;
  std::vector<fs::path> folders_;  // those of the rules, without links
};

}  // namespace

Policy allow_commands(const std::vector<std::string>& patterns, CommandRules rules) {
  std::vector<CommandPattern> allowed(patterns.begin(), patterns.end());
  return [allowed = std::move(allowed), rules = std::make_shared<const Rules>(std::move(rules))](
             const Request& request) -> std::optional<Decision> {
    if (!codex::detail::commands_are_posix()) return std::nullopt;
    const std::optional<Command> command = command_of(request);
    const auto allows = [&](const CommandPattern& pattern) {
      return pattern.matches(command->words);
    };
    if (!command || std::ranges::none_of(allowed, allows)) return std::nullopt;
    const HandlerContext context = codex::detail::reach_alone(request.context);
    const auto still = [rules, command = *command, context] {
      return rules->allow(command, context);
    };
    if (!still()) return std::nullopt;
    request.context.only_if(still);
    const auto& terms = origin_of(request.context.origin).terms;
    if (terms && !codex::detail::runs_only_itself(command->words)) {
      const auto project = project_of(command->folder);
      if (!project) return std::nullopt;
      terms->occupy(*project);
    }
    return accept();
  };
}

}  // namespace codex::approvals
