// The current types lose nothing of what older runtimes send by their own schemas.
#include "law/older.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <codex/protocol/registry.hpp>

#include "law/findings.hpp"
#include "law/instance.hpp"

namespace law {
namespace {

namespace fs = std::filesystem;
using codex::DecodeError;
using codex::protocol::find_method;
using codex::protocol::detail::MethodInfo;
using codex::protocol::detail::MethodKind;

const Json& history() {
  static const Json json = Json::parse(std::ifstream(SCHEMA_DIR "/history.json"));
  return json;
}

std::size_t rank(std::string_view version) {
  const Json& versions = history().at("versions");
  return static_cast<std::size_t>(std::find(versions.begin(), versions.end(), version) -
                                  versions.begin());
}

/// What versions send that the current types do not take unchanged; nothing else is lost.
struct KnownLoss {
  std::string_view since;
  std::string_view until;
  std::string_view type;
  std::string_view member = {};  // which is unknown where the type stands
  bool is_error = false;         // or else an unknown part, with its raw JSON

  [[nodiscard]] bool is_of(std::string_view version) const {
    return rank(since) <= rank(version) && rank(version) <= rank(until);
  }
};
constexpr KnownLoss known_losses[] = {
    // Its entries were the items themselves.
    {.since = "0.144.6", .until = "0.144.6", .type = "ThreadItemsListResponse", .is_error = true},
    // A struct, since then a union.
    {.since = "0.169.0", .until = "0.169.0", .type = "AgentMessageDisplay"},
    // A struct with members that only one arm of today's union has.
    {.since = "0.131.0", .until = "0.146.1", .type = "HookMetadata", .member = "command"},
    // Unsigned then, signed now: from 2^63 on.
    {.since = "0.131.0",
     .until = "0.140.0",
     .type = "ThreadDecrementElicitationResponse",
     .is_error = true},
    {.since = "0.131.0",
     .until = "0.140.0",
     .type = "ThreadIncrementElicitationResponse",
     .is_error = true},
};

bool may_fail(std::string_view version, std::string_view type) {
  return std::ranges::any_of(known_losses, [&](const KnownLoss& loss) {
    return loss.is_error && loss.type == type && loss.is_of(version);
  });
}

/// The types that a runtime sends: answers, notifications and what it asks for.
class Sent {
 public:
  Sent(const Definitions& definitions, Findings& findings)
      : definitions_(definitions), findings_(findings) {
    add("ClientRequest", MethodKind::request);
    add("ServerNotification", MethodKind::notification);
    add("ServerRequest", MethodKind::server_request);
  }

  [[nodiscard]] const std::set<const TypeInfo*>& types() const { return types_; }

 private:
  void add(const std::string& envelope, MethodKind kind) {
    for (const Json& arm : definitions_.at(envelope).at("oneOf")) {
      const std::string name = arm.at("properties").at("method").at("enum").at(0);
      const MethodInfo* method = find_method(kind, name);
      if (!method) {
        findings_.note(envelope, "no method " + name);
        continue;
      }
      const TypeInfo* type = kind == MethodKind::request ? method->response : method->params;
      if (type && definitions_.contains(std::string(type->name))) types_.insert(type);
    }
  }

  const Definitions& definitions_;
  Findings& findings_;
  std::set<const TypeInfo*> types_;
};

/// Makes what one version sends and checks what becomes of it.
class Check {
 public:
  Check(std::string version, const Definitions& definitions)
      : version_(std::move(version)),
        schemas_(definitions),
        types_(Sent(definitions, findings_).types()) {}

  void run(std::size_t seeds) {
    for (const TypeInfo* type : types_) {
      Generator generator(schemas_, std::string(type->name));
      for (std::size_t seed = 0; seed < seeds; ++seed) {
        const Style style = seed == 0   ? Style::smallest
                            : seed == 1 ? Style::fullest
                                        : Style::random;
        check(*type, generator.make(style, seed));
        ++tried_;
      }
    }
    findings_.check(tried_);
  }

  [[nodiscard]] std::size_t tried() const { return tried_; }
  [[nodiscard]] std::size_t lost() const { return lost_; }

 private:
  void check(const TypeInfo& type, const Instance& instance) {
    const std::string where = version_ + " " + std::string(type.name);
    try {
      const auto problem =
          broken_law(type, instance.value.dump(), instance.value, defaults_of(instance));
      if (problem) findings_.note(where, *problem, instance.value);
      for (const auto& part : Value::of_json(type, instance.value).unknown_parts()) {
        if (is_lost(instance, part.path)) {
          ++lost_;
        } else {
          findings_.note(where, "unknown at " + part.path + ": " + part.what, instance.value);
        }
      }
    } catch (const DecodeError& error) {
      if (may_fail(version_, type.name)) {
        ++lost_;
      } else {
        findings_.note(where, error.what(), instance.value);
      }
    } catch (const std::exception& error) {
      findings_.note(where, error.what(), instance.value);
    }
  }

  [[nodiscard]] bool is_lost(const Instance& instance, const std::string& path) const {
    for (const KnownLoss& loss : known_losses) {
      if (loss.is_error || !loss.is_of(version_)) continue;
      const Node* node = schemas_.find(loss.type).node;
      for (std::size_t i = 0; i < instance.places.size(); ++i) {
        if (instance.places[i].use.node != node) continue;
        const std::string place = instance.path(i);
        if (path == (loss.member.empty() ? place : joined(place, loss.member))) return true;
      }
    }
    return false;
  }

