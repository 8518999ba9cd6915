#include "support/recording.hpp"

#include <algorithm>
#include <fstream>
#include <stdexcept>

namespace codex::testing {

std::vector<std::filesystem::path> recordings() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(TEST_DATA "/traces")) {
    files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<RecordedMessage> read_recording(const std::filesystem::path& file) {
  std::ifstream in(file);
  if (!in) throw std::runtime_error("cannot read " + file.string());
  std::vector<RecordedMessage> messages;
  std::size_t number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    const Json json = Json::parse(line);
    if (!json.at("msg").is_object()) continue;
    messages.push_back(
        {file.filename().string(), number, json.at("dir") == "send", json.at("msg")});
  }
  return messages;
}

}  // namespace codex::testing
