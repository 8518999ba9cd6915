#include <algorithm>

#include "diff.hpp"

namespace codegen {
namespace {

std::string_view name_of(Change::Subject subject) {
  constexpr std::string_view names[] = {"method", "type", "member", "enum value", "union arm"};
  return names[static_cast<std::size_t>(subject)];
}

std::string_view name_of(Change::What what) {
  constexpr std::string_view names[] = {"removed", "changed", "added"};
  return names[static_cast<std::size_t>(what)];
}

std::vector<Change> only(const std::vector<Change>& changes, bool breaking) {
  std::vector<Change> out;
  std::copy_if(changes.begin(), changes.end(), std::back_inserter(out),
               [&](const Change& change) { return change.breaking == breaking; });
  return out;
}

std::string padded(std::string_view text, std::size_t width) {
  return std::string(text) + std::string(width - std::min(width, text.size()) + 2, ' ');
}

/// As code in Markdown: in more backticks than any run within.
std::string code_span(const std::string& text) {
  std::size_t longest = 0;
  for (std::size_t i = 0, run = 0; i < text.size(); ++i) {
    run = text[i] == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  const std::string quote(longest + 1, '`');
  const std::string blank = longest > 0 ? " " : "";
  return quote + blank + text + blank + quote;
}

std::string as_it_is(const std::string& text) { return text; }

/// `: default 9, was 5`
std::string detail_text(const Change& change, std::string (*quoted)(const std::string&)) {
  std::string out = change.note;
  if (!change.now.empty()) out += (out.empty() ? "" : " ") + quoted(change.now);
  if (!change.before.empty()) out += ", was " + quoted(change.before);
  return out.empty() ? "" : ": " + out;
}

std::string text_lines(const std::vector<Change>& changes) {
  std::string out;
  for (const auto& change : changes) {
    out += "  " + padded(name_of(change.what), 7) + padded(name_of(change.subject), 10) +
           change.name + detail_text(change, as_it_is) + "\n";
  }
  return out;
}

std::string markdown_lines(const std::vector<Change>& changes) {
  std::string out;
  for (const auto& change : changes) {
    out += "- " + std::string(name_of(change.what)) + " " + std::string(name_of(change.subject)) +
           " " + code_span(change.name) + detail_text(change, code_span) + "\n";
  }
  return out;
}

Json json_list(const std::vector<Change>& changes) {
  Json out = Json::array();
  for (const auto& change : changes) {
    out.push_back({{"change", name_of(change.what)},
                   {"subject", name_of(change.subject)},
                   {"name", change.name},
                   {"now", change.now},
                   {"before", change.before},
                   {"note", change.note}});
  }
  return out;
}

}  // namespace

std::string as_text(const Model& before, const Model& after, const std::vector<Change>& changes) {
  const auto breaking = only(changes, true);
  const auto others = only(changes, false);
  std::string out = "codex " + before.runtime_version + " to " + after.runtime_version + ": " +
                    std::to_string(breaking.size()) + " breaking, " +
                    std::to_string(others.size()) + " not breaking\n";
  if (!breaking.empty()) out += "\nBreaking\n" + text_lines(breaking);
  if (!others.empty()) out += "\nNot breaking\n" + text_lines(others);
  return out;
}

std::string as_markdown(const Model& before, const Model& after,
                        const std::vector<Change>& changes) {
  const auto breaking = only(changes, true);
  const auto others = only(changes, false);
  std::string out = "# codex " + before.runtime_version + " to " + after.runtime_version + "\n";
  out += "\n## Breaking (" + std::to_string(breaking.size()) + ")\n\n";
  out += breaking.empty() ? "Nothing.\n" : markdown_lines(breaking);
  out += "\n## Not breaking (" + std::to_string(others.size()) + ")\n\n";
  return out + (others.empty() ? "Nothing.\n" : markdown_lines(others));
}

std::string as_json(const Model& before, const Model& after, const std::vector<Change>& changes) {
  const Json out = {{"from", before.runtime_version},
                    {"to", after.runtime_version},
                    {"breaking", json_list(only(changes, true))},
                    {"notBreaking", json_list(only(changes, false))}};
  constexpr bool as_ascii = true;
  return out.dump(2, ' ', as_ascii) + "\n";
}

}  // namespace codegen
