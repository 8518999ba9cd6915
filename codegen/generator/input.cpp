#include "input.hpp"

#include <fstream>
#include <regex>
#include <stdexcept>
#include <string>

#include "json_limits.hpp"
#include "lower.hpp"
#include "schema.hpp"

namespace codegen {
namespace fs = std::filesystem;
namespace {

constexpr const char* bundle_name = "codex_app_server_protocol.schemas.json";

/// Of a file that may be endless, no more than shows that it is too large.
std::string read_text(const fs::path& path) {
  if (fs::exists(path) && !fs::is_regular_file(path)) {
    throw std::runtime_error(path.string() + " is no file");
  }
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + path.string());
  std::string text(JsonLimits::bytes + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

Json read_json(const fs::path& path) {
  const std::string text = read_text(path);
  try {
    check_limits(text);
    return Json::parse(text);
  } catch (const SchemaError& error) {
    throw std::runtime_error(path.string() + error.what());
  } catch (const Json::exception& error) {
    throw std::runtime_error(path.string() + " is not JSON: " + error.what());
  }
}

Json read_object(const fs::path& path) {
  Json json = read_json(path);
  if (!json.is_object()) throw std::runtime_error(path.string() + " is no JSON object");
  return json;
}

Responses read_responses(const fs::path& path) {
  Responses responses;
  const Json json = read_object(path);
  for (const auto& [method, response] : json.items()) {
    if (!response.is_string()) {
      throw std::runtime_error(path.string() + ": the entry of " + method +
                               " is not a type's name");
    }
    responses.emplace(method, response.get<std::string>());
  }
  return responses;
}

/// The version is part of what is generated, so it is one, and no other text. A schema of one's own
/// need not have one.
std::string read_version(const fs::path& schema) {
  static const std::regex form(R"([0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z]+(\.[0-9A-Za-z]+)*)?)");
  constexpr std::size_t longest = 64;
  const fs::path path = schema / "runtime.json";
  if (!fs::exists(path)) return "unknown";
  const Json pin = read_object(path);
  if (!pin.contains("version")) return "unknown";
  const Json& version = pin["version"];
  const std::string text = version.is_string() ? version.get<std::string>() : "";
  if (text.size() > longest || !std::regex_match(text, form)) {
    throw std::runtime_error(path.string() +
                             ": the version is none such as 0.169.0 or 0.170.0-alpha.1");
  }
  return text;
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
