#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <iostream>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <cxxopts.hpp>

#include <codex/protocol/registry.hpp>

#include "commands.hpp"
#include "printable.hpp"
#include "start.hpp"
#include "terminal.hpp"

namespace {

namespace wire = codex::wire;

/// An error in the command line.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Operands stay `unmatched`: cxxopts would take a comma in a file's name for a separator.
using Operands = std::vector<std::string>;

cxxopts::Options options_of(const std::string& command, const std::string& text) {
  cxxopts::Options options("codex-wire " + command, text);
  options.add_options()("h,help", "Show this");
  return options;
}

/// Nothing if it printed the requested help.
std::optional<cxxopts::ParseResult> parse(cxxopts::Options& options, int argc, char** argv,
                                          std::size_t most_operands = 0) {
  auto args = options.parse(argc, argv);
  if (args.count("help") > 0) {
    std::cout << options.help();
    return std::nullopt;
  }
  const Operands& operands = args.unmatched();
  if (operands.size() > most_operands) {
    throw UsageError("do not know what to do with " + operands[most_operands]);
  }
  return args;
}

int types(int argc, char** argv) {
  auto options =
      options_of("types", R"(Lists every type of the protocol, sorted by name, one per line:
  NAME <tab> struct|enum|union|message|alias <tab> stable|experimental
)");
  return parse(options, argc, argv) ? wire::types() : 0;
}

int methods(int argc, char** argv) {
  auto options = options_of(
      "methods", R"(Lists every method of the protocol in the schema's order, one per line:
  KIND <tab> METHOD <tab> PARAMS TYPE <tab> RESPONSE TYPE <tab> stable|experimental <tab> HEADER
KIND is request, notification, server_request or client_notification; "-" means no type. HEADER is
what to include for it: <codex/protocol/thread.hpp>.
)");
  return parse(options, argc, argv) ? wire::methods() : 0;
}

int check(int argc, char** argv) {
  auto options = options_of(
      "check",
      R"(Decodes every message of the files, encodes it again and compares the two as JSON values.
A FILE is a recording ({"dir":"send"|"recv","t":seconds,"msg":{...}} per line) or has a plain
message per line; "-" is stdin. The request decides the type of a response.

Prints the problems, with FILE:LINE, then a table by method:
  ok       comes back unchanged
  lost     cannot be decoded, or comes back different
  misfit   a client sent it although it does not fit its type: the client's mistake, no loss
  unknown  has parts that this version does not know; they are kept, and listed below the table

Exit code: 0 if nothing was lost, 1 if something was, 2 if a file cannot be read or on wrong usage.
)");
  options.custom_help("[OPTION...] FILE...");
  const auto args = parse(options, argc, argv, std::numeric_limits<std::size_t>::max());
  if (!args) return 0;
  if (args->unmatched().empty()) throw UsageError("check needs a file; - is stdin");
  return wire::check(args->unmatched());
}

int roundtrip(int argc, char** argv) {
  auto options = options_of(
      "roundtrip",
      R"(Reads a JSON value per line from stdin, decodes it as the type, encodes it again and writes that
to stdout, or {"error":"..."}: at once one line out for each line in, whatever the input.

Exit code: 0, or 2 if there is no such type.
)");
  options.add_options()("type", "The type's name, as in `codex-wire types`",
                        cxxopts::value<std::string>(), "NAME");
  const auto args = parse(options, argc, argv);
  if (!args) return 0;
  if (args->count("type") == 0) throw UsageError("roundtrip needs --type NAME");
  return wire::roundtrip((*args)["type"].as<std::string>());
}

/// https://no-color.org: set and not empty.
bool colour_unwanted() {
  const char* value = std::getenv("NO_COLOR");
  return value && *value != '\0';
}

bool wants_colour(const std::string& when) {
  if (when == "always") return true;
  if (when == "never") return false;
  if (when == "auto") return wire::stdout_is_terminal() && !colour_unwanted();
  throw UsageError("--color is always, never or auto");
}

int show(int argc, char** argv) {
  auto options = options_of(
      "show",
      R"(Shows a recording (see `codex-wire check --help`; "-" is stdin) as a conversation, by line:
  SECONDS  WHO  TURN  METHOD  GIST
TURN is the end of the turn's id. The deltas of an item are one line, or a count next to the item.
Control characters are escaped (\n, \x1b). Secrets are masked only if the recording masks them.

With --follow it also shows what is added to FILE, until a signal ends it. It waits for a missing
file, and shows a file that became shorter again from its start.

Exit code: 0, or 2 if FILE cannot be read or the usage is wrong.
)");
  options.add_options()("f,follow", "Continue as the file grows")("full",
                                                                  "Do not shorten long texts")(
      "color", "always, never, or auto: on a terminal, unless NO_COLOR is set",
      cxxopts::value<std::string>()->default_value("auto"), "WHEN");
  options.custom_help("[OPTION...] FILE");
  const auto args = parse(options, argc, argv, 1);
  if (!args) return 0;
  if (args->unmatched().empty()) throw UsageError("show needs a file; - is stdin");
  return wire::show({.file = args->unmatched().front(),
                     .follow = args->count("follow") > 0,
                     .colour = wants_colour((*args)["color"].as<std::string>()),
                     .full = args->count("full") > 0});
}

struct Command {
  std::string_view name;
  std::string_view summary;
  int (*run)(int argc, char** argv);
};

constexpr std::array commands = {
    Command{"types", "list the types of the protocol", types},
    Command{"methods", "list the methods of the protocol", methods},
    Command{"check", "does a recording survive decoding and encoding?", check},
    Command{"roundtrip", "decode and encode JSON values as one type", roundtrip},
    Command{"show", "tell a recording as a conversation", show},
};

void usage(std::ostream& out) {
  out << "codex-wire: looks into the traffic between a codex app-server and its client\n\n"
         "Usage: codex-wire COMMAND [OPTION...] [FILE...]\n\n";
  for (const auto& command : commands) {
    out << "  " << command.name << std::string(12 - command.name.size(), ' ') << command.summary
        << '\n';
  }
  out << "\ncodex-wire COMMAND --help tells more; codex-wire --version, which protocol this is.\n";
}

int run(int argc, char** argv) {
  const std::string_view name = argc > 1 ? argv[1] : "";
  for (const auto& command : commands) {
    if (name == command.name) return command.run(argc - 1, argv + 1);
  }
  if (name == "--help" || name == "-h" || name == "help") {
    usage(std::cout);
    return 0;
  }
  if (name == "--version") {
    std::cout << "codex-wire " << codex::protocol::runtime_version << '\n';
    return 0;
  }
  usage(std::cerr);
  return 2;
}

/// A closed output needs no error message.
int after_output(int code) {
  if (std::cout.flush()) return code;
  if (errno != EPIPE) std::cerr << "codex-wire: cannot write: " << std::strerror(errno) << '\n';
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  codex::tools::start_program();
  std::ios::sync_with_stdio(false);
  try {
    return after_output(run(argc, argv));
  } catch (const std::exception& error) {  // also cxxopts' errors
    std::cerr << "codex-wire: " << wire::printable(error.what())
              << "\ncodex-wire --help tells more\n";
    return 2;
  }
}
