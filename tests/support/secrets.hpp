#pragma once

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <codex/protocol/support/json.hpp>

namespace codex::testing {

/// A part of a text that must not be left. From some letter on: `ghp_` itself is none.
struct Hidden {
  std::string text;
  std::size_t from;
};

struct Secret {
  std::string text;
  std::vector<Hidden> hides;
  bool is_only_whole;  // is not found in deltas
};

inline const std::string secrets_dot = "\xc2\xb7";

inline std::string without_dots(std::string text) {
  for (auto at = text.find(secrets_dot); at != std::string::npos; at = text.find(secrets_dot))
    text.erase(at, 2);
  return text;
}

inline const Json& secrets_list() {
  static const Json json = [] {
    std::ifstream in(std::filesystem::path(TEST_DATA) / "secrets.json");
    return Json::parse(in);
  }();
  return json;
}

/// Those of tests/data/secrets.json.
inline const std::vector<Secret>& secrets() {
  static const std::vector<Secret> all = [] {
    std::vector<Secret> read;
    for (const Json& entry : secrets_list().at("secret")) {
      Secret secret{.text = without_dots(entry.at("text")),
                    .hides = {},
                    .is_only_whole = entry.value("only_whole", false)};
      for (const std::string hidden : entry.at("hides")) {
        const std::size_t at = hidden.find(secrets_dot);
        secret.hides.push_back({without_dots(hidden), at == std::string::npos ? 0 : at});
      }
      read.push_back(std::move(secret));
    }
    return read;
  }();
  return all;
}

inline std::vector<std::string> harmless_texts() { return secrets_list().at("harmless"); }

}  // namespace codex::testing
