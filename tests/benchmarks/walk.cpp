#include "benchmarks/walk.hpp"

#include <simdjson.h>

namespace codex::benchmarks {

namespace {

using simdjson::ondemand::json_type;

std::size_t walk_value(simdjson::ondemand::value value) {
  std::size_t sum = 0;
  switch (value.type()) {
    case json_type::object:
      for (auto field : value.get_object()) {
        sum += field.unescaped_key().value().size();
        sum += walk_value(field.value());
      }
      return sum;
    case json_type::array:
      for (auto element : value.get_array()) sum += walk_value(element.value());
      return sum;
    case json_type::string:
      return value.get_string().value().size();
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

}  // namespace

static_assert(padding >= simdjson::SIMDJSON_PADDING);

std::size_t walk(std::string_view text) {
  static simdjson::ondemand::parser parser;
  auto document =
      parser.iterate(simdjson::padded_string_view(text.data(), text.size(), text.size() + padding));
  return walk_value(document.get_value());
}

}  // namespace codex::benchmarks
