#include "history_command.hpp"

#include <fstream>
#include <iostream>
#include <stdexcept>
#include <utility>

#include "history_add.hpp"
#include "text.hpp"

namespace codegen {
namespace fs = std::filesystem;
namespace {

Snapshot read_source(const HistorySource& source, const OwnFiles& own) {
  Snapshot snapshot = read_snapshot(source.schema, source.version, own);
  if (is_version(snapshot.version)) return snapshot;
  throw std::runtime_error(utf8(source.schema) +
                           ": runtime.json does not say the version; give it as an option");
}

std::size_t size_of(const History& history) {
  std::size_t entries = 0;
  for (const auto& section : history_sections) entries += (history.*section.entries).size();
  return entries;
}

void write_history(const fs::path& path, const History& history) {
  std::ofstream file(path, std::ios::binary);
  file << history_text(history);
  file.close();
  if (!file) throw std::runtime_error("cannot write " + utf8(path));
}

}  // namespace

void extend_history(const fs::path& file, const std::vector<HistorySource>& sources,
                    const OwnFiles& own, std::ostream& out) {
  History history = fs::exists(file) ? read_history(file) : History{};
  Snapshot older = read_source(sources.front(), own);
  for (std::size_t i = 1; i < sources.size(); ++i) {
    Snapshot newer = read_source(sources[i], own);
    for (const auto& change : add_to_history(history, older, newer)) {
      std::cerr << "note: " << printable(change.path + ": " + change.text) << '\n';
    }
    older = std::move(newer);
  }
  write_history(file, history);
  out << history.versions.size() << " versions, " << size_of(history) << " entries\n";
}

}  // namespace codegen
