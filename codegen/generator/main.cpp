#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

// A path may contain a comma.
#define CXXOPTS_VECTOR_DELIMITER '\0'
#include <cxxopts.hpp>

#include "diff.hpp"
#include "emit.hpp"
#include "history_command.hpp"
#include "input.hpp"
#include "output.hpp"
#include "printable.hpp"
#include "start.hpp"
#include "text.hpp"

namespace {

namespace fs = std::filesystem;

constexpr const char* usage = R"(codex-codegen: C++ types from the schema of a codex runtime

  codex-codegen generate --schema DIR --out DIR [--strict]
      writes the types; touches only files that change, and no file that it did not write.
      What it does not understand becomes codex::Json, with a note: an error with --strict
  codex-codegen check --schema DIR --out DIR
      prints what differs, with exit 1, if the types in DIR are not those of the schema
  codex-codegen dictionary --schema DIR --out FILE
      writes the words of the protocol, for a fuzzer
  codex-codegen diff OLD NEW [--format text|markdown|json]
      what changes for users of the types from OLD to NEW, breaking changes first;
      exit 1 if any is breaking, else 0
  codex-codegen history add --history FILE OLD NEW... [--old-version V] [--new-version V]
      extends or creates FILE, with what each schema adds and removes compared to the previous one

DIR of --schema, OLD and NEW have the layout of schema/ here: stable/, experimental/,
responses.json, runtime.json, history.json, corrections.json. --responses, --history and
--corrections FILE replace these files, --no-history leaves out parts that the schema's own
runtime does not have.
Exit 2: an error, or a schema that is not understood.
)";

/// An error's text may contain anything that a schema's author wrote.
std::string one_line(std::string_view text) {
  constexpr std::size_t longest = 1000;
  return codegen::printable(text.substr(0, longest)) + (text.size() > longest ? "..." : "");
}

std::string one_line(const codegen::Note& note) {
  return one_line(note.pointer + ": " + note.text);
}

/// Arguments are UTF-8 on every system.
fs::path path_of(const std::string& argument) {
  return {std::u8string(argument.begin(), argument.end())};
}

/// The command line is invalid.
struct UsageError {};

codegen::Files generate(const fs::path& schema, const codegen::OwnFiles& own, bool strict) {
  const auto model = codegen::read_model(schema, own);
  if (strict) codegen::refuse_notes(model.notes);
  for (const auto& note : model.notes) std::cerr << "note: " << one_line(note) << '\n';
  const auto families = codegen::divide(model);
  codegen::Files files = codegen::emit_headers(model, families);
  files.merge(codegen::emit_tables(model, families));
  files.merge(codegen::emit_registry(model, families));
  for (auto& [name, text] : files) text = codegen::fold_long_lines(text);
  return files;
}

int check(const fs::path& out, const codegen::Files& files) {
  const std::size_t stale = codegen::check(out, files, std::cout);
  if (stale == 0) return 0;
  std::cout << stale << " files are stale: run codex-codegen generate, or build the project\n";
  return 1;
}

int diff(const fs::path& older, const fs::path& newer, const codegen::OwnFiles& own,
         const std::string& format) {
  const auto before = codegen::read_model(older, own);
  const auto after = codegen::read_model(newer, own);
  const auto changes = codegen::compare(before, after);
  if (format == "text") {
    std::cout << codegen::as_text(before, after, changes);
  } else if (format == "markdown") {
    std::cout << codegen::as_markdown(before, after, changes);
  } else if (format == "json") {
    std::cout << codegen::as_json(before, after, changes);
  } else {
    throw UsageError{};
  }
  return !changes.empty() && changes.front().breaking ? 1 : 0;
}

/// `history add FILE OLD NEW...`
int history(const std::vector<std::string>& words, const codegen::OwnFiles& own,
            const cxxopts::ParseResult& args) {
  const bool complete = words.size() >= 4 && words[1] == "add" && !own.history.empty();
  if (!complete) throw UsageError{};
  std::vector<codegen::HistorySource> sources;
  for (std::size_t i = 2; i < words.size(); ++i) sources.push_back({path_of(words[i]), ""});
  sources.front().version = args["old-version"].as<std::string>();
  sources.back().version = args["new-version"].as<std::string>();
  codegen::extend_history(own.history, sources, own, std::cout);
  return 0;
}

int run(int argc, char** argv) {
  cxxopts::Options options("codex-codegen");
  options.add_options()("words", "", cxxopts::value<std::vector<std::string>>())(
      "schema", "", cxxopts::value<std::string>())("out", "", cxxopts::value<std::string>())(
      "responses", "", cxxopts::value<std::string>()->default_value(""))(
      "history", "", cxxopts::value<std::string>()->default_value(""))("no-history", "")(
      "corrections", "", cxxopts::value<std::string>()->default_value(""))(
      "old-version", "", cxxopts::value<std::string>()->default_value(""))(
      "new-version", "", cxxopts::value<std::string>()->default_value(""))(
      "format", "", cxxopts::value<std::string>()->default_value("text"))("strict", "")("h,help",
                                                                                        "");
  options.parse_positional({"words"});
  const auto args = options.parse(argc, argv);
  if (args.count("help") != 0) {
    std::cout << usage;
    return 0;
  }
  const auto words = args.count("words") ? args["words"].as<std::vector<std::string>>()
                                         : std::vector<std::string>{""};
  const codegen::OwnFiles own{.responses = path_of(args["responses"].as<std::string>()),
                              .history = path_of(args["history"].as<std::string>()),
                              .corrections = path_of(args["corrections"].as<std::string>()),
                              .no_history = args.count("no-history") != 0};
  if (words[0] == "history") return history(words, own, args);
  if (words[0] == "diff" && words.size() == 3) {
    return diff(path_of(words[1]), path_of(words[2]), own, args["format"].as<std::string>());
  }
  const bool complete = words.size() == 1 && args.count("schema") && args.count("out");
  if (!complete) throw UsageError{};
  const fs::path schema = path_of(args["schema"].as<std::string>());
  const fs::path out = path_of(args["out"].as<std::string>());
  if (words[0] == "dictionary") {
    const std::string words_of_it = codegen::emit_dictionary(codegen::read_model(schema, own));
    std::ofstream file(out, std::ios::binary);
    file << words_of_it;
    file.close();
    if (!file) throw std::runtime_error("cannot write " + codegen::utf8(out));
    return 0;
  }
  if (words[0] != "generate" && words[0] != "check") throw UsageError{};
  const codegen::Files files = generate(schema, own, args.count("strict") != 0);
  if (words[0] == "check") return check(out, files);
  std::cout << codegen::write(out, files) << " of " << files.size() << " files changed\n";
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  codex::tools::start_program();
  try {
    return run(argc, argv);
  } catch (const UsageError&) {
    std::cerr << usage;
    return 2;
  } catch (const std::exception& error) {
    std::cerr << "codex-codegen: " << one_line(error.what()) << '\n';
    return 2;
  }
}
