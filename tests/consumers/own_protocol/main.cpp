#include <iostream>

#include <codex/protocol.hpp>

namespace protocol = codex::protocol;

int main() {
  using Get = protocol::requests::WeatherGet;
  const auto forecast = protocol::decode<Get::Response>(R"({"sky":"hail","degrees":-3,"new":[1]})");
  std::cout << Get::method << ": " << forecast.sky.name() << ", " << forecast.degrees << '\n'
            << protocol::encode(forecast) << '\n'
            << protocol::runtime_version << ", " << protocol::types().size() << " types\n";
}
