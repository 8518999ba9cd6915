#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>

namespace codex::detail {

/// A part of a text that must be hidden, and its replacement.
struct SecretPart {
  std::size_t begin;
  std::size_t end;
  std::string_view shown = "***";
  std::size_t origin = 0;  // where the context begins that identifies it: a name, `-----BEGIN`
};

/// Whether more of a text is to come.
enum class Ending : std::uint8_t {
  complete,
  open,  // text that may become a secret with the next letters counts as one
};

struct TextKind {
  /// How many backslashes an escape has: 0 in plain text, 1 in a string of JSON, whose quotes are
  /// not part of the text.
  std::size_t depth = 0;
  Ending ending = Ending::complete;
};

/// Finds the secrets of a text, from its beginning to its end: keys by their form, and the values
/// of telling names. Never splits an escape. Linear in time, constant in memory.
void find_secrets(std::string_view text, TextKind kind,
                  const std::function<void(const SecretPart&)>& found);

}  // namespace codex::detail
