#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <codex/protocol/support/codec.hpp>
#include <codex/protocol/support/message.hpp>
#include <codex/protocol/support/no_params.hpp>

/// Types with hand-written tables, one for each rule of the codec: the tests must not depend on the
/// current schema.
namespace codec_types {

using codex::Defaulted;
using codex::Extra;
using codex::Json;
using codex::Optional;
using codex::protocol::MethodMessage;
using codex::protocol::OpenEnum;
using codex::protocol::Union;
using codex::protocol::Unknown;
using codex::protocol::detail::EnumInfo;
using codex::protocol::detail::MessageInfo;
using codex::protocol::detail::ObjectInfo;
using codex::protocol::detail::UnionInfo;

using codex::protocol::operator==;

namespace known {
enum class Color : std::uint8_t { red, green };
enum class Literal : std::uint8_t { card };
}  // namespace known

struct Color : OpenEnum<Color, known::Color> {
  using OpenEnum::OpenEnum;
  using enum known::Color;
  static const EnumInfo type_info;
};

/// An enum of one value: how a schema spells a constant.
struct Literal : OpenEnum<Literal, known::Literal> {
  using OpenEnum::OpenEnum;
  using enum known::Literal;
  static const EnumInfo type_info;
};

struct Point {
  std::int64_t x = 0;
  std::optional<std::int64_t> y = {};
  Extra extra = {};
  static const ObjectInfo type_info;
};

struct Scalars {
  std::optional<bool> flag = {};
  std::optional<std::int32_t> i32 = {};
  std::optional<std::int64_t> i64 = {};
  std::optional<std::uint16_t> u16 = {};
  std::optional<std::uint32_t> u32 = {};
  std::optional<std::uint64_t> u64 = {};
  std::optional<double> number = {};
  std::optional<std::string> text = {};
  std::optional<Color> color = {};
  std::optional<Json> any = {};
  Extra extra = {};
  static const ObjectInfo type_info;
};

/// Each way for a member to be there or not.
struct Presence {
  std::string needed;
  std::optional<std::string> needed_or_null;
  std::optional<std::string> maybe = {};
  Optional<std::string> maybe_or_null = {};
  Defaulted<bool> standard = codex::by_default(true);
  Defaulted<std::vector<std::string>> standard_list = {};
  Extra extra = {};
  static const ObjectInfo type_info;
};

struct Nested {
  Point point;
  std::vector<Point> points;
  std::map<std::string, Point> by_name;
  std::vector<std::optional<std::int64_t>> holes = {};
  std::optional<Color> color;
  Extra extra = {};
  static const ObjectInfo type_info;
};

/// More members than `ObjectInfo::slots` takes.
struct Wide {
  static constexpr std::size_t count = 70;
  std::optional<std::int64_t> members[count] = {};
  Extra extra = {};
  static const ObjectInfo type_info;
};

struct TextPart {
  std::string text;
  Extra extra = {};
  static const ObjectInfo type_info;
};
struct PointPart {
  Point point;
  Extra extra = {};
  static const ObjectInfo type_info;
};
/// By the member `type`, with two members that both arms share.
struct Part : Union<Part, TextPart, PointPart, Unknown> {
  using Union::Union;
  std::string id = {};
  std::optional<std::int64_t> rank = {};
  static const UnionInfo type_info;
};

struct GranularPolicy {
  bool rules = false;
  Extra extra = {};
  static const ObjectInfo type_info;
};
struct NumberPolicy {
  std::int64_t number = 0;
  Extra extra = {};
  static const ObjectInfo type_info;
};
/// "red", {"granular": {...}} or {"number": 3}.
struct Policy : Union<Policy, Color, GranularPolicy, NumberPolicy, Unknown> {
  using Union::Union;
  static const UnionInfo type_info;
};
/// The same without the strings.
struct Wordless : Union<Wordless, GranularPolicy, Unknown> {
  using Union::Union;
  static const UnionInfo type_info;
};

struct RequestId : Union<RequestId, std::string, std::int64_t, Unknown> {
  using Union::Union;
  static const UnionInfo type_info;
};

struct Card {
  Literal kind;
  Point point;
  std::optional<Color> color = {};
  Extra extra = {};
  static const ObjectInfo type_info;
};
struct ClosedCard {
  Point point;
  Extra extra = {};
  static const ObjectInfo type_info;
};
struct LooseCard {
  Json point = {};
  Extra extra = {};
  static const ObjectInfo type_info;
};
/// Three kinds of objects, a list, a union of its own and a number.
struct Deck
    : Union<Deck, ClosedCard, Card, LooseCard, Part, std::vector<std::int64_t>, double, Unknown> {
  using Union::Union;
  static const UnionInfo type_info;
};

namespace methods {
struct Draw {
  static constexpr std::string_view method = "card/draw";
  using Params = Point;
};
struct Shuffle {
  static constexpr std::string_view method = "deck/shuffle";
  using Params = Point;
};
struct Close {
  static constexpr std::string_view method = "deck/close";
  using Params = codex::protocol::NoParams;
};
}  // namespace methods

/// `card/draw` needs its params, `deck/shuffle` does not, `deck/close` has none.
struct Request : MethodMessage {
  RequestId id = {};
  Optional<std::int64_t> sent_at = {};
  Extra extra = {};
  static const MessageInfo type_info;
};

}  // namespace codec_types
