#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "schema.hpp"

namespace codegen {

/// What is known of the parts of one kind, by their paths: `Type.member`, `Type#arm`, `Enum=value`,
/// `Envelope#method`. An entry is an object: `since`, `until`, with it the `schema` of what is gone
/// and, where it was stable, `stable`; of presence `required_until` and the like.
using HistoryEntries = std::map<std::string, Json>;

/// How the protocol moved, as `schema/history.json` has it: only what is not in all versions.
struct History {
  std::vector<std::string> versions;  // the oldest first; the last is that of the bundles
  HistoryEntries types;
  HistoryEntries methods;
  HistoryEntries members;
  HistoryEntries values;
  HistoryEntries arms;
  HistoryEntries presence;  // members that were required or not null, or were not, by then
  HistoryEntries shapes;    // what became something else: the newest form wins
};

/// The kinds of parts by their names in the file, in its order.
struct HistorySection {
  const char* name;
  HistoryEntries History::*entries;
};
inline constexpr HistorySection history_sections[] = {
    {"types", &History::types},   {"methods", &History::methods}, {"members", &History::members},
    {"values", &History::values}, {"arms", &History::arms},       {"presence", &History::presence},
    {"shapes", &History::shapes},
};

/// Throws what names the file and the place in it.
History read_history(const std::filesystem::path& file);

/// One entry a line, in an order that depends on nothing but the history.
std::string history_text(const History& history);

/// Whether the text is a version such as 0.169.0 or 0.170.0-alpha.1.
bool is_version(std::string_view text);

/// Whether one version came before another; both are such texts.
bool is_older(std::string_view version, std::string_view other);

}  // namespace codegen
