#include "codec_types.hpp"

#include <array>
#include <cstddef>

#if defined(__GNUC__)
#pragma GCC diagnostic ignored "-Winvalid-offsetof"  // as in the generated tables
#endif

namespace codec_types {

using namespace codex::protocol::detail;

namespace {

constexpr std::string_view color_names[] = {"red", "green"};
constexpr std::string_view literal_names[] = {"card"};

constexpr Field point_fields[] = {
    {"x", offsetof(Point, x), true, type_of<std::int64_t>()},
    {"y", offsetof(Point, y), false, type_of<std::optional<std::int64_t>>()},
};

constexpr Field scalars_fields[] = {
    {"flag", offsetof(Scalars, flag), false, type_of<std::optional<bool>>()},
    {"i32", offsetof(Scalars, i32), false, type_of<std::optional<std::int32_t>>()},
    {"i64", offsetof(Scalars, i64), false, type_of<std::optional<std::int64_t>>()},
    {"u16", offsetof(Scalars, u16), false, type_of<std::optional<std::uint16_t>>()},
    {"u32", offsetof(Scalars, u32), false, type_of<std::optional<std::uint32_t>>()},
    {"u64", offsetof(Scalars, u64), false, type_of<std::optional<std::uint64_t>>()},
    {"number", offsetof(Scalars, number), false, type_of<std::optional<double>>()},
    {"text", offsetof(Scalars, text), false, type_of<std::optional<std::string>>()},
    {"color", offsetof(Scalars, color), false, type_of<std::optional<Color>>()},
    {"any", offsetof(Scalars, any), false, type_of<std::optional<Json>>()},
};

constexpr Field presence_fields[] = {
    {"needed", offsetof(Presence, needed), true, type_of<std::string>()},
    {"neededOrNull", offsetof(Presence, needed_or_null), true,
     type_of<std::optional<std::string>>()},
    {"maybe", offsetof(Presence, maybe), false, type_of<std::optional<std::string>>()},
    {"maybeOrNull", offsetof(Presence, maybe_or_null), false, type_of<Optional<std::string>>()},
    {"standard", offsetof(Presence, standard), false, type_of<Defaulted<bool>>()},
    {"standardList", offsetof(Presence, standard_list), false,
     type_of<Defaulted<std::vector<std::string>>>()},
};

constexpr Field nested_fields[] = {
    {"point", offsetof(Nested, point), true, type_of<Point>()},
    {"points", offsetof(Nested, points), true, type_of<std::vector<Point>>()},
    {"byName", offsetof(Nested, by_name), true, type_of<std::map<std::string, Point>>()},
    {"holes", offsetof(Nested, holes), true, type_of<std::vector<std::optional<std::int64_t>>>()},
    {"color", offsetof(Nested, color), true, type_of<std::optional<Color>>()},
};

/// `m0`, `m1`, ... `m69`.
constexpr auto wide_names = [] {
  std::array<std::array<char, 3>, Wide::count> names{};
  for (std::size_t i = 0; i < names.size(); ++i) {
    names[i] = {'m', static_cast<char>('0' + i / 10), static_cast<char>('0' + i % 10)};
  }
  return names;
}();
constexpr auto wide_fields = [] {
  std::array<Field, Wide::count> fields{};
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const auto offset = offsetof(Wide, members) + i * sizeof(std::optional<std::int64_t>);
    fields[i] = {{wide_names[i].data(), 3},
                 static_cast<std::uint32_t>(offset),
                 false,
                 type_of<std::optional<std::int64_t>>()};
  }
  return fields;
}();

constexpr Field text_part_fields[] = {
    {"text", offsetof(TextPart, text), true, type_of<std::string>()}};
constexpr Field point_part_fields[] = {
    {"point", offsetof(PointPart, point), true, type_of<Point>()}};
constexpr UnionArm part_arms[] = {{"text", type_of<TextPart>()}, {"point", type_of<PointPart>()}};
constexpr Field part_shared[] = {
    {"id", offsetof(Part, id), true, type_of<std::string>()},
    {"rank", offsetof(Part, rank), false, type_of<std::optional<std::int64_t>>()},
};

constexpr Field granular_fields[] = {
    {"rules", offsetof(GranularPolicy, rules), true, type_of<bool>()}};
constexpr Field number_fields[] = {
    {"number", offsetof(NumberPolicy, number), true, type_of<std::int64_t>()}};
constexpr UnionArm policy_arms[] = {{"", type_of<Color>()},
                                    {"granular", type_of<GranularPolicy>()},
                                    {"number", type_of<NumberPolicy>()}};
constexpr UnionArm wordless_arms[] = {{"granular", type_of<GranularPolicy>()}};
constexpr UnionArm request_id_arms[] = {{"", type_of<std::string>()},
                                        {"", type_of<std::int64_t>()}};

constexpr Field card_fields[] = {
    {"kind", offsetof(Card, kind), true, type_of<Literal>()},
    {"point", offsetof(Card, point), true, type_of<Point>()},
    {"color", offsetof(Card, color), false, type_of<std::optional<Color>>()},
};
constexpr Field closed_card_fields[] = {
    {"point", offsetof(ClosedCard, point), true, type_of<Point>()}};
constexpr Field loose_card_fields[] = {
    {"point", offsetof(LooseCard, point), true, type_of<Json>()}};
constexpr UnionArm deck_arms[] = {{"", type_of<ClosedCard>()},
                                  {"", type_of<Card>()},
                                  {"", type_of<LooseCard>()},
                                  {"", type_of<Part>()},
                                  {"", type_of<std::vector<std::int64_t>>()},
                                  {"", type_of<double>()}};

constexpr MethodInfo request_methods[] = {
    {"card/draw", MethodKind::request, type_of<Point>(), nullptr, true, false},
    {"deck/shuffle", MethodKind::request, type_of<Point>(), nullptr, false, false},
    {"deck/close", MethodKind::request, nullptr, nullptr, false, false},
};
constexpr Field request_fields[] = {
    {"id", offsetof(Request, id), true, type_of<RequestId>()},
    {"sentAtMs", offsetof(Request, sent_at), false, type_of<Optional<std::int64_t>>()},
};

}  // namespace

