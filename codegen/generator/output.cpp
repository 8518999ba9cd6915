#include "output.hpp"

#include <fstream>
#include <optional>
#include <ostream>
#include <set>
#include <sstream>

namespace codegen {
namespace fs = std::filesystem;
namespace {

std::optional<std::string> read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(in), {});
}

/// The generator owns these; what else lies in the output folder (a README) is not its business.
std::set<fs::path> owned_files(const fs::path& folder) {
  std::set<fs::path> out;
  for (const char* owned : {"include", "src"}) {
    if (!fs::exists(folder / owned)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(folder / owned)) {
      if (entry.is_regular_file()) out.insert(fs::relative(entry.path(), folder));
    }
  }
  return out;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> out;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) out.push_back(std::move(line));
  return out;
}

/// The one stretch in which two texts differ, with the line where it begins.
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
  std::size_t touched = 0;
  for (const auto& [name, text] : files) {
    const fs::path path = folder / name;
    if (read(path) == text) continue;
    fs::create_directories(path.parent_path());
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    out << text;
    out.close();
    if (!out) throw std::runtime_error("cannot write " + path.string());
    ++touched;
  }
  for (const auto& stray : owned_files(folder)) {
    if (files.contains(stray.generic_string())) continue;
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
  for (const auto& stray : owned_files(folder)) {
    if (files.contains(stray.generic_string())) continue;
    ++stale;
    out << "no longer generated: " << stray.generic_string() << '\n';
  }
  return stale;
}

}  // namespace codegen
