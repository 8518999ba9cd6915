#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "law/law.hpp"
#include "law/random.hpp"
#include "law/schema.hpp"

namespace law {

/// A place in an instance: what stands there, and why.
struct Place {
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  std::size_t parent = none;  // among the places; none: the value itself
  std::string key = {};       // how it is reached from there: by key, by index, or not at all
  std::size_t index = none;
  bool same_spot = false;  // what a union holds stands where the union stands
  Use use = {};
  const Member* member = nullptr;  // nullptr: an element, or the value itself
  bool required = false;           // of members
  bool loose = false;  // below a union that goes by looks: what does not fit makes it Unknown
};

/// A value that the schema allows, and the places within it, parents first.
struct Instance {
  Json value = {};
  std::vector<Place> places = {};

  [[nodiscard]] Json& at(Json& root, std::size_t place) const;
  [[nodiscard]] const Json& at(std::size_t place) const {
    return at(const_cast<Json&>(value), place);
  }
  /// As DecodeError and UnknownPart spell it.
  [[nodiscard]] std::string path(std::size_t place) const;
  /// The place of the object that a member is in.
  [[nodiscard]] std::size_t owner(std::size_t place) const;
  /// Whether `place` is `ancestor` or lies below it.
  [[nodiscard]] bool is_below(std::size_t place, std::size_t ancestor) const;
};

enum class Style { smallest, fullest, random };

/// Makes instances of one type. Alternatives and enum values come in turn, so that a few instances
/// have them all.
class Generator {
 public:
  Generator(const Schemas& schemas, const std::string& name);

  Instance make(Style style, std::uint64_t seed = 0);

  /// The alternatives and enum values of the type's own schema that no instance had yet.
  [[nodiscard]] std::size_t left_out() const;

 private:
  void note_choices(const Schemas& schemas, const Node& node);
  Json value(Use use, std::size_t place);
  Json put(const Place& place);
  Json text(const Node& node);
  Json integer(const Node& node);
  Json number();
  Json list(const Node& node, std::size_t place);
  Json map(const Node& node, std::size_t place);
  void members(const std::vector<Member>& members, Json& object, std::size_t place, bool required);
  Json object(const Node& node, std::size_t place);
  Json tagged(const Node& node, std::size_t place);
  Json external(const Node& node, std::size_t place);
  Json alternatives(const Node& node, std::size_t place);
  std::size_t turn(const Node& node, std::size_t count);
  std::size_t some();

  Use root_;
  std::string name_;
  Style style_ = Style::smallest;
  Random random_{0};
  std::vector<Place> places_;
  std::map<const Node*, std::size_t> turns_;
  std::map<const Node*, std::size_t> choices_;  // of the type's own schema
};

/// Lets members be absent that have their default, and the other way round.
MayGo defaults_of(const Instance& instance);

/// What the schema knows nothing of.
std::string any_text(Random& random);
Json any_json(Random& random, std::size_t depth);

}  // namespace law
