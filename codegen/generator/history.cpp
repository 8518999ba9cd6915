#include "history.hpp"

#include <algorithm>
#include <charconv>
#include <regex>

#include "history_marks.hpp"
#include "read_json.hpp"
#include "text.hpp"

namespace codegen {
namespace {

/// Keys in the order of a line: what people look for comes first.
constexpr const char* entry_keys[] = {
    "since",    "until", "required_until", "optional_until", "not_null_until", "nullable_until",
    "response", "note",  "description",    "stable",         "schema",
};

bool is_version_key(std::string_view key) { return key == "since" || key.ends_with("until"); }

void check_entry(const Json& entry, const std::string& place) {
  if (!entry.is_object()) throw std::runtime_error(place + " is no object");
  for (const auto& [key, value] : entry.items()) {
    const bool known = std::any_of(std::begin(entry_keys), std::end(entry_keys),
                                   [&](const char* name) { return name == key; });
    if (!known) throw std::runtime_error(place + " has an unknown key \"" + printable(key) + "\"");
    if (!is_version_key(key)) continue;
    if (!value.is_string() || !is_version(value.get<std::string>())) {
      throw std::runtime_error(place + ": " + key + " is no version");
    }
  }
}

std::vector<std::string> read_versions(const Json& json, const std::string& place) {
  if (!json.is_array()) throw std::runtime_error(place + " is no list of versions");
  std::vector<std::string> out;
  for (const Json& version : json) {
    if (!version.is_string() || !is_version(version.get<std::string>())) {
      throw std::runtime_error(place + " is no list of versions");
    }
    const auto name = version.get<std::string>();
    if (!out.empty() && !is_older(out.back(), name)) {
      throw std::runtime_error(place + ": " + name + " does not come after " + out.back());
    }
    out.push_back(name);
  }
  return out;
}

/// A date that is none of the versions would count as later than all of them.
void check_dates(const History& history, const std::string& place) {
  const auto is_known = [&](const Json& version) {
    return version.is_string() && std::find(history.versions.begin(), history.versions.end(),
                                            version.get<std::string>()) != history.versions.end();
  };
  for (const auto& section : history_sections) {
    for (const auto& [path, entry] : history.*section.entries) {
      for (const auto& [key, value] : entry.items()) {
        if (!is_version_key(key) || is_known(value)) continue;
        throw std::runtime_error(place + ": " + std::string(section.name) + "/" + printable(path) +
                                 ": " + key + " is none of the versions");
      }
    }
  }
}

void read_section(HistoryEntries& entries, const Json& json, const std::string& place) {
  if (!json.is_object()) throw std::runtime_error(place + " is no object");
  for (const auto& [path, entry] : json.items()) {
    check_entry(entry, place + "/" + printable(path));
    entries.emplace(path, entry);
  }
}

std::string entry_text(const Json& entry) {
  Json sorted = Json::object();
  for (const char* key : entry_keys) {
    if (entry.contains(key)) sorted[key] = entry[key];
  }
  return sorted.dump();
}

std::string section_text(const char* name, const HistoryEntries& entries) {
  std::string out = ",\n\"" + std::string(name) + "\": {";
  const char* between = "\n";
  for (const auto& [path, entry] : entries) {
    out += between + Json(path).dump() + ": " + entry_text(entry);
    between = ",\n";
  }
  return out + (entries.empty() ? "}" : "\n}");
}

/// The numbers of `1.2.3`, and what follows a dash.
struct VersionOrder {
  int numbers[3] = {};
  std::string_view pre = {};

  explicit VersionOrder(std::string_view text) {
    const std::size_t dash = text.find('-');
    if (dash != text.npos) pre = text.substr(dash + 1);
    const char* at = text.data();
    const char* end = text.data() + std::min(dash, text.size());
    for (int& number : numbers) {
      at = std::from_chars(at, end, number).ptr;
      if (at != end) ++at;
    }
  }
};

}  // namespace

History read_history(const std::filesystem::path& file) {
  const Json json = read_object(file);
  History history;
  for (const auto& [name, value] : json.items()) {
    const std::string place = utf8(file) + ": " + printable(name);
    if (name == "versions") {
      history.versions = read_versions(value, place);
      continue;
    }
    const auto* section = std::find_if(std::begin(history_sections), std::end(history_sections),
                                       [&](const auto& known) { return known.name == name; });
    if (section == std::end(history_sections)) throw std::runtime_error(place + " is unknown");
    read_section(history.*section->entries, value, place);
  }
  check_dates(history, utf8(file));
  return history;
}

std::string history_text(const History& history) {
  std::string out = "{\n\"versions\": " + Json(history.versions).dump();
  for (const auto& section : history_sections) {
    out += section_text(section.name, history.*section.entries);
  }
  return out + "\n}\n";
}

bool is_version(std::string_view text) {
  static const std::regex form(
      R"([0-9]{1,6}\.[0-9]{1,6}\.[0-9]{1,6}(-[0-9A-Za-z]+(\.[0-9A-Za-z]+)*)?)");
  constexpr std::size_t longest = 64;
  return text.size() <= longest && std::regex_match(text.begin(), text.end(), form);
}

bool is_older(std::string_view version, std::string_view other) {
  const VersionOrder a(version);
  const VersionOrder b(other);
  if (!std::equal(std::begin(a.numbers), std::end(a.numbers), std::begin(b.numbers))) {
    return std::lexicographical_compare(std::begin(a.numbers), std::end(a.numbers),
                                        std::begin(b.numbers), std::end(b.numbers));
  }
  if (a.pre.empty() || b.pre.empty()) return !a.pre.empty() && b.pre.empty();
  return a.pre < b.pre;
}

}  // namespace codegen
