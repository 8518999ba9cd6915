// How fast the typed codec is, beside what others do with the same text in the same run. The ratios
// count, not the figures.

#include <benchmark/benchmark.h>
#include <simdjson.h>

#include <codex/protocol/messages.hpp>

#include "support/recording.hpp"

namespace codex::protocol {
namespace {

/// The recorded notifications, each padded for simdjson.
const std::vector<simdjson::padded_string>& notifications() {
  static const auto all = [] {
    std::vector<simdjson::padded_string> out;
    for (const auto& file : testing::recordings()) {
      for (const auto& recorded : testing::read_recording(file)) {
        const bool notification = recorded.message.contains("method") &&
                                  !recorded.message.contains("id");
        if (!recorded.sent && notification) out.emplace_back(recorded.message.dump());
      }
    }
    return out;
  }();
  return all;
}

void count_bytes(benchmark::State& state) {
  std::int64_t bytes = 0;
  for (const auto& text : notifications()) bytes += static_cast<std::int64_t>(text.size());
  state.SetBytesProcessed(state.iterations() * bytes);
}

void typed_decode(benchmark::State& state) {
  for (auto _ : state) {
    for (const auto& text : notifications()) {
      benchmark::DoNotOptimize(decode<ServerNotification>(std::string_view(text)));
    }
  }
  count_bytes(state);
}
BENCHMARK(typed_decode);

void typed_encode(benchmark::State& state) {
  std::vector<ServerNotification> values;
  for (const auto& text : notifications()) {
    values.push_back(decode<ServerNotification>(std::string_view(text)));
  }
  for (auto _ : state) {
    for (const auto& value : values) benchmark::DoNotOptimize(encode(value));
  }
  count_bytes(state);
}
BENCHMARK(typed_encode);

/// Touches every value, as a decoder must, and keeps none.
std::size_t walk(simdjson::ondemand::value value) {
  switch (value.type()) {
    case simdjson::ondemand::json_type::object: {
      std::size_t sum = 0;
      for (auto field : value.get_object()) {
        sum += field.unescaped_key().value().size();
        sum += walk(field.value());
      }
      return sum;
    }
    case simdjson::ondemand::json_type::array: {
      std::size_t sum = 0;
      for (auto element : value.get_array()) sum += walk(element.value());
      return sum;
    }
    case simdjson::ondemand::json_type::string:
      return value.get_string().value().size();
    case simdjson::ondemand::json_type::number:
      return static_cast<std::size_t>(value.get_number().value().is_double());
    case simdjson::ondemand::json_type::boolean:
      return static_cast<std::size_t>(value.get_bool().value());
    case simdjson::ondemand::json_type::null:
      return static_cast<std::size_t>(value.is_null());
  }
  return 0;
}

void simdjson_walk(benchmark::State& state) {
  simdjson::ondemand::parser parser;
  for (auto _ : state) {
    for (const auto& text : notifications()) {
      auto document = parser.iterate(text);
      benchmark::DoNotOptimize(walk(document.get_value()));
    }
  }
  count_bytes(state);
}
BENCHMARK(simdjson_walk);

void nlohmann_parse(benchmark::State& state) {
  for (auto _ : state) {
    for (const auto& text : notifications()) {
      benchmark::DoNotOptimize(Json::parse(std::string_view(text)));
    }
  }
  count_bytes(state);
}
BENCHMARK(nlohmann_parse);

void nlohmann_parse_and_convert(benchmark::State& state) {
  for (auto _ : state) {
    for (const auto& text : notifications()) {
      benchmark::DoNotOptimize(Json::parse(std::string_view(text)).get<ServerNotification>());
    }
  }
  count_bytes(state);
}
BENCHMARK(nlohmann_parse_and_convert);

}  // namespace
}  // namespace codex::protocol

BENCHMARK_MAIN();
