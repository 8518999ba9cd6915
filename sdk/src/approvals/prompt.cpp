#include "approvals/prompt.hpp"

#include <algorithm>

#include <codex/protocol/mcp_server.hpp>
#include <codex/protocol/session.hpp>
#include <codex/protocol/turn.hpp>

#include "approvals/harmless_programs.hpp"
#include "approvals/prompt_page.hpp"
#include "text/ascii.hpp"

namespace codex::detail {
namespace {

using approvals::Request;
using Kind = approvals::Decision::Kind;
using Choices = std::vector<Kind>;
using Form = PromptPart::Form;

Choices all_choices() {
  return {Kind::accept, Kind::accept_for_session, Kind::decline, Kind::cancel};
}

/// Builds a question.
class Question {
 public:
  explicit Question(std::string_view title) : prompt_{.title = std::string(title)} {}

  /// Adds a part that a person may read.
  Question& show(std::string_view heading, std::string_view text, Form form = Form::prose) {
    return add(prompt_.background, heading, text, form);
  }

  /// Adds a part that decides.
  Question& ask_about(std::string_view heading, std::string_view text, Form form = Form::name) {
    return add(prompt_.decisive, heading, text, form);
  }

  Question& note(std::string_view sentence) {
    return add(prompt_.decisive, sentence, {}, Form::note);
  }

  template <class T>
  Question& show_if_any(std::string_view heading, const Optional<T>& text) {
    return text ? show(heading, *text) : *this;
  }

  Prompt ask(Choices choices) {
    prompt_.choices = std::move(choices);
    return std::move(prompt_);
  }

 private:
  Question& add(std::vector<PromptPart>& parts, std::string_view heading, std::string_view text,
                Form form) {
    const auto as_much_as_counts = text.substr(0, max_prompt_bytes + 1);
    parts.push_back({std::string(heading), std::string(as_much_as_counts), form});
    return *this;
  }

