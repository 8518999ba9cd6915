#pragma once

#include <string>

#include <codex/testing.hpp>

namespace soak {

/// What the model says to a prompt.
[[nodiscard]] codex::testing::Reply answer(const codex::testing::ModelRequest& request);
/// A turn of everything: reasoning, a remark in 40 pieces, a command, a tool and an approval at
/// once, an answer in 150 pieces. The number is in all of it.
[[nodiscard]] std::string prompt(int number);
/// "#7#": no other number has it as a part.
[[nodiscard]] std::string mark(int number);

}  // namespace soak
