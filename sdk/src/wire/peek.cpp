#include "wire/peek.hpp"

#include <charconv>

#include <codex/protocol/support/codec.hpp>

#include "mask/json_tokens.hpp"

namespace codex::detail {
namespace {

using Kind = JsonToken::Kind;

/// The next value as it stands in the text; empty if there is none, or if it has no end.
std::string_view take_value(JsonTokens& tokens, std::string_view text) {
  JsonToken token = tokens.next();
  const bool is_string = token.kind == Kind::string;
  if (token.kind != Kind::open && token.kind != Kind::scalar && !is_string) return {};
  const std::size_t begin = is_string ? token.begin - 1 : token.begin;
  for (std::size_t depth = 0;; token = tokens.next()) {
    if (token.kind == Kind::end || token.kind == Kind::invalid) return {};
    if (token.kind == Kind::open) ++depth;
    if (token.kind == Kind::close) --depth;
    if (depth > 0) continue;
    const std::size_t end = is_string ? token.end + 1 : token.end;
    return end <= text.size() ? text.substr(begin, end - begin) : std::string_view();
  }
}

/// Of a string as it stands in the text, quotes included.
std::string unescaped(std::string_view token) {
  if (token.empty()) return {};
  if (token.find('\\') == std::string_view::npos)
    return std::string(token.substr(1, token.size() - 2));
  try {
    return protocol::decode<std::string>(token);
  } catch (const DecodeError&) {
    return {};
  }
}

bool names(std::string_view quoted, std::string_view name) {
  const bool is_plain = quoted.find('\\') == std::string_view::npos;
  return is_plain ? quoted.substr(1, quoted.size() - 2) == name : unescaped(quoted) == name;
}

}  // namespace

Peek::Peek(std::string_view text) {
  JsonTokens tokens(text);
  raw_ = take_value(tokens, text);
}

/// Calls `visit(name, value)`, the name as it stands in the text; that of an element is empty.
template <class Visit>
void Peek::walk(Visit visit) const {
  JsonTokens tokens(raw_);
  if (tokens.next().kind != Kind::open) return;
  do {
    const std::string_view name = is_object() ? take_value(tokens, raw_) : std::string_view();
    if (is_object() && (!name.starts_with('"') || tokens.next().kind != Kind::colon)) return;
    Peek value;
    value.raw_ = take_value(tokens, raw_);
    if (value.raw_.empty()) return;
    visit(name, value);
  } while (tokens.next().kind == Kind::comma);
}

Peek Peek::operator[](std::string_view name) const {
  Peek found;
  if (!is_object()) return found;
  walk([&](std::string_view quoted, Peek value) {
    if (names(quoted, name)) found = value;
  });
  return found;
}

std::string Peek::text() const { return is_string() ? unescaped(raw_) : std::string(); }

std::optional<std::int64_t> Peek::integer() const {
  std::int64_t value = 0;
  const char* const end = raw_.data() + raw_.size();
  const auto [stopped_at, error] = std::from_chars(raw_.data(), end, value);
  if (raw_.empty() || error != std::errc{} || stopped_at != end) return std::nullopt;
  return value;
}

std::vector<std::pair<std::string, Peek>> Peek::members() const {
  std::vector<std::pair<std::string, Peek>> all;
  walk([&](std::string_view name, Peek value) { all.emplace_back(unescaped(name), value); });
  return all;
}

std::vector<Peek> Peek::elements() const {
  std::vector<Peek> all;
  walk([&](std::string_view, Peek value) { all.push_back(value); });
  if (*this && !is_object() && !is_array()) all.push_back(*this);
  return all;
}

std::string with_value(std::string_view text, const std::vector<std::string_view>& path,
                       std::string_view value) {
  if (path.empty()) return std::string(value);
  const Peek object(text);
  if (!object.is_object()) return with_value("{}", path, value);
  const std::string_view old = object[path.front()].raw();
  const std::string changed = with_value(old, {path.begin() + 1, path.end()}, value);
  std::string out(object.raw());
  if (!old.empty()) {
    const auto at = static_cast<std::size_t>(old.data() - object.raw().data());
    return out.replace(at, old.size(), changed);
  }
  const char* const comma = object.elements().empty() ? "" : ",";
  return out.insert(1, protocol::encode(std::string(path.front())) + ":" + changed + comma);
}

}  // namespace codex::detail
