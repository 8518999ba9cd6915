#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>

#include <codex/protocol/support/nesting.hpp>

namespace {

/// The ids of the runtime that the fuzzer plays.
void replace_ids(codex::Json& value) {
  if (!value.is_structured()) return;
  for (auto& [key, member] : value.items()) {
    if (key == "threadId") member = "t";
    if (key == "turnId") member = "u";
    if (key == "turn" && member.is_object()) member["id"] = "u";
    replace_ids(member);
  }
}

void write(const std::filesystem::path& file, char mode, const std::string& lines) {
  std::ofstream(file, std::ios::binary) << mode << lines;
}

}  // namespace

/// Writes the fuzzer's first inputs: output of real runtimes, some lines in each.
int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: fuzz_lines_seeds DIR\n";
    return 2;
  }
  constexpr std::size_t longest = 4000;
  const std::filesystem::path folder = argv[1];
  std::filesystem::create_directories(folder);
  std::size_t count = 0;
  for (const auto& trace : std::filesystem::directory_iterator(TEST_DATA "/traces")) {
    std::ifstream in(trace.path());
    std::string lines;
    const auto flush = [&] {
      if (lines.empty()) return;
      write(folder / ("seed-" + std::to_string(count)), static_cast<char>(count % 3), lines);
      ++count;
      lines.clear();
    };
    for (std::string text; std::getline(in, text);) {
      codex::Json line = codex::protocol::detail::parse_or_discard(text);
      if (!line.is_object() || line.value("dir", "") != "recv" || !line["msg"].is_object())
        continue;
      codex::Json& message = line["msg"];
      if (!message.contains("method")) continue;
      replace_ids(message);
      const std::string received = message.dump() + "\n";
      if (received.size() > longest) continue;
      if (lines.size() + received.size() > longest) flush();
      lines += received;
    }
    flush();
  }
}