constinit const EnumInfo Color::type_info{named<Color>(Kind::enumeration, "Color"), color_names};
constinit const EnumInfo Literal::type_info{named<Literal>(Kind::enumeration, "Literal"),
                                            literal_names};
constinit const ObjectInfo Point::type_info =
    object(named<Point>(Kind::object, "Point"), point_fields, offsetof(Point, extra));
constinit const ObjectInfo Scalars::type_info =
    object(named<Scalars>(Kind::object, "Scalars"), scalars_fields, offsetof(Scalars, extra));
constinit const ObjectInfo Presence::type_info =
    object(named<Presence>(Kind::object, "Presence"), presence_fields, offsetof(Presence, extra));
constinit const ObjectInfo Nested::type_info =
    object(named<Nested>(Kind::object, "Nested"), nested_fields, offsetof(Nested, extra));
constinit const ObjectInfo Wide::type_info =
    object(named<Wide>(Kind::object, "Wide"), wide_fields, offsetof(Wide, extra));

constinit const ObjectInfo TextPart::type_info =
    object(named<TextPart>(Kind::object, "TextPart"), text_part_fields, offsetof(TextPart, extra),
           OtherMembers::unforeseen, {.tag = "type", .tag_value = "text"});
constinit const ObjectInfo PointPart::type_info = object(
    named<PointPart>(Kind::object, "PointPart"), point_part_fields, offsetof(PointPart, extra),
    OtherMembers::unforeseen, {.tag = "type", .tag_value = "point"});
constinit const UnionInfo Part::type_info =
    union_of<Part>("Part", UnionStyle::tagged, "type", part_arms, part_shared);

constinit const ObjectInfo GranularPolicy::type_info =
    object(named<GranularPolicy>(Kind::object, "GranularPolicy"), granular_fields,
           offsetof(GranularPolicy, extra), OtherMembers::unforeseen, {.wrapper = "granular"});
constinit const ObjectInfo NumberPolicy::type_info =
    object(named<NumberPolicy>(Kind::object, "NumberPolicy"), number_fields,
           offsetof(NumberPolicy, extra));
constinit const UnionInfo Policy::type_info =
    union_of<Policy>("Policy", UnionStyle::external, "", policy_arms);
constinit const UnionInfo Wordless::type_info =
    union_of<Wordless>("Wordless", UnionStyle::external, "", wordless_arms);
constinit const UnionInfo RequestId::type_info =
    union_of<RequestId>("RequestId", UnionStyle::shape, "", request_id_arms);

constinit const ObjectInfo Card::type_info =
    object(named<Card>(Kind::object, "Card"), card_fields, offsetof(Card, extra));
constinit const ObjectInfo ClosedCard::type_info =
    object(named<ClosedCard>(Kind::object, "ClosedCard"), closed_card_fields,
           offsetof(ClosedCard, extra), OtherMembers::closed);
constinit const ObjectInfo LooseCard::type_info =
    object(named<LooseCard>(Kind::object, "LooseCard"), loose_card_fields,
           offsetof(LooseCard, extra), OtherMembers::closed);
constinit const UnionInfo Deck::type_info =
    union_of<Deck>("Deck", UnionStyle::shape, "", deck_arms);

constinit const MessageInfo Request::type_info{
    object(named<Request>(Kind::message, "Request"), request_fields, offsetof(Request, extra)),
    request_methods};

}  // namespace codec_types
