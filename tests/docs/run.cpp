// Runs a block of a page, by its name.

#include <exception>
#include <iostream>
#include <map>
#include <span>
#include <utility>

#include "runnable.hpp"

namespace {

using Blocks = std::map<std::string, std::function<int()>>;

Blocks& blocks() {
  static Blocks all;
  return all;
}

}  // namespace

Runnable::Runnable(std::string name, std::function<int()> run) {
  blocks().emplace(std::move(name), std::move(run));
}

int main(int argc, char** argv) try {
  const std::span arguments(argv, static_cast<std::size_t>(argc));
  if (arguments.size() != 2) {
    std::cerr << "usage: run_pages NAME\n";
    return 2;
  }
  const auto found = blocks().find(arguments[1]);
  if (found == blocks().end()) {
    std::cerr << "no page has a block " << arguments[1] << '\n';
    return 2;
  }
  return found->second();
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
