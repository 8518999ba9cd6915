#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <codex/protocol/support/json.hpp>

#include "failure.hpp"
#include "json_type.hpp"
#include "number.hpp"

namespace codex::protocol::detail {

JsonType type_of_json(const Json& json) noexcept;
Number number_of_json(const Json& json) noexcept;

/// Throws Failure if the value, `depth` levels below the top, nests too deep. It recurses only
/// within the limit itself, so that no value exhausts the stack.
void check_depth(const Json& json, std::size_t depth);

/// A Json tree as the decoder reads it: the same interface as `TextSource`.
class JsonSource {
 public:
  using Mark = const Json*;

  explicit JsonSource(const Json& json) : node_(&json) {}

  [[nodiscard]] Mark mark() const noexcept { return node_; }
  void rewind(Mark mark) noexcept { node_ = mark; }

  [[nodiscard]] bool is(JsonType wanted) const { return type() == wanted; }
  [[nodiscard]] JsonType type() const { return type_of_json(*node_); }
  void null() {}
  bool boolean() { return node_->get<bool>(); }
  Number number() { return number_of_json(*node_); }
  [[nodiscard]] std::string number_text() const { return node_->dump(); }
  [[nodiscard]] bool is_whole() const { return node_->is_number_integer(); }

  void string(std::string& out) { out = node_->get_ref<const std::string&>(); }
  std::string_view string_view(std::string&) { return node_->get_ref<const std::string&>(); }

  static constexpr bool reads_on = false;
  template <class Each, class Failed>
  void members(Members, Each&& each, Failed&& failed) {
    const Json* object = node_;
    const auto& members = object->get_ref<const Json::object_t&>();
    for (auto member = members.begin(); member != members.end();) {
      try {
        for (; member != members.end(); ++member) {
          node_ = &member->second;
          each(std::string_view(member->first));
        }
      } catch (Failure& failure) {
        node_ = &member->second;
        failed(failure);
        ++member;
      }
    }
    node_ = object;
  }
  template <class Each>
  void members(Each&& each) {
    members_until([&](std::string_view name) {
      each(name);
      return false;
    });
  }
  template <class Each>
  void members_until(Each&& each) {
    const Json* object = node_;
    for (const auto& [name, value] : object->get_ref<const Json::object_t&>()) {
      node_ = &value;
      if (each(std::string_view(name))) return;
    }
    node_ = object;
  }
  /// `members` has gone back already.
  void rewind_to_member(std::string_view) noexcept {}
  static std::string_view name(std::string_view spelling, std::string&) { return spelling; }
  /// How many elements the next value, an array, has at least.
  [[nodiscard]] std::size_t elements_ahead() const noexcept { return node_->size(); }
  template <class Each>
  void elements(Each&& each) {
    const Json* list = node_;
    for (const Json& element : *list) {
      node_ = &element;
      each();
    }
    node_ = list;
  }

  void skip() {}

  Json json(std::size_t depth) const {
    check_depth(*node_, depth);
    return *node_;
  }
  const Json& tree(Json&, std::size_t depth) const {
    check_depth(*node_, depth);
    return *node_;
  }
  [[nodiscard]] static constexpr bool repeats() noexcept { return false; }

 private:
  const Json* node_;
};

}  // namespace codex::protocol::detail
