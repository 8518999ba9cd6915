#include "json_source.hpp"

#include <cmath>

namespace codex::protocol::detail {

JsonType type_of_json(const Json& json) noexcept {
  switch (json.type()) {
    case Json::value_t::null:
      return JsonType::null;
    case Json::value_t::boolean:
      return JsonType::boolean;
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned:
    case Json::value_t::number_float:
      return JsonType::number;
    case Json::value_t::string:
      return JsonType::string;
    case Json::value_t::array:
      return JsonType::array;
    case Json::value_t::object:
      return JsonType::object;
    case Json::value_t::binary:
    case Json::value_t::discarded:
      break;
  }
  return JsonType::other;
}

Number number_of_json(const Json& json) noexcept {
  if (json.is_number_float()) {
    const double value = json.get<double>();
    return Number::of_double(std::isfinite(value) ? Number::Kind::real : Number::Kind::endless,
                             value);
  }
  if (json.is_number_unsigned()) return {Number::Kind::whole, json.get<std::uint64_t>()};
  const auto value = json.get<std::int64_t>();
  return {value < 0 ? Number::Kind::negative : Number::Kind::whole,
          static_cast<std::uint64_t>(value)};
}

void check_depth(const Json& json, std::size_t depth) {
  if (!json.is_structured()) return;
  if (depth >= max_depth) throw Failure::too_deep();
  for (const Json& element : json) check_depth(element, depth + 1);
}

}  // namespace codex::protocol::detail
