#include <codex/protocol/support/codec.hpp>

#include "decoder.hpp"
#include "text_source.hpp"

namespace codex::protocol::detail {

void decode_text(const TypeInfo& type, void* value, std::string_view text) {
  try {
    TextSource source(text);
    Decoder(source).value(type, value);
    source.finish();
  } catch (const Failure& failure) {
    throw failure.error();
  }
}

}  // namespace codex::protocol::detail
