#include "input.hpp"

#include <fstream>
#include <stdexcept>
#include <string>

#include "lower.hpp"
#include "schema.hpp"

namespace codegen {
namespace fs = std::filesystem;
namespace {

constexpr const char* bundle_name = "codex_app_server_protocol.schemas.json";

Json read_json(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + path.string());
  try {
    return Json::parse(in);
  } catch (const Json::parse_error& error) {
    throw std::runtime_error(path.string() + " is not JSON: " + error.what());
  }
}

Responses read_responses(const fs::path& path) {
  Responses responses;
  const Json json = read_json(path);
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

/// Says of which bundle a refusal speaks.
Bundle read_bundle(const fs::path& path) {
  try {
    return parse_bundle(read_json(path));
  } catch (const SchemaError& error) {
    throw std::runtime_error(path.string() + error.what());
  }
}

}  // namespace

Model read_model(const fs::path& schema, const fs::path& responses) {
  const Bundle experimental = read_bundle(schema / "experimental" / bundle_name);
  const Bundle stable = read_bundle(schema / "stable" / bundle_name);
  return lower(experimental, stable,
               read_responses(responses.empty() ? schema / "responses.json" : responses),
               read_version(schema));
}

}  // namespace codegen
