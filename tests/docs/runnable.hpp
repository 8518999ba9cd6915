#pragma once

#include <functional>
#include <string>

/// A block of a page that runs without an account: known by its name from its construction on.
class Runnable {
 public:
  Runnable(std::string name, std::function<int()> run);
};
