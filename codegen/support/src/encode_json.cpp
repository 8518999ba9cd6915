#include <codex/protocol/support/codec.hpp>

#include "encoder.hpp"
#include "failure.hpp"
#include "json_source.hpp"
#include "utf8.hpp"

namespace codex::protocol::detail {

namespace {

/// A place in a tree.
class JsonOut {
 public:
  explicit JsonOut(Json& place) noexcept : place_(&place) {}

  void null() { *place_ = nullptr; }
  void boolean(bool value) { *place_ = value; }
  void integer(std::int64_t value) { *place_ = value; }
  void integer(std::uint64_t value) { *place_ = value; }
  void number(double value) { *place_ = value; }
  void string(std::string_view value) { *place_ = readable(value); }
  void json(const Json& value, std::size_t depth) {
    check_depth(value, depth);
    *place_ = value;
  }

  class Object {
   public:
    explicit Object(Json& place) : place_(&place) { place = Json::object(); }
    JsonOut member(std::string_view name) { return JsonOut((*place_)[std::string(name)]); }
    JsonOut entry(std::string_view key) { return JsonOut((*place_)[readable(key)]); }
    void close() {}

   private:
    Json* place_;
  };
  Object object() { return Object(*place_); }

  class List {
   public:
    List(Json& place, std::size_t size) : list_(&make(place)) { list_->reserve(size); }
    JsonOut element() { return JsonOut(list_->emplace_back()); }
    void close() {}

   private:
    static Json::array_t& make(Json& place) {
      place = Json::array();
      return place.get_ref<Json::array_t&>();
    }
    Json::array_t* list_;
  };
  List list(std::size_t size) { return {*place_, size}; }

 private:
  static std::string readable(std::string_view text) {
    std::string out(text);
    if (!is_utf8(out)) out = replace_not_utf8(out);
    return out;
  }

  Json* place_;
};

}  // namespace

Json encode_json(const TypeInfo& type, const void* value) {
  try {
    Json json;
    Encoder<JsonOut>::value(JsonOut(json), type, value, 0);
    return json;
  } catch (const Failure& failure) {
    throw CodexError(failure.error().problem());
  }
}

}  // namespace codex::protocol::detail
