#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "schema.hpp"

namespace codegen {

/// What is known about the parts of one kind, by path: `Type.member`, `Type#arm`, `Enum=value`,
/// `Envelope#method`. An entry is an object with `since`, `until`, and for removed parts `schema`
/// and, if it was stable, `stable`; for presence `required_until` and the like.
using HistoryEntries = std::map<std::string, Json>;

/// The protocol's history, as in `schema/history.json`: only parts that are not in all versions.
struct History {
  std::vector<std::string> versions;  // oldest first; the last is that of the bundles
  HistoryEntries types;
  HistoryEntries methods;
  HistoryEntries members;
  HistoryEntries values;
  HistoryEntries arms;
  HistoryEntries presence;  // members that were required or not null, or were not, by then
  HistoryEntries shapes;    // types that changed their form: the newest form wins
};

/// The kinds of parts by their names in the file, in the file's order.
struct HistorySection {
  const char* name;
  HistoryEntries History::*entries;
};
inline constexpr HistorySection history_sections[] = {
    {"types", &History::types},   {"methods", &History::methods}, {"members", &History::members},
    {"values", &History::values}, {"arms", &History::arms},       {"presence", &History::presence},
    {"shapes", &History::shapes},
};

/// Throws an error with the file and the place in it.
History read_history(const std::filesystem::path& file);

/// One entry per line, in an order that depends only on the history.
std::string history_text(const History& history);

/// Whether the text is a version such as 0.169.0 or 0.170.0-alpha.1.
bool is_version(std::string_view text);

/// Whether one version precedes another; both are such texts.
bool is_older(std::string_view version, std::string_view other);

}  // namespace codegen
