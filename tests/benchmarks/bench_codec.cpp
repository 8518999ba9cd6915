// How fast the typed codec is, compared with others on the same texts in the same run. Look at the
// ratios in the table at the end, not at the figures.
//
// The measure is simdjson's on-demand walk. It does the part of the work that no decoder can leave
// out: it checks and visits every value, unescapes every name and string and parses every number.
// It runs in simdjson's best build for this machine (-march=native), while the codec is compiled as
// users get it. It keeps nothing, where a decoded value owns its strings; "walk, strings kept" says
// what that alone costs.
//
// A typed decode starts from a fresh value. "decode" ends with it; "decode and free" ends with its
// destruction as well, which is where a program with one large answer spends a third of the time.
// Small messages have "decode and free" alone: their values never leave the processor's cache, and
// the clock would cost more than the work. An encode ends with a string of its own. RapidJSON's SAX
// checks UTF-8, as all others here do.
//
// Times are CPU times; with repetitions (see `main`) the contenders take turns and the median
// counts, so that what else the machine does weighs on all of them alike.

#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <benchmark/benchmark.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include <codex/protocol/support/codec.hpp>

#include "benchmarks/allocations.hpp"
#include "benchmarks/inputs.hpp"
#include "benchmarks/walk.hpp"

namespace codex::benchmarks {
namespace {

// The contenders.

void typed_decode(const Message& message) {
  protocol::detail::decode_text(*message.type, message.scratch.get(), message.text);
}

void free_value(const Message& message) { message.type->reset(message.scratch.get()); }

void typed_decode_and_free(const Message& message) {
  typed_decode(message);
  free_value(message);
}

void typed_encode(const Message& message) {
  benchmark::DoNotOptimize(protocol::detail::encode_text(*message.type, message.value.get()));
}

void simdjson_walk(const Message& message) { benchmark::DoNotOptimize(walk(message.text)); }

void simdjson_walk_and_keep(const Message& message) {
  benchmark::DoNotOptimize(walk_and_keep(message.text));
}

void rapidjson_sax(const Message& message) {
  rapidjson::Reader reader;
  rapidjson::MemoryStream stream(message.text.data(), message.text.size());
  rapidjson::BaseReaderHandler<> handler;
  benchmark::DoNotOptimize(
      reader.Parse<rapidjson::kParseValidateEncodingFlag>(stream, handler).IsError());
}

void nlohmann_parse(const Message& message) { benchmark::DoNotOptimize(Json::parse(message.text)); }

void nlohmann_convert(const Message& message) {
  protocol::detail::decode_json(*message.type, message.scratch.get(), Json::parse(message.text));
  message.type->reset(message.scratch.get());
}

struct Contender {
  const char* name;
  void (*work)(const Message&);
  /// What belongs to it but is not measured: for inputs of one large message.
  void (*afterwards)(const Message&) = nullptr;
};
constexpr Contender walk_contender{"simdjson walk", simdjson_walk};
constexpr Contender convert_contender{"nlohmann parse+convert", nlohmann_convert};
constexpr Contender contenders[] = {{"decode", typed_decode, free_value},
                                    {"decode and free", typed_decode_and_free},
                                    {"encode", typed_encode},
                                    walk_contender,
                                    {"walk, strings kept", simdjson_walk_and_keep},
                                    {"RapidJSON SAX", rapidjson_sax},
                                    {"nlohmann parse", nlohmann_parse},
                                    convert_contender};

// The runs.

void after(benchmark::State& state, const Input& input, const Contender& contender) {
  if (!contender.afterwards) return;
  state.PauseTiming();
  for (const Message& message : input.messages) contender.afterwards(message);
  state.ResumeTiming();
}

void run(benchmark::State& state, const Input& input, const Contender& contender) {
  const auto before = allocations();
  for (auto _ : state) {
    for (const Message& message : input.messages) contender.work(message);
    after(state, input, contender);
  }
  const auto messages = static_cast<double>(input.messages.size());
  state.counters["allocations"] = static_cast<double>(allocations() - before) /
                                  static_cast<double>(state.iterations()) / messages;
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(input.bytes));
}

std::string run_name(const Input& input, const Contender& contender) {
  return input.name + ": " + contender.name;
}

/// Collects the runs and prints one table.
class Table : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }

  void ReportRuns(const std::vector<Run>& runs) override {
    for (const auto& run : runs) {
      if (run.run_type != Run::RT_Iteration || run.error_occurred) continue;
      auto& result = results_[run.run_name.function_name];
      result.speeds.push_back(run.counters.at("bytes_per_second") / 1e6);
      result.allocations = run.counters.at("allocations");
    }
  }

  void Finalize() override {
    std::printf("%-16s %-24s %8s %8s %11s %12s\n", "input", "contender", "MB/s", "x walk",
                "x convert", "allocations");
    for (const Input& input : inputs()) {
      for (const Contender& contender : contenders) print(input, contender);
    }
  }

 private:
  struct Result {
    std::vector<double> speeds;
    double allocations = 0;
  };

  [[nodiscard]] double median(const Input& input, const Contender& contender) {
    auto& speeds = results_[run_name(input, contender)].speeds;
    if (speeds.empty()) return 0;
    std::sort(speeds.begin(), speeds.end());
    return speeds[speeds.size() / 2];
  }

  void print(const Input& input, const Contender& contender) {
    const double speed = median(input, contender);
    if (speed == 0) return;  // filtered out
    const auto ratio = [&](const Contender& other) {
      const double base = median(input, other);
      return base == 0 ? 0 : speed / base;
    };
    std::printf("%-16s %-24s %8.0f %8.2f %11.1f %12.1f\n", input.name.c_str(), contender.name,
                speed, ratio(walk_contender), ratio(convert_contender),
                results_[run_name(input, contender)].allocations);
  }

  std::map<std::string, Result> results_;
};

void register_all() {
  for (const Input& input : inputs()) {
    for (const Contender& contender : contenders) {
      if (contender.afterwards && input.messages.size() > 1) continue;
      benchmark::RegisterBenchmark(run_name(input, contender).c_str(),
                                   [&](benchmark::State& state) { run(state, input, contender); });
    }
  }
}

}  // namespace
}  // namespace codex::benchmarks

int main(int argc, char** argv) {
  std::vector<char*> arguments(argv, argv + argc);
  // Those of the caller come last and win.
  std::string defaults[] = {"--benchmark_repetitions=9", "--benchmark_min_time=0.05",
                            "--benchmark_enable_random_interleaving=true"};
  for (auto& argument : defaults) arguments.insert(arguments.begin() + 1, argument.data());
  int count = static_cast<int>(arguments.size());
  benchmark::Initialize(&count, arguments.data());
  if (benchmark::ReportUnrecognizedArguments(count, arguments.data())) return 1;
  codex::benchmarks::register_all();
  codex::benchmarks::Table table;
  benchmark::RunSpecifiedBenchmarks(&table);
  benchmark::Shutdown();
  return 0;
}
