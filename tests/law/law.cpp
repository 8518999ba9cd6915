#include "law/law.hpp"

#include <cmath>

namespace law {

namespace {

bool is_identifier(std::string_view key) {
  const auto fits = [](char c, bool first) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' ||
           (!first && c >= '0' && c <= '9');
  };
  for (std::size_t i = 0; i < key.size(); ++i) {
    if (!fits(key[i], i == 0)) return false;
  }
  return !key.empty();
}

bool same_number(const Json& a, const Json& b) {
  if (a.is_number_float() != b.is_number_float()) return a.get<double>() == b.get<double>();
  if (!a.is_number_float()) return a == b;
  const double x = a.get<double>();
  const double y = b.get<double>();
  return x == y && std::signbit(x) == std::signbit(y);
}

std::string shown(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace).substr(0, 200);
}

std::optional<std::string> difference_at(const std::string& path, const Json& a, const Json& b,
                                         const MayGo& may_go);

std::optional<std::string> only_in(const std::string& path, const Json& a, const Json& b,
                                   const MayGo& may_go) {
  for (const auto& [name, member] : a.items()) {
    if (b.contains(name) || (may_go && may_go(path, name, member))) continue;
    return joined(path, name) + " is in one alone";
  }
  return std::nullopt;
}

std::optional<std::string> difference_of_objects(const std::string& path, const Json& a,
                                                 const Json& b, const MayGo& may_go) {
  auto left = a.begin();
  auto right = b.begin();
  // The same members, mostly.
  for (; left != a.end() && right != b.end() && left.key() == right.key(); ++left, ++right) {
    if (*left == *right && !left->is_structured() && !left->is_number()) continue;
    const auto found = difference_at(joined(path, left.key()), *left, *right, may_go);
    if (found) return found;
  }
  if (left == a.end() && right == b.end()) return std::nullopt;
  if (auto found = only_in(path, a, b, may_go)) return found;
  if (auto found = only_in(path, b, a, may_go)) return found;
  for (const auto& [name, member] : a.items()) {
    if (!b.contains(name)) continue;
    if (auto found = difference_at(joined(path, name), member, b[name], may_go)) return found;
  }
  return std::nullopt;
}

std::optional<std::string> difference_at(const std::string& path, const Json& a, const Json& b,
                                         const MayGo& may_go) {
  if (a.is_object() && b.is_object()) return difference_of_objects(path, a, b, may_go);
  if (a.is_array() && b.is_array() && a.size() == b.size()) {
    for (std::size_t i = 0; i < a.size(); ++i) {
      const auto found = difference_at(path + "[" + std::to_string(i) + "]", a[i], b[i], may_go);
      if (found) return found;
    }
    return std::nullopt;
  }
  const bool same = a.is_number() && b.is_number() ? same_number(a, b) : a == b;
  if (same) return std::nullopt;
  return path + ": " + shown(a) + " became " + shown(b);
}

}  // namespace

std::string joined(const std::string& path, std::string_view key) {
  if (!is_identifier(key)) return path + "[\"" + std::string(key) + "\"]";
  return path.empty() ? std::string(key) : path + "." + std::string(key);
}

std::optional<std::string> difference(const Json& a, const Json& b, const MayGo& may_go) {
  return difference_at({}, a, b, may_go);
}

std::optional<std::string> broken_law(const TypeInfo& type, std::string_view text, const Json& json,
                                      const MayGo& may_go) {
  const Value read = Value::of_text(type, text);
  const std::string written = read.text();
  const Json again = Json::parse(written, nullptr, false);
  if (again.is_discarded()) return "wrote what is not JSON: " + written.substr(0, 200);
  if (auto found = difference(json, again, may_go)) return "text to text: " + *found;
  if (auto found = difference(again, read.json())) return "text to tree: " + *found;
  const Value taken = Value::of_json(type, json);
  if (!(read == taken) || !(taken == read)) return "a text and its tree give unequal values";
  if (taken.text() != written) return "a text and its tree are written unlike: " + taken.text();
  if (Value::of_text(type, written).text() != written) return "the second round differs";
  return std::nullopt;
}

}  // namespace law
