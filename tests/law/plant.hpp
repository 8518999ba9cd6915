#pragma once

#include <vector>

#include "law/instance.hpp"
#include "law/law.hpp"

namespace law {

/// An instance with things in it that no schema knows.
struct Planted {
  Json value;
  /// What `unknown_parts` must name.
  std::vector<UnknownPart> parts;
  /// Unions that go by looks: they may take what was planted in them as a whole for unknown.
  std::vector<std::string> loose;
};

/// What to plant.
struct Plan {
  std::size_t members = 1;  // in one of so many objects; 0: none
  std::size_t values = 1;   // in one of so many enums
  std::size_t tags = 1;     // in one of so many unions
};

Planted plant(const Instance& instance, const Plan& plan, Random& random);

/// What is wrong with the parts that were found, if anything.
std::optional<std::string> wrong_parts(const Planted& planted, std::vector<UnknownPart> found);

}  // namespace law
