#include "output.hpp"

#include <fstream>
#include <optional>
#include <ostream>
#include <set>
#include <sstream>

#include "text.hpp"

namespace codegen {
namespace fs = std::filesystem;
namespace {

std::optional<std::string> read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(in), {});
}

/// Whether the generator wrote it: its banner is among the first lines.
bool is_generated(const fs::path& path) {
  constexpr int most_lines = 5;
  std::ifstream in(path, std::ios::binary);
  std::string line;
  for (int i = 0; i < most_lines && std::getline(in, line); ++i) {
    if (line.starts_with(banner_begin)) return true;
  }
  return false;
}

/// Files that an earlier run wrote and that are no longer generated. Other files in the output
/// folder are left alone, even among the generated ones.
std::set<fs::path> strays(const fs::path& folder, const Files& files) {
  std::set<fs::path> out;
  for (const char* owned : {"include", "src"}) {
    const fs::path root = folder / owned;
    if (!fs::is_directory(root)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(root)) {
      // By name: the folder may be a link.
      const fs::path path = owned / entry.path().lexically_relative(root);
      if (entry.is_symlink() || !entry.is_regular_file()) continue;
      if (files.contains(path.generic_string())) continue;
      if (is_generated(entry.path())) out.insert(path);
    }
  }
  return out;
}

/// Throws if a file that the generator did not write would be lost.
void refuse_foreign(const fs::path& folder, const Files& files) {
  for (const auto& [name, text] : files) {
    const fs::path path = folder / name;
    if (!fs::exists(fs::symlink_status(path))) continue;
    const bool ours = fs::is_regular_file(path) && is_generated(path);
    if (!ours) throw std::runtime_error(utf8(path) + " is in the way, and was not generated");
  }
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> out;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) out.push_back(std::move(line));
  return out;
}

/// The range of lines in which two texts differ, with its first line number.
void print_difference(std::ostream& out, const std::string& before, const std::string& after) {
  constexpr std::size_t most = 20;
  const auto a = lines_of(before);
  const auto b = lines_of(after);
  std::size_t head = 0;
  while (head < a.size() && head < b.size() && a[head] == b[head]) ++head;
  std::size_t tail = 0;
  while (tail < a.size() - head && tail < b.size() - head &&
         a[a.size() - 1 - tail] == b[b.size() - 1 - tail]) {
    ++tail;
  }
  const auto print = [&](char mark, const std::vector<std::string>& lines) {
    const std::size_t end = lines.size() - tail;
    for (std::size_t i = head; i < end && i < head + most; ++i) out << mark << lines[i] << '\n';
    if (end > head + most) out << mark << "... " << end - head - most << " more lines\n";
  };
  out << "@@ line " << head + 1 << " @@\n";
  print('-', a);
  print('+', b);
}

}  // namespace

std::size_t write(const fs::path& folder, const Files& files) {
  refuse_foreign(folder, files);
  std::size_t touched = 0;
  for (const auto& [name, text] : files) {
    const fs::path path = folder / name;
    if (read(path) == text) continue;
    fs::create_directories(path.parent_path());
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    out << text;
    out.close();
    if (!out) throw std::runtime_error("cannot write " + utf8(path));
    ++touched;
  }
  for (const auto& stray : strays(folder, files)) {
    fs::remove(folder / stray);
    ++touched;
  }
  return touched;
}

std::size_t check(const fs::path& folder, const Files& files, std::ostream& out) {
  std::size_t stale = 0;
  for (const auto& [name, text] : files) {
    const auto current = read(folder / name);
    if (current == text) continue;
    ++stale;
    out << (current ? "stale: " : "missing: ") << name << '\n';
    if (current) print_difference(out, *current, text);
  }
  for (const auto& stray : strays(folder, files)) {
    ++stale;
    out << "no longer generated: " << stray.generic_string() << '\n';
  }
  return stale;
}

}  // namespace codegen
