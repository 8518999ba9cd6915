// Functions of this program that the model may call: it fills in their arguments, and reads what
// they return.

#include <iostream>
#include <map>
#include <stdexcept>
#include <string>

#include <codex/codex.hpp>
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

Weather forecast(const Place& place) {
  return {.degrees = place.unit == Unit::celsius ? 20 : 68, .sky = "clear over " + place.city};
}

struct Item {
  std::string name;
};
CODEX_DESCRIBE(Item, name)

}  // namespace

int main(int argc, char** argv) try {
  const example::Model model(argc, argv);
  codex::Codex codex(model.config());

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
  const auto thread = codex.thread_start(
      {.tools = {codex::tool("forecast", "The weather in a city", forecast), count, provider}});
  for (const char* said : {"Call forecast", "Call count", "Call provider"}) {
    const auto result = thread.run(said);
    std::cout << said << ": " << codex::printable(result.final_response.value_or("(none)")) << '\n';
  }
} catch (const codex::CodexError& error) {
  std::cerr << codex::printable(error.what()) << '\n';
  return 1;
}