  std::string version_;
  Schemas schemas_;
  Findings findings_;
  std::set<const TypeInfo*> types_;
  std::size_t tried_ = 0;
  std::size_t lost_ = 0;
};

TEST_CASE("law: what older runtimes send, as the history tells, comes back whole") {
  const Definitions newest =
      read_definitions(SCHEMA_DIR "/experimental/codex_app_server_protocol.schemas.json",
                       SCHEMA_DIR "/corrections.json");
  for (const std::string version : history().at("versions")) {
    CAPTURE(version);
    Check check(version, older_definitions(newest, history(), version));
    check.run(3);
    CHECK(check.lost() == 0);  // what had another form is here as it is now
  }
}

TEST_CASE("law: an older form lacks what came, has what went, and asks what was asked") {
  const Json history = Json::parse(R"json({"versions": ["1.0.0", "2.0.0", "3.0.0"],
    "types": {"Gone": {"until": "1.0.0", "schema": {"type": "string"}}},
    "methods": {"M#late": {"since": "2.0.0"}},
    "members": {"A.new": {"since": "2.0.0"}, "A.old": {"until": "1.0.0", "schema": true}},
    "values": {"E=new": {"since": "3.0.0"}, "E=old": {"until": "1.0.0"}},
    "arms": {"U#b": {"since": "3.0.0"}},
    "presence": {"A.kept": {"optional_until": "1.0.0", "nullable_until": "2.0.0"},
                 "U#a.n": {"required_until": "2.0.0"}}})json");
  const auto arm = [](const char* tag) {
    return Json{{"properties", {{"t", {{"enum", {tag}}}}, {"n", {{"type", "integer"}}}}},
                {"required", {"t"}}};
  };
  const Definitions newest = {{"A",
                               {{"properties", {{"new", true}, {"kept", {{"type", "string"}}}}},
                                {"required", {"new", "kept"}}}},
                              {"E", {{"enum", {"x", "new"}}}},
                              {"M", {{"oneOf", {arm("early"), arm("late")}}}},
                              {"U", {{"oneOf", {arm("a"), arm("b")}}}}};
  auto first = older_definitions(newest, history, "1.0.0");
  CHECK(first.contains("Gone"));
  CHECK(first["A"]["properties"].contains("old"));
  CHECK_FALSE(first["A"]["properties"].contains("new"));
  CHECK(first["A"]["required"].empty());
  CHECK(first["A"]["properties"]["kept"]["type"] == Json({"string", "null"}));
  CHECK(first["E"]["enum"] == Json({"x", "old"}));
  CHECK(first["M"]["oneOf"].size() == 1);
  CHECK(first["U"]["oneOf"].size() == 1);
  CHECK(first["U"]["oneOf"][0]["required"] == Json({"t", "n"}));
  CHECK(older_definitions(newest, history, "3.0.0") == newest);
}

/// The bundles of $CODEX_SDK_SCHEMAS by version: a folder, or a tar file, which is unpacked.
class Archive {
 public:
  Archive() {
    const char* place = std::getenv("CODEX_SDK_SCHEMAS");
    if (!place) return;
    fs::path folder = place;
    if (fs::is_regular_file(folder)) folder = unpack(folder);
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      const fs::path& file = entry.path();
      if (file.filename() == "experimental.json") {
        bundles_[file.parent_path().filename().string()] = file.string();
      }
    }
  }
  ~Archive() {
    std::error_code ignored;
    if (!unpacked_.empty()) fs::remove_all(unpacked_, ignored);
  }
  Archive(const Archive&) = delete;
  Archive& operator=(const Archive&) = delete;

  [[nodiscard]] const std::map<std::string, std::string>& bundles() const { return bundles_; }

 private:
  fs::path unpack(const fs::path& file) {
    unpacked_ = fs::temp_directory_path() / "codex-sdk-law-schemas";
    fs::create_directories(unpacked_);
    const std::string command =
        "tar -xf \"" + file.string() + "\" -C \"" + unpacked_.string() + "\"";
    REQUIRE(std::system(command.c_str()) == 0);
    return unpacked_;
  }

  fs::path unpacked_;
  std::map<std::string, std::string> bundles_;
};

TEST_CASE("law: what older runtimes send, by the archive of schemas, comes back whole") {
  const Archive archive;
  if (archive.bundles().empty()) {
    MESSAGE("no archive of schemas: set CODEX_SDK_SCHEMAS to check every version's own schema");
    return;
  }
  std::set<std::string> seen;
  for (const auto& [version, bundle] : archive.bundles()) {
    CAPTURE(version);
    Check check(version, read_definitions(bundle, SCHEMA_DIR "/corrections.json"));
    check.run(LAW_SEEDS / 4);
    if (check.lost() > 0) seen.insert(version);
    MESSAGE(version, ": ", check.lost(), " known losses in ", check.tried());
  }
  for (const KnownLoss& loss : known_losses) {
    const std::string version(loss.until);
    CHECK_MESSAGE(seen.contains(version) == archive.bundles().contains(version), version);
  }
}

}  // namespace
}  // namespace law
