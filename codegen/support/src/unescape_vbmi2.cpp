#include "unescape_vbmi2.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#endif

#include "bytes.hpp"

namespace codex::protocol::detail {

#if defined(__x86_64__) && defined(__GNUC__)

namespace {

constexpr std::uint64_t lowest(std::size_t count) noexcept {
  return count == 0 ? 0 : ~std::uint64_t{0} >> (stretch - count);
}

/// Which bytes are escaped by a backslash: those after a run of backslashes of odd length, and
/// every second one in a run. An addition carries the start of each run to its end.
constexpr std::uint64_t escaped_by(std::uint64_t backslashes) noexcept {
  constexpr std::uint64_t even = 0x5555555555555555;
  const std::uint64_t behind = backslashes << 1;
  const std::uint64_t odd_starts = backslashes & ~even & ~behind;
  const std::uint64_t carried = odd_starts + backslashes;
  return (even ^ (carried << 1)) & behind;
}

}  // namespace

bool has_vbmi2() noexcept {
  return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vbmi") &&
         __builtin_cpu_supports("avx512vbmi2");
}

[[gnu::target("avx512f,avx512bw,avx512vbmi,avx512vbmi2,popcnt,bmi")]] Unescaped unescape_vbmi2(
    const char* p, const char* end, char* to) noexcept {
  const __m512i low = _mm512_loadu_si512(short_escapes.data());
  const __m512i high = _mm512_loadu_si512(short_escapes.data() + stretch);
  const __m512i backslash = _mm512_set1_epi8('\\');
  while (p != end) {
    prefetch(p, far_ahead);
    const std::size_t size = std::min(static_cast<std::size_t>(end - p), stretch);
    const std::uint64_t there = lowest(size);
    const __m512i text = _mm512_maskz_loadu_epi8(there, p);
    const std::uint64_t backslashes = _mm512_cmpeq_epi8_mask(text, backslash);
    const std::uint64_t escaped = escaped_by(backslashes);
    const std::uint64_t escapes = backslashes & ~escaped;
    const __m512i meant = _mm512_permutex2var_epi8(low, text, high);
    const std::uint64_t strange =
        escaped & (_mm512_testn_epi8_mask(meant, meant) | _mm512_movepi8_mask(text));
    // Escapes that are longer or broken, and one that is cut off at the end.
    const std::uint64_t hard = strange >> 1 | (escapes & there & ~(there >> 1));
    const std::size_t done = hard == 0 ? size : static_cast<std::size_t>(std::countr_zero(hard));
    const std::uint64_t kept = lowest(done) & ~escapes;
    const __m512i out =
        _mm512_maskz_compress_epi8(kept, _mm512_mask_blend_epi8(escaped, text, meant));
    const auto written = static_cast<std::size_t>(std::popcount(kept));
    if (size == stretch) {
      _mm512_storeu_si512(to, out);
    } else {
      _mm512_mask_storeu_epi8(to, lowest(written), out);
    }
    to += written;
    p += done;
    if (hard != 0 && !read_escape(p, end, to)) return {to, p};
  }
  return {to, nullptr};
}

#else

bool has_vbmi2() noexcept { return false; }

Unescaped unescape_vbmi2(const char* p, const char* end, char* to) noexcept {
  return unescape_anywhere(p, end, to);
}

#endif

}  // namespace codex::protocol::detail
