#include "approvals/prompt.hpp"

#include <algorithm>

#include <codex/protocol/mcp_server.hpp>
#include <codex/protocol/session.hpp>
#include <codex/protocol/turn.hpp>

#include "wire/ascii.hpp"
#include "wire/printable.hpp"

namespace codex::detail {
namespace {

using approvals::Request;
using Kind = approvals::Decision::Kind;
using Choices = std::vector<Kind>;

Choices all_choices() {
  return {Kind::accept, Kind::accept_for_session, Kind::decline, Kind::cancel};
}

constexpr int line_width = 72;
constexpr int tab_width = 8;

bool continues_character(char byte) { return (static_cast<unsigned char>(byte) & 0xc0) == 0x80; }

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

/// At most: letters beyond ASCII may take two columns.
int width_of(char lead) { return lead == '\t' ? tab_width : is_ascii({&lead, 1}) ? 1 : 2; }

/// One line, safe to show; tabs do no harm.
std::string printable_line(std::string_view line) {
  std::string out;
  while (true) {
    const std::size_t tab = line.find('\t');
    out += printable(line.substr(0, tab));
    if (tab == std::string_view::npos) return out;
    out += '\t';
    line.remove_prefix(tab + 1);
  }
}

/// Puts the text of a question together.
class Question {
 public:
  explicit Question(std::string_view title) { text_ = "\n" + std::string(title) + "\n"; }

  /// Text that somebody else wrote, under a heading. Long lines are broken here: where a terminal
  /// broke them, what follows could pass for a heading.
  Question& show(std::string_view heading, std::string_view text) {
    (text_ += heading) += ":\n";
    text = text.substr(0, max_prompt_bytes);  // with the heading, that is too much already
    if (text.ends_with('\n')) text.remove_suffix(1);
    for (bool more = true; more && text_.size() <= max_prompt_bytes;) {
      const std::size_t end = text.find('\n');
      show_line(printable_line(text.substr(0, end)));
      more = end != std::string_view::npos;
      if (more) text.remove_prefix(end + 1);
    }
    return *this;
  }

  /// The same for what a letter from another script could disguise.
  Question& show_exactly(std::string_view heading, std::string_view text) {
    show(heading, text);
    if (!is_ascii(text)) text_ += "(Beware: it has letters that may only look like others.)\n";
    return *this;
  }

  template <class T>
  Question& show_if_any(std::string_view heading, const Optional<T>& text) {
    return text ? show(heading, *text) : *this;
  }

  Prompt ask(Choices choices) { return {.text = std::move(text_), .choices = std::move(choices)}; }

 private:
  void show_line(std::string_view line) {
    text_ += bar;
    int width = 0;
    for (const char c : line) {
      if (!continues_character(c)) width += width_of(c);
      if (width > line_width) {
        (text_ += '\n') += bar;
        width = width_of(c);
      }
      text_ += c;
    }
    text_ += '\n';
  }

  static constexpr std::string_view bar = "  | ";

  std::string text_;
};

template <class T>
std::string pretty(const T& value) {
  return Json(value).dump(2, ' ', false, Json::error_handler_t::replace);
}

/// A kind of approval by its wire name: there are SDKs for runtimes that lack it.
constexpr std::string_view human_command = "humanCommand";

Choices choices_of(const protocol::CommandExecutionRequestApprovalParams& params) {
  using Offered = protocol::CommandExecutionApprovalDecision;
  if (params.kind->name() == human_command) return {Kind::accept, Kind::decline, Kind::cancel};
  const auto& offered = params.available_decisions;
  if (!offered) return all_choices();
  const auto has = [&](auto wanted) {
    return std::ranges::any_of(*offered, [&](const Offered& one) { return one == wanted; });
  };
  Choices choices;
  if (has(Offered::accept)) choices.push_back(Kind::accept);
  if (has(Offered::accept_for_session)) choices.push_back(Kind::accept_for_session);
  choices.push_back(Kind::decline);  // the runtime understands it always
  if (has(Offered::cancel)) choices.push_back(Kind::cancel);
  return choices;
}

std::optional<std::string_view> title_of(const protocol::CommandExecutionApprovalKind& kind) {
  using Approval = protocol::CommandExecutionApprovalKind;
  if (kind == Approval::command) return "The agent asks to run a command.";
  if (kind == Approval::write_stdin) return "The agent asks to type into a program that runs.";
  if (kind.name() == human_command) return "The agent needs a person to allow a command.";
  return std::nullopt;
}

std::optional<Prompt> prompt(const protocol::CommandExecutionRequestApprovalParams& params) {
  const auto title = title_of(*params.kind);
  if (!title) return std::nullopt;
  Question question(*title);
  if (params.additional_permissions) {
    question.show("With further permissions", pretty(*params.additional_permissions));
  }
  if (const auto& network = params.network_approval_context) {
    question.show_exactly("To reach", network->host);
    question.show("By", network->protocol.name());
  }
  question.show_if_any("Why", params.reason);
  if (params.cwd) question.show_exactly("In", *params.cwd);
  if (params.command) question.show_exactly("Command", *params.command);
  return question.ask(choices_of(params));
}

std::string_view verb_of(const protocol::PatchChangeKind& kind) {
  if (kind.is<protocol::AddPatchChangeKind>()) return "New file";
  if (kind.is<protocol::DeletePatchChangeKind>()) return "Delete";
  if (kind.is<protocol::UpdatePatchChangeKind>()) return "Change";
  return "Do something unknown to";
}

std::optional<Prompt> prompt(const protocol::FileChangeRequestApprovalParams& params,
                             const HandlerContext& context) {
  Question question("The agent asks to change files.");
  const std::vector<protocol::FileUpdateChange> changes = context.changes();
  if (changes.empty()) question.show("Beware", "it did not say which");
  for (const protocol::FileUpdateChange& change : changes) {
    question.show_exactly(verb_of(change.kind), change.path);
    const auto* update = change.kind.as<protocol::UpdatePatchChangeKind>();
    if (update && update->move_path) question.show_exactly("Move to", *update->move_path);
    question.show("Content", change.diff);
  }
  if (params.grant_root) question.show_exactly("And to write from now on in", *params.grant_root);
  return question.show_if_any("Why", params.reason).ask(all_choices());
}

std::optional<Prompt> prompt(const protocol::PermissionsRequestApprovalParams& params) {
  return Question("The agent asks for further permissions.")
      .show_if_any("Why", params.reason)
      .show_exactly("In", params.cwd)
      .show_exactly("Permissions", pretty(params.permissions))
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
      .show_exactly("Server", tool->server)
      .show_exactly("Tool", tool->tool)
      .show_exactly("Arguments", pretty(tool->arguments))
      .ask(std::move(choices));
}

std::optional<Prompt> prompt(const protocol::ApplyPatchApprovalParams& params) {
  Question question("The agent asks to change files.");
  for (const auto& [path, change] : params.file_changes) {
    question.show_exactly("Change", path);
    question.show("Content", pretty(change));
  }
  if (params.grant_root) question.show_exactly("And to write from now on in", *params.grant_root);
  return question.show_if_any("Why", params.reason).ask(all_choices());
}

std::optional<Prompt> prompt(const protocol::ExecCommandApprovalParams& params) {
  return Question("The agent asks to run a command.")
      .show_if_any("Why", params.reason)
      .show_exactly("In", params.cwd)
      .show_exactly("Command", pretty(params.command))
      .ask(all_choices());
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

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
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
