#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/// Short texts a word at a time, never past their ends: the names and strings of the protocol are
/// mostly so short that a call of memcmp or memcpy costs more than its work.
namespace codex::protocol::detail {

inline constexpr std::uint64_t every_byte = 0x0101010101010101;
inline constexpr std::uint64_t high_bits = 0x8080808080808080;

template <class Word>
Word load(const char* from) noexcept {
  Word word;
  std::memcpy(&word, from, sizeof(word));
  return word;
}

template <class Word>
void store(char* to, Word word) noexcept {
  std::memcpy(to, &word, sizeof(word));
}

inline bool same_text(std::string_view a, std::string_view b) noexcept {
  const std::size_t size = a.size();
  if (size != b.size()) return false;
  const char* p = a.data();
  const char* q = b.data();
  if (size >= 8) {
    for (std::size_t i = 0; i + 8 < size; i += 8) {
      if (load<std::uint64_t>(p + i) != load<std::uint64_t>(q + i)) return false;
    }
    return load<std::uint64_t>(p + size - 8) == load<std::uint64_t>(q + size - 8);
  }
  if (size >= 4) {
    return load<std::uint32_t>(p) == load<std::uint32_t>(q) &&
           load<std::uint32_t>(p + size - 4) == load<std::uint32_t>(q + size - 4);
  }
  for (std::size_t i = 0; i < size; ++i) {
    if (p[i] != q[i]) return false;
  }
  return true;
}

inline void copy_text(char* to, std::string_view text) noexcept {
  const std::size_t size = text.size();
  const char* from = text.data();
  if (size > 32) {
    std::memcpy(to, from, size);
  } else if (size >= 8) {
    for (std::size_t i = 0; i + 8 < size; i += 8) store(to + i, load<std::uint64_t>(from + i));
    store(to + size - 8, load<std::uint64_t>(from + size - 8));
  } else if (size >= 4) {
    store(to, load<std::uint32_t>(from));
    store(to + size - 4, load<std::uint32_t>(from + size - 4));
  } else {
    for (std::size_t i = 0; i < size; ++i) to[i] = from[i];
  }
}

/// The little-endian word at `from`.
template <class Word>
std::uint64_t little_word(const char* from) noexcept {
  if constexpr (std::endian::native == std::endian::little) return load<Word>(from);
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < sizeof(Word); ++i) {
    word |= std::uint64_t{static_cast<unsigned char>(from[i])} << (8 * i);
  }
  return word;
}

/// The high bit of some byte is set when a byte of `word` is zero; those above the first such byte
/// may be wrong, so it answers "is there one", not "where".
constexpr std::uint64_t zero_bytes(std::uint64_t word) noexcept {
  return (word - every_byte) & ~word & high_bits;
}

constexpr std::uint64_t bytes_equal_to(std::uint64_t word, char c) noexcept {
  return zero_bytes(word ^ (every_byte * static_cast<unsigned char>(c)));
}

/// The number of bytes that the machine handles at once, for long texts. It uses only what the
/// compiler's target has: nothing is chosen at run time.
#if defined(__SSE2__)
class Block {
 public:
  static constexpr std::size_t size = 32;

  explicit Block(const char* from) noexcept
      : low_(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from))),
        high_(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from + 16))) {}
  void store(char* to) const noexcept {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to), low_);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to + 16), high_);
  }
  /// A bit for each such byte.
  [[nodiscard]] std::uint64_t where(char c) const noexcept {
    const auto wanted = _mm_set1_epi8(c);
    const auto bits = [&](__m128i bytes) -> std::uint64_t {
      return static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, wanted)));
    };
    return bits(low_) | bits(high_) << 16;
  }
  /// A bit for each byte of that value or less.
  [[nodiscard]] std::uint64_t where_up_to(char most) const noexcept {
    const auto limit = _mm_set1_epi8(most);
    const auto bits = [&](__m128i bytes) -> std::uint64_t {
      return static_cast<std::uint32_t>(
          _mm_movemask_epi8(_mm_cmpeq_epi8(_mm_min_epu8(bytes, limit), bytes)));
    };
    return bits(low_) | bits(high_) << 16;
  }

 private:
  __m128i low_;
  __m128i high_;
};
#else
class Block {
 public:
  static constexpr std::size_t size = 8;

  explicit Block(const char* from) noexcept : bytes_(load<std::uint64_t>(from)) {}
  void store(char* to) const noexcept { detail::store(to, bytes_); }
  /// A bit for each such byte.
  [[nodiscard]] std::uint64_t where(char c) const noexcept {
    if (!bytes_equal_to(bytes_, c)) return 0;
    return where([c](unsigned char byte) { return byte == static_cast<unsigned char>(c); });
  }
  /// A bit for each byte of that value or less.
  [[nodiscard]] std::uint64_t where_up_to(char most) const noexcept {
    return where([most](unsigned char byte) { return byte <= static_cast<unsigned char>(most); });
  }

 private:
  template <class Is>
  [[nodiscard]] std::uint64_t where(Is is) const noexcept {
    unsigned char bytes[size];
    std::memcpy(bytes, &bytes_, size);
    std::uint64_t mask = 0;
    for (std::size_t i = 0; i < size; ++i) mask |= std::uint64_t{is(bytes[i])} << i;
    return mask;
  }

  std::uint64_t bytes_;
};
#endif

/// Makes the processor fetch memory that far ahead, which may be beyond the text. By itself it
/// stops at the end of a page, and then waits for memory: a fifth of the time of a long text.
inline void prefetch(const char* from, std::ptrdiff_t ahead) noexcept {
#if defined(__GNUC__)
  __builtin_prefetch(from + ahead);
#else
  (void)from;
  (void)ahead;
#endif
}

/// A longer piece, with a bit of a word for each byte.
inline constexpr std::size_t stretch = 64;

template <class Where>
std::uint64_t where_in_stretch(const char* p, Where&& where) noexcept {
  std::uint64_t mask = 0;
  for (std::size_t i = 0; i < stretch; i += Block::size) mask |= where(Block(p + i)) << i;
  return mask;
}

inline void copy_stretch(const char* p, char* to) noexcept {
  for (std::size_t i = 0; i < stretch; i += Block::size) Block(p + i).store(to + i);
}

}  // namespace codex::protocol::detail
