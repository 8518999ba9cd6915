#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <codex/protocol/support/type_info.hpp>

/// What the fuzzer feeds: three bytes for the type, one for the mode, then a JSON text.
namespace fuzz {

inline constexpr std::size_t head_size = 4;

enum class Mode : std::uint8_t { text, tree };

/// The three bytes of a type, the lowest first. They come from its name, so that the corpus
/// outlives new types.
std::uint32_t key_of(std::string_view type_name);

/// The type whose key comes first from this one on.
const codex::protocol::detail::TypeInfo& type_of(std::uint32_t key);

/// Decodes, and checks the law on the result. Aborts with a message on stderr if it is broken.
void check(std::span<const std::uint8_t> input);

}  // namespace fuzz
