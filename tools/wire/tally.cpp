#include "tally.hpp"

#include <iomanip>
#include <ostream>

#include "printable.hpp"

namespace codex::wire {
namespace {

/// The entry of the key, or the shared one of all keys beyond the limit.
template <class Map>
typename Map::mapped_type& entry(Map& map, typename Map::key_type key,
                                 typename Map::key_type others) {
  constexpr std::size_t limit = 2'000;
  const bool full = map.size() >= limit && !map.contains(key);
  return map[full ? std::move(others) : std::move(key)];
}

/// `turn.items[2].id` and `turn.items[7].id` count as one place.
std::string without_indices(std::string_view path) {
  std::string out;
  for (std::size_t i = 0; i < path.size(); ++i) {
    out += path[i];
    if (path[i] != '[') continue;
    const std::size_t end = path.find_first_not_of("0123456789", i + 1);
    if (end != std::string_view::npos && path[end] == ']') i = end - 1;
  }
  return out;
}

}  // namespace

void Tally::Row::add(const Verdict& verdict) {
  ++count;
  if (verdict.outcome == Verdict::Outcome::lost) ++lost;
  if (verdict.outcome == Verdict::Outcome::misfit) ++misfit;
  if (!verdict.unknown.empty()) ++unknown;
}

void Tally::add(Subject subject, const Verdict& verdict, const std::string& where) {
  total_.add(verdict);
  for (const auto& part : verdict.unknown) {
    Finding& finding = entry(unknown_, {subject.method, without_indices(part.path), part.what},
                             {"(other places)", "", ""});
    if (finding.count++ == 0) finding.first = where;
  }
  entry(rows_, std::move(subject), {"-", "-", "(other methods)"}).add(verdict);
}

void Tally::write(std::ostream& out, const Row& row) {
  out << std::right << std::setw(8) << row.count << std::setw(8)
      << row.count - row.lost - row.misfit << std::setw(8) << row.lost << std::setw(8) << row.misfit
      << std::setw(8) << row.unknown;
}

void Tally::write(std::ostream& out) const {
  out << "   count      ok    lost  misfit unknown  from    kind          method\n";
  for (const auto& [subject, row] : rows_) {
    write(out, row);
    out << "  " << std::left << std::setw(8) << subject.from << std::setw(14) << subject.kind
        << printable(subject.method) << '\n';
  }
  write(out, total_);
  out << "  all\n";
  if (!unknown_.empty()) write_unknown(out);
}

void Tally::write_unknown(std::ostream& out) const {
  out << "\nUnknown to this version, kept and given back:\n";
  for (const auto& [place, finding] : unknown_) {
    out << std::right << std::setw(8) << finding.count << "  " << printable(place.method);
    if (!place.path.empty()) out << ": " << printable(place.path);
    out << ": " << printable(place.what) << " (first at " << printable(finding.first) << ")\n";
  }
}

}  // namespace codex::wire
