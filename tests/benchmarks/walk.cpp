#include "benchmarks/walk.hpp"

#include <string>
#include <vector>

#include <simdjson.h>

namespace codex::benchmarks {

namespace {

using simdjson::ondemand::json_type;

/// `each` gets the strings.
template <class Each>
std::size_t walk_value(simdjson::ondemand::value value, Each& each) {
  std::size_t sum = 0;
  switch (value.type()) {
    case json_type::object:
      for (auto field : value.get_object()) {
        sum += field.unescaped_key().value().size();
        sum += walk_value(field.value(), each);
      }
      return sum;
    case json_type::array:
      for (auto element : value.get_array()) sum += walk_value(element.value(), each);
      return sum;
    case json_type::string:
      return each(value.get_string().value());
    case json_type::number: {
      const auto number = value.get_number().value();
      return static_cast<std::size_t>(number.is_double() ? number.get_double()
                                                         : number.as_double());
    }
    case json_type::boolean:
      return static_cast<std::size_t>(value.get_bool().value());
    case json_type::null:
      return static_cast<std::size_t>(value.is_null());
  }
  return sum;
}

template <class Each>
std::size_t walk_text(std::string_view text, Each each) {
  static simdjson::ondemand::parser parser;
  auto document =
      parser.iterate(simdjson::padded_string_view(text.data(), text.size(), text.size() + padding));
  return walk_value(document.get_value(), each);
}

}  // namespace

static_assert(padding >= simdjson::SIMDJSON_PADDING);

std::size_t walk(std::string_view text) {
  return walk_text(text, [](std::string_view string) { return string.size(); });
}

std::size_t walk_and_keep(std::string_view text) {
  static std::vector<std::string> kept;
  const std::size_t sum =
      walk_text(text, [](std::string_view string) { return kept.emplace_back(string).size(); });
  kept.clear();
  return sum;
}

}  // namespace codex::benchmarks
