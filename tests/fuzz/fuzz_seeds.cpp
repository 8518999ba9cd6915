#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>

#include "fuzz/input.hpp"
#include "law/instance.hpp"

/// Writes the fuzzer's first inputs: a few values of every type.
int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: fuzz_seeds DIR\n";
    return 2;
  }
  const std::filesystem::path folder = argv[1];
  std::filesystem::create_directories(folder);
  const auto& schemas = law::Schemas::experimental();
  for (const auto& name : schemas.names()) {
    law::Generator generator(schemas, name);
    const std::uint32_t key = fuzz::key_of(name);
    for (unsigned i = 0; i < 4; ++i) {
      const auto instance = generator.make(i == 0 ? law::Style::smallest : law::Style::random, i);
      std::ofstream out(folder / (name + "-" + std::to_string(i)), std::ios::binary);
      out << static_cast<char>(key & 0xff) << static_cast<char>(key >> 8 & 0xff)
          << static_cast<char>(key >> 16) << static_cast<char>(i % 2) << instance.value.dump();
    }
  }
}
