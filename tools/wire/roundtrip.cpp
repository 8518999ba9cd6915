#include <algorithm>
#include <exception>
#include <iostream>
#include <numeric>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <codex/protocol/registry.hpp>

#include "commands.hpp"
#include "input.hpp"
#include "printable.hpp"
#include "typed_value.hpp"

namespace codex::wire {
namespace {

using protocol::TypeInfo;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// How many letters must be added, removed or replaced, ignoring case.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (lower(a[i]) == lower(b[j]) ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({row[j] + 1, row[j + 1] + 1, replaced});
    }
  }
  return row.back();
}

bool contains(std::string_view text, std::string_view part) {
  return !std::ranges::search(text, part, {}, lower, lower).empty();
}

/// The names that are most similar to this one.
std::vector<std::string_view> near_names(std::string_view wanted) {
  constexpr std::size_t most = 5;
  constexpr std::size_t longest = 200;  // longer than any name, to reject nonsense quickly
  wanted = wanted.substr(0, longest);
  std::vector<std::pair<std::size_t, std::string_view>> ranked;
  for (const TypeInfo* type : protocol::types()) {
    const std::size_t letters = distance(wanted, type->name);
    if (letters <= 2 + wanted.size() / 4) {
      ranked.emplace_back(letters, type->name);
    } else if (wanted.size() >= 3 && contains(type->name, wanted)) {
      ranked.emplace_back(letters + longest, type->name);
    }
  }
  std::ranges::sort(ranked);
  std::vector<std::string_view> names;
  for (const auto& [letters, name] : ranked) names.push_back(name);
  names.resize(std::min(names.size(), most));
  return names;
}

void report_unknown(std::string_view name) {
  std::cerr << "codex-wire: there is no type " << printable(name, 100);
  std::string_view separator = "; did you mean ";
  for (const std::string_view near : near_names(name)) {
    std::cerr << std::exchange(separator, ", ") << near;
  }
  std::cerr << "\nAll of them: codex-wire types\n";
}

std::string answer(const TypeInfo& type, std::string_view text) {
  try {
    return TypedValue(type, text).encode();
  } catch (const std::exception& error) {
    const Json json = {{"error", error.what()}};
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
  }
}

}  // namespace

int roundtrip(const std::string& name) {
  const TypeInfo* type = protocol::find_type(name);
  if (!type) {
    report_unknown(name);
    return 2;
  }
  std::string line;
  for (bool is_first = true; std::cout && std::getline(std::cin, line); is_first = false) {
    if (is_first) drop_byte_order_mark(line);
    std::cout << answer(*type, line) << '\n' << std::flush;
  }
  return std::cin.bad() ? 2 : 0;
}

}  // namespace codex::wire
