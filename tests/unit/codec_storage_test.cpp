// Where values keep their parts: large ones elsewhere, unknown enum values too. And that decoding
// does not depend on what was decoded before.

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "codec_checks.hpp"

#if defined(__GNUC__)
#pragma GCC diagnostic ignored "-Winvalid-offsetof"  // as in the generated tables
#endif

namespace codec_types {
namespace {

using codex::protocol::decode;
using codex::protocol::encode;
using codex::protocol::operator==;
using namespace codex::protocol::detail;

struct Large {
  std::string name;
  std::int64_t numbers[20] = {};  // without a field: they make it large
  Optional<std::string> note = {};
  Extra extra = {};
  static const ObjectInfo type_info;
};
struct Small {
  std::string name;
  Extra extra = {};
  static const ObjectInfo type_info;
};
struct Either : Union<Either, Large, Small, Unknown> {
  using Union::Union;
  static const UnionInfo type_info;
};
struct Holder {
  Optional<Large> large = {};
  Optional<Either> either = {};
  Extra extra = {};
  static const ObjectInfo type_info;
};

constexpr Field large_fields[] = {
    {"name", offsetof(Large, name), true, type_of<std::string>()},
    {"note", offsetof(Large, note), false, type_of<Optional<std::string>>()},
};
const ObjectInfo Large::type_info =
    object(named<Large>(Kind::object, "Large"), large_fields, offsetof(Large, extra),
           OtherMembers::unforeseen, {.tag = "type", .tag_value = "large"});
constexpr Field small_fields[] = {
    {"name", offsetof(Small, name), true, type_of<std::string>()},
};
const ObjectInfo Small::type_info =
    object(named<Small>(Kind::object, "Small"), small_fields, offsetof(Small, extra),
           OtherMembers::unforeseen, {.tag = "type", .tag_value = "small"});
constexpr UnionArm either_arms[] = {{"large", type_of<Large>()}, {"small", type_of<Small>()}};
const UnionInfo Either::type_info =
    union_of<Either>("Either", UnionStyle::tagged, "type", either_arms);
constexpr Field holder_fields[] = {
    {"large", offsetof(Holder, large), false, type_of<Optional<Large>>()},
    {"either", offsetof(Holder, either), false, type_of<Optional<Either>>()},
};
const ObjectInfo Holder::type_info =
    object(named<Holder>(Kind::object, "Holder"), holder_fields, offsetof(Holder, extra));

static_assert(is_far<Large> && !is_far<Small>);
static_assert(sizeof(Either) < sizeof(Large));
static_assert(sizeof(Optional<Large>) == sizeof(void*));
static_assert(sizeof(Color) == sizeof(void*));

Large large(std::string name) { return {.name = std::move(name)}; }

TEST_CASE("codec: a copy of a union with a large arm is its own") {
  const Either either = large("first");
  Either copy = either;
  copy.as<Large>()->name = "second";
  CHECK(either.as<Large>()->name == "first");
  CHECK(either.data() == either.as<Large>());
  Either assigned = Small{.name = "third"};
  assigned = copy;
  assigned = *&assigned;
  CHECK(assigned == copy);
  CHECK(assigned != either);
}

TEST_CASE("codec: a union that was moved from holds an empty Unknown, whatever it held") {
  for (Either either : {Either(large("x")), Either(Small{.name = "x"})}) {
    const Either before = either;
    Either taken = std::move(either);
    CHECK(taken == before);
    CHECK(either.is<Unknown>());
    either = std::move(taken);
    CHECK(either == before);
    CHECK(encode(taken) == "null");
  }
}

TEST_CASE("codec: a union changes its arm from large to small and back") {
  Either either;
  either.emplace<Large>().name = "a";
  either.emplace<Large>().note = codex::null;
  CHECK(encode(either) == R"({"type":"large","name":"","note":null})");
  either.emplace<Small>().name = "b";
  CHECK(either.visit([](const Large& it) { return it.name; },
                     [](const Small& it) { return it.name; },
                     [](const Unknown&) { return std::string(); }) == "b");
  CHECK(either.emplace<Large>().name.empty());
}

TEST_CASE("codec: a large member tells absent, null and a value apart") {
  for (const char* text : {R"({})", R"({"large":null,"either":null})",
                           R"({"large":{"type":"large","name":"n","note":"m"},"either":null})",
                           R"({"either":{"type":"large","name":"n","new":1}})"}) {
    const Holder holder = comes_back<Holder>(text);
    Holder copy = holder;
    CHECK(encode(copy) == encode(holder));
    const Holder moved = std::move(copy);
    CHECK(encode(moved) == encode(holder));
    copy = moved;
    CHECK(copy == holder);
  }
}

TEST_CASE("optional: a large value comes and goes as a small one does") {
  Optional<Large> member = codex::null;
  CHECK(member.is_null());
  CHECK_FALSE(member.has_value());
  CHECK_THROWS_AS((void)member.value(), std::bad_optional_access);
  member = large("a");
  Optional<Large> copy = member;
  copy->name = "b";
  CHECK(member->name == "a");
  CHECK(copy.value_or(large("c")).name == "b");
  copy = *&copy;
  CHECK(copy->name == "b");
  copy.set_null();
  CHECK(copy.is_null());
  copy.emplace(large("d"));
  CHECK((*std::move(copy)).name == "d");
  copy = std::nullopt;
  CHECK(copy.is_absent());
}

TEST_CASE("optional: durations compare whatever their units") {
  using namespace std::chrono_literals;
  const codex::Optional<std::chrono::milliseconds> timeout = 5s;
  CHECK(timeout == 5'000ms);
  CHECK(timeout == 5s);
  CHECK_FALSE(timeout == 5min);
  CHECK_FALSE(codex::Optional<std::chrono::milliseconds>() == 0s);
}

TEST_CASE("optional: takes what lives within the value that it had") {
  struct Link {
    std::string name;
    char room[64] = {};
    std::unique_ptr<Optional<Link>> next;
  };
  Optional<Link> first;
  first.emplace().next = std::make_unique<Optional<Link>>();
  first->next->emplace().name = "second";
  first = std::move(*first->next);
  CHECK(first->name == "second");
}

TEST_CASE("optional: compares with std::optional, which does not know null") {
  CHECK(Optional<std::string>() == std::optional<std::string>());
  CHECK(Optional<std::string>(codex::null) == std::optional<std::string>());
  CHECK(Optional<std::string>("a") == std::optional<std::string>("a"));
  CHECK_FALSE(Optional<std::string>("a") == std::optional<std::string>("b"));
  CHECK_FALSE(std::optional<std::string>("a") == Optional<std::string>());
}

TEST_CASE("enum: an unknown value keeps its spelling through copies and moves") {
  Color unknown("purple");
  Color copy = unknown;
  CHECK(copy == unknown);
  CHECK_FALSE(copy.is_known());
  copy = Color::green;
  CHECK(copy.name() == "green");
  CHECK_FALSE(copy == unknown);
  copy = unknown;
  copy = *&copy;
  CHECK(copy.name() == "purple");
  const Color taken = std::move(copy);
  CHECK(taken.name() == "purple");
  CHECK(copy.is_known());  // still a value, as every moved-from one
  CHECK_FALSE(taken == Color("mauve"));
}

TEST_CASE("codec: the order of members may change from object to object") {
  const auto cards = decode<std::vector<Scalars>>(
      R"([{"flag":true,"i32":1,"text":"a"},{"text":"b","i32":2,"flag":false},{"i32":3,"x":4},)"
      R"({"i\u00332":5,"i64":6},{"flag":true,"text":"c","i32":7,"flag":false}])");
  REQUIRE(cards.size() == 5);
  CHECK(cards[0].text == "a");
  CHECK(cards[1].text == "b");
  CHECK(cards[1].i32 == 2);
  CHECK(cards[2].i32 == 3);
  CHECK(cards[2].extra.size() == 1);
  CHECK(cards[3].i32 == 5);
  CHECK(cards[3].i64 == 6);
  CHECK(cards[4].flag == false);
  CHECK(cards[4].text == "c");
}

TEST_CASE("codec: a list longer than the decoder looks ahead") {
  std::vector<Either> list(3000, Either(large("some name")));
  list[1234] = Small{.name = "x"};
  CHECK(decode<std::vector<Either>>(encode(list)) == list);
}

}  // namespace
}  // namespace codec_types
