#pragma once

#include <functional>
#include <string>
#include <vector>

#include <codex/testing.hpp>

namespace codex::testing {

/// What a fault does to the conversation.
enum class Effect {
  none,       // everything continues
  refused,    // the request gets an error
  misfit,     // the request gets an answer that is no object, as all of them are
  misshapen,  // the request gets an object of another type
  empty,      // the request gets an answer with nothing in it
  silenced,   // nothing more arrives
  broken,     // the connection is lost
};

/// One way for a server to go wrong.
struct Fault {
  std::string name;
  Effect effect;
  /// The steps instead of the right ones.
  std::function<Answer(const Answer& rest)> strike;
};

/// Longer messages end the connection; one of the faults is such a message.
inline constexpr std::size_t longest_message = 200'000;

/// All of them.
std::vector<Fault> all_faults();

}  // namespace codex::testing
