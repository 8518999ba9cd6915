#include <filesystem>
#include <fstream>
#include <iostream>

#include <cxxopts.hpp>

#include "emit.hpp"
#include "lower.hpp"
#include "output.hpp"
#include "schema.hpp"

namespace {

namespace fs = std::filesystem;

constexpr const char* bundle_name = "codex_app_server_protocol.schemas.json";

constexpr const char* usage = R"(codex-codegen: C++ types from the schema of a codex runtime

  codex-codegen generate --schema DIR --out DIR [--responses FILE]
      writes the types; touches only files that change
  codex-codegen check --schema DIR --out DIR [--responses FILE]
      exit 1, and what differs, when the types in DIR are not those of the schema
  codex-codegen dictionary --schema DIR --out FILE
      writes the words of the protocol, for a fuzzer

DIR of --schema is laid out as schema/ here: stable/, experimental/, responses.json, runtime.json.
)";

codegen::Json read_json(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + path.string());
  try {
    return codegen::Json::parse(in);
  } catch (const codegen::Json::parse_error& error) {
    throw std::runtime_error(path.string() + " is not JSON: " + error.what());
  }
}

codegen::Responses read_responses(const fs::path& path) {
  codegen::Responses responses;
  const codegen::Json json = read_json(path);
  for (const auto& [method, response] : json.items()) {
    if (!response.is_string()) {
      throw std::runtime_error(path.string() + ": the entry of " + method +
                               " is not a type's name");
    }
    responses.emplace(method, response.get<std::string>());
  }
  return responses;
}

/// The version is part of what is generated; a schema of one's own need not have one.
std::string read_version(const fs::path& schema) {
  if (!fs::exists(schema / "runtime.json")) return "unknown";
  return read_json(schema / "runtime.json").value("version", "unknown");
}

codegen::Model read_model(const fs::path& schema, const fs::path& responses) {
  const auto experimental = codegen::parse_bundle(read_json(schema / "experimental" / bundle_name));
  const auto stable = codegen::parse_bundle(read_json(schema / "stable" / bundle_name));
  return codegen::lower(experimental, stable, read_responses(responses), read_version(schema));
}

codegen::Files generate(const codegen::Model& model) {
  const auto families = codegen::divide(model);
  codegen::Files files = codegen::emit_headers(model, families);
  files.merge(codegen::emit_tables(model, families));
  files.merge(codegen::emit_registry(model, families));
  return files;
}

int run(int argc, char** argv) {
  cxxopts::Options options("codex-codegen");
  options.add_options()("command", "", cxxopts::value<std::string>())(
      "schema", "", cxxopts::value<std::string>())("out", "", cxxopts::value<std::string>())(
      "responses", "", cxxopts::value<std::string>())("h,help", "");
  options.parse_positional({"command"});
  const auto args = options.parse(argc, argv);
  if (args.count("help") != 0) {
    std::cout << usage;
    return 0;
  }
  const std::string command = args.count("command") ? args["command"].as<std::string>() : "";
  const bool is_known = command == "generate" || command == "check" || command == "dictionary";
  if (!is_known || !args.count("schema") || !args.count("out")) {
    std::cerr << usage;
    return 2;
  }
  const fs::path schema = args["schema"].as<std::string>();
  const fs::path out = args["out"].as<std::string>();
  const fs::path responses = args.count("responses") ? fs::path(args["responses"].as<std::string>())
                                                     : schema / "responses.json";
  const codegen::Model model = read_model(schema, responses);
  if (command == "dictionary") {
    std::ofstream(out, std::ios::binary) << codegen::emit_dictionary(model);
    return 0;
  }
  const codegen::Files files = generate(model);
  if (command == "generate") {
    std::cout << codegen::write(out, files) << " of " << files.size() << " files changed\n";
    return 0;
  }
  const std::size_t stale = codegen::check(out, files, std::cout);
  if (stale == 0) return 0;
  std::cout << stale << " files are stale: run codex-codegen generate, or build the project\n";
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "codex-codegen: " << error.what() << '\n';
    return 2;
  }
}
