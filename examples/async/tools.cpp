// Functions of this program that the model may call. Functions that wait are coroutines.

#include <chrono>
#include <iostream>
#include <map>
#include <stdexcept>
#include <string>

#include <codex/async.hpp>
#include <codex/describe.hpp>

#include "support/model.hpp"

namespace {

enum class Unit { celsius, fahrenheit };
CODEX_DESCRIBE_ENUM(Unit, celsius, fahrenheit)

struct Place {
  std::string city;
  Unit unit = Unit::celsius;
};
CODEX_DESCRIBE(Place, (city, "The city's name"), (unit, {.optional = true}))

struct Weather {
  int degrees = 0;
  std::string sky;
};
CODEX_DESCRIBE(Weather, degrees, sky)

codex::Task<Weather> forecast(Place place) {
  co_await codex::sleep_for(std::chrono::milliseconds(20));  // a service would answer now
  co_return Weather{place.unit == Unit::celsius ? 20 : 68, "clear over " + place.city};
}

struct Item {
  std::string name;
};
CODEX_DESCRIBE(Item, name)

codex::Task<> run(codex::AsyncCodex& codex) {
  const std::map<std::string, int> stock = {{"bolts", 12}};
  const auto count = codex::tool("count", "How many there are of an item", [&](const Item& item) {
    const auto found = stock.find(item.name);
    if (found == stock.end()) throw std::runtime_error("There are no such items");  // it is told so
    return found->second;
  });
  const auto provider =
      codex::tool("provider", "Who runs the model", [](const codex::ToolContext& context) {
        return context.thread().read().thread.model_provider;
      });

  // The stand-in calls the tool that the text names; a real model chooses by the descriptions.
  auto start = codex.thread_start(
      {.tools = {codex::tool("forecast", "The weather in a city", forecast), count, provider}});
  const auto thread = co_await start;
  for (const std::string said : {"Call forecast", "Call count", "Call provider"}) {
    const auto result = co_await thread.run(said);
    std::cout << said << ": " << codex::printable(result.final_response.value_or("(none)")) << '\n';
  }
}

}  // namespace

int main(int argc, char** argv) try {
  const example::Model model(argc, argv);
  codex::AsyncCodex codex(model.config());
  codex::sync_wait(run(codex));
} catch (const codex::CodexError& error) {
  std::cerr << codex::printable(error.what()) << '\n';
  return 1;
}
