#include "fuzz/input.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <codex/protocol/registry.hpp>

#include "law/law.hpp"

namespace fuzz {

namespace {

using codex::protocol::detail::TypeInfo;
using law::Json;
using law::Value;

[[noreturn]] void report(const TypeInfo& type, std::string_view problem) {
  std::fprintf(stderr, "%.*s: %.*s\n", static_cast<int>(type.name.size()), type.name.data(),
               static_cast<int>(problem.size()), problem.data());
  std::abort();
}

template <class Decode>
std::optional<Value> decoded(Decode&& decode) {
  try {
    return decode();
  } catch (const codex::DecodeError&) {
    return std::nullopt;
  }
}

}  // namespace

std::uint32_t key_of(std::string_view type_name) {
  std::uint32_t hash = 2166136261;  // FNV-1a
  for (const char c : type_name) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619;
  return (hash ^ (hash >> 24)) & 0xffffff;
}

const TypeInfo& type_of(std::uint32_t key) {
  using Entry = std::pair<std::uint32_t, const TypeInfo*>;
  static const std::vector<Entry> by_key = [] {
    std::vector<Entry> entries;
    for (const TypeInfo* type : codex::protocol::types()) {
      entries.emplace_back(key_of(type->name), type);
    }
    std::sort(entries.begin(), entries.end());
    return entries;
  }();
  const auto found = std::lower_bound(by_key.begin(), by_key.end(), Entry{key, nullptr});
  return found == by_key.end() ? *by_key.front().second : *found->second;
}

void check(std::span<const std::uint8_t> input) {
  if (input.size() < head_size) return;
  const TypeInfo& type =
      type_of(input[0] | std::uint32_t{input[1]} << 8 | std::uint32_t{input[2]} << 16);
  const auto mode = static_cast<Mode>(input[3] % 2);
  const auto* chars = reinterpret_cast<const char*>(input.data());
  const std::string text(chars + head_size, input.size() - head_size);
  Json json;
  std::optional<Value> value;
  if (mode == Mode::text) {
    value = decoded([&] { return Value::of_text(type, text); });
    if (value) json = Json::parse(text, nullptr, false);
    if (json.is_discarded()) report(type, "read what is not JSON");
  } else {
    json = Json::parse(text, nullptr, false);
    if (json.is_discarded()) return;
    value = decoded([&] { return Value::of_json(type, json); });
  }
  if (!value) return;
  // A text may repeat members and a tree not, so go on from a text of the tree.
  const std::string plain = mode == Mode::text ? text : json.dump();
  if (const auto problem = law::broken_law(type, plain, json)) report(type, *problem);
  for (const auto& part : value->unknown_parts()) {
    if (part.what.empty()) report(type, "an unknown part without a name");
  }
}

}  // namespace fuzz
