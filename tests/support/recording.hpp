#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <codex/protocol/support/json.hpp>

namespace codex::testing {

/// One line of a recording: a message, and who sent it.
struct RecordedMessage {
  std::string file;
  std::size_t line = 0;
  bool sent = false;  // by the client
  Json message;
};

/// The recordings that the tests come with.
std::vector<std::filesystem::path> recordings();

/// The messages of a recording; lines that held none are left out.
std::vector<RecordedMessage> read_recording(const std::filesystem::path& file);

}  // namespace codex::testing
