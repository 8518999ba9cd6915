#include <codex/protocol/support/codec.hpp>

#include "encoder.hpp"
#include "failure.hpp"
#include "text_sink.hpp"

namespace codex::protocol::detail {

namespace {

/// The end of a text, where the next value goes.
class TextOut {
 public:
  explicit TextOut(TextSink& sink) noexcept : sink_(&sink) {}

  void null() { sink_->literal("null"); }
  void boolean(bool value) { sink_->literal(value ? "true" : "false"); }
  void integer(std::int64_t value) { sink_->integer(value); }
  void integer(std::uint64_t value) { sink_->integer(value); }
  void number(double value) { sink_->number(value); }
  void string(std::string_view value) { sink_->string(value); }
  void json(const Json& value, std::size_t depth) { sink_->json(value, depth); }

  class Object {
   public:
    explicit Object(TextSink& sink) : sink_(&sink) { sink.open('{'); }
    TextOut member(std::string_view name) { return sink_->member(name), TextOut(*sink_); }
    TextOut entry(std::string_view key) { return sink_->entry(key), TextOut(*sink_); }
    void close() { sink_->close('}'); }

   private:
    TextSink* sink_;
  };
  Object object() { return Object(*sink_); }

  class List {
   public:
    explicit List(TextSink& sink) : sink_(&sink) { sink.open('['); }
    TextOut element() { return sink_->element(), TextOut(*sink_); }
    void close() { sink_->close(']'); }

   private:
    TextSink* sink_;
  };
  List list(std::size_t) { return List(*sink_); }

 private:
  TextSink* sink_;
};

}  // namespace

std::string encode_text(const TypeInfo& type, const void* value) {
  try {
    TextSink sink;
    Encoder<TextOut>::value(TextOut(sink), type, value, 0);
    return sink.text();
  } catch (const Failure& failure) {
    throw CodexError(failure.error().problem());
  }
}

}  // namespace codex::protocol::detail