  Prompt prompt_;
};

template <class T>
std::string pretty(const T& value) {
  return Json(value).dump(2, ' ', false, Json::error_handler_t::replace);
}

/// A kind of approval by its wire name, since older schemas lack it.
constexpr std::string_view human_command = "humanCommand";

/// The runtime's name for the machine that it runs on.
constexpr std::string_view usual_environment = "local";

/// "Always" is no choice if the same command may do something else the next time.
Choices choices_of(const std::optional<Words>& words) {
  Choices choices = all_choices();
  if (!words || !runs_only_itself(*words)) std::erase(choices, Kind::accept_for_session);
  return choices;
}

/// The words of the program, if the command has nothing else.
std::optional<Words> words_of(const protocol::CommandExecutionRequestApprovalParams& params) {
  const bool is_command = *params.kind == protocol::CommandExecutionApprovalKind::command;
  return is_command && params.command ? program_words(*params.command) : std::nullopt;
}

Choices choices_of(const protocol::CommandExecutionRequestApprovalParams& params) {
  using Offered = protocol::CommandExecutionApprovalDecision;
  if (params.kind->name() == human_command) return choices_of(std::nullopt);
  const auto& offered = params.available_decisions;
  const auto is_offered = [&](auto wanted) {
    return !offered ||
           std::ranges::any_of(*offered, [&](const Offered& one) { return one == wanted; });
  };
  Choices choices = choices_of(words_of(params));
  if (!is_offered(Offered::accept)) std::erase(choices, Kind::accept);
  if (!is_offered(Offered::accept_for_session)) std::erase(choices, Kind::accept_for_session);
  if (!is_offered(Offered::cancel)) std::erase(choices, Kind::cancel);
  return choices;  // the runtime always accepts a no
}

std::optional<std::string_view> title_of(const protocol::CommandExecutionApprovalKind& kind) {
  using Approval = protocol::CommandExecutionApprovalKind;
  if (kind == Approval::command) return "The agent asks to run a command.";
  if (kind == Approval::write_stdin) return "The agent asks to type into a program that runs.";
  if (kind.name() == human_command) return "The agent needs a person to allow a command.";
  return std::nullopt;
}

void ask_about_program(Question& question, const std::optional<Words>& words) {
  if (words && !words->empty()) {
    question.ask_about("Program", words->front());
  } else {
    question.note("(Beware: it is more than one plain command.)");
  }
}

std::optional<Prompt> prompt(const protocol::CommandExecutionRequestApprovalParams& params) {
  const auto title = title_of(*params.kind);
  if (!title) return std::nullopt;
  Question question(*title);
  question.show_if_any("Why", params.reason);
  if (params.additional_permissions) {
    question.ask_about("With further permissions", pretty(*params.additional_permissions),
                       Form::command);
  }
  if (const auto& network = params.network_approval_context) {
    question.ask_about("To reach", network->host).ask_about("By", network->protocol.name());
  }
  if (!params.command) {
    question.note("(Beware: it does not say which command.)");
  } else {
    question.ask_about("Command", *params.command, Form::command);
    if (*params.kind != protocol::CommandExecutionApprovalKind::write_stdin) {
      ask_about_program(question, program_words(*params.command));
    }
  }
  if (params.environment_id && *params.environment_id != usual_environment) {
    question.ask_about("Environment", *params.environment_id);
  }
  if (params.cwd) {
    question.ask_about("In", *params.cwd);
  } else {
    question.note("(Beware: it does not say in which folder.)");
  }
  return question.ask(choices_of(params));
}

std::string_view verb_of(const protocol::PatchChangeKind& kind) {
  if (kind.is<protocol::AddPatchChangeKind>()) return "New file";
  if (kind.is<protocol::DeletePatchChangeKind>()) return "Delete";
  if (kind.is<protocol::UpdatePatchChangeKind>()) return "Change";
  return "Do something unknown to";
}

void ask_about_root(Question& question, const Optional<std::string>& root) {
  if (root) question.ask_about("And to write from now on in", *root);
}

std::optional<Prompt> prompt(const protocol::FileChangeRequestApprovalParams& params,
                             const HandlerContext& context) {
  Question question("The agent asks to change files.");
  question.show_if_any("Why", params.reason);
  const std::vector<protocol::FileUpdateChange> changes = context.changes();
  if (changes.empty()) question.note("(Beware: it does not say which.)");
  for (const protocol::FileUpdateChange& change : changes) {
    if (changes.size() > 1) question.show("File", change.path, Form::name);
    question.show("Content", change.diff);
    question.ask_about(verb_of(change.kind), change.path);
    const auto* update = change.kind.as<protocol::UpdatePatchChangeKind>();
    if (update && update->move_path) question.ask_about("Move to", *update->move_path);
  }
  ask_about_root(question, params.grant_root);
  return question.ask(all_choices());
}

std::optional<Prompt> prompt(const protocol::PermissionsRequestApprovalParams& params) {
  return Question("The agent asks for further permissions.")
      .show_if_any("Why", params.reason)
      .ask_about("Permissions", pretty(params.permissions), Form::command)
      .ask_about("In", params.cwd)
      .ask({Kind::accept, Kind::accept_for_session, Kind::decline});
}

std::optional<Prompt> prompt(const protocol::McpServerElicitationRequestParams& params) {
  const auto tool = approvals::mcp_tool_approval(params);
  if (!tool) return std::nullopt;
  Choices choices = all_choices();
  if (!tool->can_accept_for_session) std::erase(choices, Kind::accept_for_session);
  return Question("The agent asks to use a tool of an MCP server.")
      .show("What the server says of it", tool->description)
      .show("Why", tool->message)
      .ask_about("Arguments", pretty(tool->arguments), Form::command)
      .ask_about("Server", tool->server)
      .ask_about("Tool", tool->tool)
      .ask(std::move(choices));
}

std::optional<Prompt> prompt(const protocol::ApplyPatchApprovalParams& params) {
  Question question("The agent asks to change files.");
  question.show_if_any("Why", params.reason);
  for (const auto& [path, change] : params.file_changes) {
    if (params.file_changes.size() > 1) question.show("File", path, Form::name);
    question.show("Content", pretty(change));
    question.ask_about("Change", path);
  }
  ask_about_root(question, params.grant_root);
  return question.ask(all_choices());
}

std::optional<Prompt> prompt(const protocol::ExecCommandApprovalParams& params) {
  const std::optional<Words> words = program_words(params.command);
  Question question("The agent asks to run a command.");
  question.show_if_any("Why", params.reason);
  question.ask_about("Command", pretty(params.command), Form::command);
  ask_about_program(question, words);
  return question.ask_about("In", params.cwd).ask(choices_of(words));
}

std::string_view word_of(Kind kind) {
  switch (kind) {
    case Kind::accept:
      return "yes";
    case Kind::accept_for_session:
      return "always";
    case Kind::cancel:
      return "cancel";
    case Kind::decline:
      break;
  }
  return "no";
}

std::string_view meaning_of(Kind kind) {
  switch (kind) {
    case Kind::accept:
      return "[y]es";
    case Kind::accept_for_session:
      return "[a]lways in this session";
    case Kind::cancel:
      return "[c]ancel the turn";
    case Kind::decline:
      break;
  }
  return "[n]o";
}

}  // namespace

std::optional<Prompt> prompt_for(const Request& request) {
  if (request.command) return prompt(*request.command);
  if (request.file_change) return prompt(*request.file_change, request.context);
  if (request.permissions) return prompt(*request.permissions);
  if (request.elicitation) return prompt(*request.elicitation);
  if (request.apply_patch) return prompt(*request.apply_patch);
  if (request.exec_command) return prompt(*request.exec_command);
  return std::nullopt;
}

std::string choices_line(const Choices& choices) {
  std::string line;
  for (const Kind kind : choices) {
    if (!line.empty()) line += ", ";
    line += meaning_of(kind);
  }
  return line + ": ";
}

std::optional<Kind> choice_of(std::string_view line, const Choices& choices) {
  const std::string answer = ascii_lower(trimmed(line));
  if (answer.empty()) return Kind::decline;
  for (const Kind kind : choices) {
    if (answer == word_of(kind) || answer == word_of(kind).substr(0, 1)) return kind;
  }
  return std::nullopt;
}

}  // namespace codex::detail
