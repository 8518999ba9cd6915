#include "input.hpp"

#include <stdexcept>
#include <string>

#include "corrections.hpp"
#include "history.hpp"
#include "lower.hpp"
#include "merge.hpp"
#include "read_json.hpp"
#include "schema.hpp"
#include "text.hpp"

namespace codegen {
namespace fs = std::filesystem;
namespace {

constexpr const char* bundle_name = "codex_app_server_protocol.schemas.json";

Responses read_responses(const fs::path& path) {
  Responses responses;
  const Json json = read_object(path);
  for (const auto& [method, response] : json.items()) {
    if (!response.is_string()) {
      throw std::runtime_error(utf8(path) + ": the entry of " + method + " is not a type's name");
    }
    responses.emplace(method, response.get<std::string>());
  }
  return responses;
}

/// The version goes into the generated code, so it must be a version and no other text. A user's
/// own schema need not have one. The bundles may be newer than the pinned runtime: then their own
/// version is under the key "schema".
std::string read_version(const fs::path& schema, const char* preferred) {
  const fs::path path = schema / "runtime.json";
  if (!fs::exists(path)) return "unknown";
  const Json pin = read_object(path);
  const char* key = pin.contains(preferred) ? preferred : "version";
  if (!pin.contains(key)) return "unknown";
  const std::string text = pin[key].is_string() ? pin[key].get<std::string>() : "";
  if (!is_version(text)) {
    throw std::runtime_error(utf8(path) +
                             ": the version is none such as 0.169.0 or 0.170.0-alpha.1");
  }
  return text;
}

/// A user's own schema need not have any.
Corrections corrections_of(const fs::path& schema, const fs::path& own) {
  const fs::path path = own.empty() ? schema / "corrections.json" : own;
  if (own.empty() && !fs::exists(path)) return {};
  try {
    return read_corrections(read_json(path));
  } catch (const SchemaError& error) {
    throw std::runtime_error(utf8(path) + error.what());
  }
}

fs::path bundle_path(const fs::path& schema, const char* surface) {
  return schema / surface / bundle_name;
}

/// Adds the bundle to an error.
Bundle parse(const Json& json, const fs::path& path) {
  try {
    return parse_bundle(json);
  } catch (const SchemaError& error) {
    throw std::runtime_error(utf8(path) + error.what());
  }
}

History history_of(const fs::path& schema, const OwnFiles& own) {
  if (own.no_history) return {};
  if (!own.history.empty()) return read_history(own.history);
  const fs::path path = schema / "history.json";
  return fs::exists(path) ? read_history(path) : History{};
}

fs::path responses_of(const fs::path& schema, const fs::path& own) {
  return own.empty() ? schema / "responses.json" : own;
}

}  // namespace

Snapshot read_snapshot(const fs::path& schema, const std::string& version, const OwnFiles& own) {
  Snapshot read = {.version = version.empty() ? read_version(schema, "schema") : version,
                   .experimental = read_json(bundle_path(schema, "experimental")),
                   .stable = read_json(bundle_path(schema, "stable")),
                   .responses = read_responses(responses_of(schema, own.responses))};
  const Corrections corrections = corrections_of(schema, own.corrections);
  read.notes = correct(read.experimental, corrections, read.version);
  correct(read.stable, corrections, read.version);  // it is a part of the other
  return read;
}

Model read_model(const fs::path& schema, const OwnFiles& own) {
  Snapshot read = read_snapshot(schema, "", own);
  const History history = history_of(schema, own);
  merge_history(read.experimental, read.stable, read.responses, history);
  const Bundle experimental = parse(read.experimental, bundle_path(schema, "experimental"));
  const Bundle stable = parse(read.stable, bundle_path(schema, "stable"));
  Model model = lower(experimental, stable, read.responses, read.version);
  model.pinned_version = read_version(schema, "version");
  model.versions = history.versions;
  model.notes.insert(model.notes.begin(), read.notes.begin(), read.notes.end());
  return model;
}

}  // namespace codegen
