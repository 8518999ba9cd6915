#include "text_index.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include <simdjson.h>

#include "failure.hpp"
#include "spare.hpp"
#include "utf8.hpp"

namespace codex::protocol::detail {

struct TextIndex::Stage {
  std::unique_ptr<simdjson::internal::dom_parser_implementation> parser;
};

namespace {

using Stage = TextIndex::Stage;

/// The index has room for a token at each byte of the text. A thread keeps it if at most 4 MiB of
/// it were used, for texts of up to 64 MiB: the rest is only address space, since malloc maps
/// blocks of more than 32 MiB afresh.
constexpr std::size_t kept_tokens = std::size_t{1} << 20;
constexpr std::size_t mapped_capacity = std::size_t{1} << 23;
constexpr std::size_t kept_capacity = std::size_t{1} << 26;
constexpr std::size_t least_capacity = std::size_t{1} << 12;

/// What the last decode on this thread left for the next. A decode takes it, so a nested one on the
/// same stack simply makes its own.
thread_local Spare<std::unique_ptr<Stage>> spare_stage;

[[noreturn]] void fail(simdjson::error_code error, std::size_t byte) {
  throw Failure::not_json(simdjson::error_message(error), byte);
}

void reserve(Stage& stage, std::size_t size) {
  if (stage.parser && stage.parser->capacity() >= size) return;
  const std::size_t wanted = size <= kept_tokens ? std::bit_ceil(std::max(size, least_capacity))
                                                 : std::max(size, mapped_capacity);
  const auto error = stage.parser
                         ? stage.parser->set_capacity(wanted)
                         : simdjson::get_active_implementation()->create_dom_parser_implementation(
                               wanted, 1, stage.parser);
  if (error == simdjson::MEMALLOC) throw std::bad_alloc();
  if (error) fail(error, 0);
}

/// The first control character within a string; the size of the text if there is none.
std::size_t first_control_character(std::string_view text) {
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') in_string = !in_string;
    if (!in_string) continue;
    if (text[i] == '\\') ++i;
    if (i < text.size() && static_cast<unsigned char>(text[i]) < 0x20) return i;
  }
  return text.size();
}

/// simdjson's first stage names no place.
std::size_t place_of(simdjson::error_code error, std::string_view text) {
  if (error == simdjson::UTF8_ERROR) return first_not_utf8(text);
  if (error == simdjson::UNESCAPED_CHARS) return first_control_character(text);
  return text.size();
}

}  // namespace

TextIndex::TextIndex(std::string_view text) : stage_(spare_stage.take()) {
  if (!stage_) stage_ = std::make_unique<Stage>();
  if (text.empty()) fail(simdjson::EMPTY, 0);
  reserve(*stage_, text.size());
  const auto error = stage_->parser->stage1(reinterpret_cast<const std::uint8_t*>(text.data()),
                                            text.size(), simdjson::stage1_mode::regular);
  if (error) fail(error, place_of(error, text));
}

TextIndex::~TextIndex() {
  if (stage_->parser->capacity() > kept_capacity || tokens().size() > kept_tokens) return;
  spare_stage.leave(std::move(stage_));
}

std::span<const std::uint32_t> TextIndex::tokens() const noexcept {
  return {stage_->parser->structural_indexes.get(), stage_->parser->n_structural_indexes};
}

}  // namespace codex::protocol::detail
