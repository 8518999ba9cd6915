#include "input.hpp"

#include <fstream>
#include <regex>
#include <stdexcept>
#include <string>

#include "corrections.hpp"
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

/// A schema of one's own need not have any.
Corrections corrections_in(const fs::path& schema) {
  const fs::path path = schema / "corrections.json";
  if (!fs::exists(path)) return {};
  try {
    return read_corrections(read_json(path));
  } catch (const SchemaError& error) {
    throw std::runtime_error(path.string() + error.what());
  }
}

/// Says of which bundle a refusal speaks.
Bundle parse(const fs::path& path, const Json& json) {
  try {
    return parse_bundle(json);
  } catch (const SchemaError& error) {
    throw std::runtime_error(path.string() + error.what());
  }
}

/// A bundle as its runtime should have written it.
Json read_corrected(const fs::path& path, const Corrections& corrections,
                    const std::string& version, std::vector<Note>& notes) {
  Json json = read_json(path);
  for (Note& note : correct(json, corrections, version)) notes.push_back(std::move(note));
  return json;
}

}  // namespace

Model read_model(const fs::path& schema, const fs::path& responses) {
  const std::string version = read_version(schema);
  const Corrections corrections = corrections_in(schema);
  const fs::path experimental_path = schema / "experimental" / bundle_name;
  const fs::path stable_path = schema / "stable" / bundle_name;
  std::vector<Note> notes;
  std::vector<Note> same_notes;  // the stable bundle has a part of what the other has
  const Bundle experimental =
      parse(experimental_path, read_corrected(experimental_path, corrections, version, notes));
  const Bundle stable =
      parse(stable_path, read_corrected(stable_path, corrections, version, same_notes));
  Model model =
      lower(experimental, stable,
            read_responses(responses.empty() ? schema / "responses.json" : responses), version);
  model.notes.insert(model.notes.begin(), notes.begin(), notes.end());
  return model;
}

}  // namespace codegen
