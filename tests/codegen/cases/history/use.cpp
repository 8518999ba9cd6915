#include <algorithm>

#include <doctest/doctest.h>

#include <codex/protocol.hpp>
#include <codex/protocol/support/history.hpp>

#include "round_trip.hpp"

namespace codex::protocol {
namespace {

const detail::TypeHistory* find_type_history(std::string_view name) {
  const auto all = detail::type_histories();
  const auto found = std::ranges::find(all, name, &detail::TypeHistory::name);
  return found == all.end() ? nullptr : &*found;
}

const detail::MethodHistory* find_method_history(detail::MethodKind kind, std::string_view name) {
  const auto all = detail::method_histories();
  const auto found = std::ranges::find_if(
      all, [&](const auto& entry) { return entry.name == name && entry.kind == kind; });
  return found == all.end() ? nullptr : &*found;
}

const detail::PartHistory* part_of(std::string_view type, std::string_view name) {
  for (const auto& part : find_type_history(type)->parts) {
    if (part.name == name) return &part;
  }
  return nullptr;
}

#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic error "-Wdeprecated-declarations"
#endif

/// Nothing here names what is gone.
struct Station {
  Sensor sensor;
  std::vector<SensorEvent> events;
};

}  // namespace

TEST_CASE("case history: what is gone is read and written as ever") {
  round_trips<Sensor>(R"({"id":"a","unit":"m","model":"mk1"})");
  round_trips<Sensor>(R"({"id":"a"})");
  round_trips<SensorEvent>(R"({"type":"warning","why":"hot"})");
  CHECK(decode<SensorEvent>(R"({"type":"warning"})").is<WarningSensorEvent>());
  CHECK(decode<SensorMode>(R"("asleep")") == SensorMode::asleep);
  const server_requests::SensorReboot::Params reboot{.at = 3};
  CHECK(encode(reboot) == R"({"at":3})");
}

TEST_CASE("case history: structs with members that are gone are used without a warning") {
  Station station{.sensor = {.id = "a", .unit = "m"}, .events = {}};
  const Station copy = station;
  station = Station{.sensor = Sensor{.id = "b", .unit = {}}, .events = {}};
  CHECK(copy.sensor != station.sensor);
}

#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

TEST_CASE("case history: the tables tell which runtimes have what") {
  CHECK(detail::history_versions().size() == 3);
  CHECK(find_type_history("SensorSetParams")->lifetime.since == "0.2.0");
  CHECK(find_type_history("SensorModel")->lifetime.until == "0.1.0");
  CHECK(find_type_history("WarningSensorEvent")->lifetime.until == "0.1.0");
  CHECK(find_type_history("Nothing") == nullptr);
  CHECK(part_of("Sensor", "unit")->lifetime.since == "0.2.0");
  CHECK(part_of("Sensor", "model")->lifetime.until == "0.1.0");
  CHECK(part_of("Sensor", "id") == nullptr);
  CHECK(part_of("SensorMode", "active")->lifetime.since == "0.3.0");
  CHECK(part_of("SensorEvent", "failure")->lifetime.since == "0.3.0");
  CHECK(part_of("SensorSetParams", "mode")->lifetime.since == "0.3.0");  // a mere reference
  CHECK(part_of("SensorSetParams", "name")->required_until == "0.2.0");
  CHECK(find_method_history(detail::MethodKind::request, "sensor/set")->lifetime.since == "0.2.0");
  CHECK(find_method_history(detail::MethodKind::notification, "sensor/set") == nullptr);
  CHECK(find_method_history(detail::MethodKind::server_request, "sensor/reboot")->lifetime.until ==
        "0.2.0");
}

TEST_CASE("case history: the versions that were compared, the oldest first") {
  const std::vector<std::string_view> versions{"0.1.0", "0.2.0", "0.3.0"};
  CHECK(std::ranges::equal(detail::history_versions(), versions));
}

}  // namespace codex::protocol
