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
  oversized,  // the request gets an answer that is larger than any may be
  silenced,   // nothing more comes
  broken,     // the connection is lost
  stray,      // a line that is no message: a banner before the first message, else `broken`
};

/// One way for a server to go wrong.
struct Fault {
  std::string name;
  Effect effect;
  /// The steps instead of the right ones.
  std::function<Answer(const Answer& rest)> strike;
  /// Whether it is one of lines, which a WebSocket does not have.
  bool is_of_lines = false;
};

/// Longer messages are not kept; some of the faults are such messages.
inline constexpr std::size_t longest_message = 200'000;

/// All of them.
std::vector<Fault> all_faults();

}  // namespace codex::testing
