#include <cmath>
#include <limits>

#include "codec_checks.hpp"

namespace codec_types {
namespace {

using codex::protocol::decode;
using codex::protocol::encode;

TEST_CASE("codec: integers to the ends of their ranges") {
  const auto low = comes_back<Scalars>(
      R"({"i32":-2147483648,"i64":-9223372036854775808,"u16":0,"u32":0,"u64":0})");
  CHECK(low.i32 == std::numeric_limits<std::int32_t>::min());
  CHECK(low.i64 == std::numeric_limits<std::int64_t>::min());
  const auto high = comes_back<Scalars>(
      R"({"i32":2147483647,"i64":9223372036854775807,"u16":65535,"u32":4294967295,
          "u64":18446744073709551615})");
  CHECK(high.i64 == std::numeric_limits<std::int64_t>::max());
  CHECK(high.u64 == std::numeric_limits<std::uint64_t>::max());
  CHECK(decode<std::int64_t>("-0") == 0);
  CHECK(decode<std::uint16_t>("-0") == 0);
}

TEST_CASE("codec: integers out of range are errors that name the range") {
  CHECK(error_of<std::uint16_t>("70000") == "expected integer from 0 to 65535, got 70000");
  CHECK(error_of<std::uint16_t>("-1") == "expected integer from 0 to 65535, got -1");
  CHECK(error_of<std::int32_t>("2147483648") ==
        "expected integer from -2147483648 to 2147483647, got 2147483648");
  CHECK(error_of<std::uint32_t>("4294967296") ==
        "expected integer from 0 to 4294967295, got 4294967296");
  CHECK(error_of<std::int64_t>("9223372036854775808") ==
        "expected integer from -9223372036854775808 to 9223372036854775807, "
        "got 9223372036854775808");
  CHECK(error_of<std::uint64_t>("-1") == "expected integer from 0 to 18446744073709551615, got -1");
  // A tree has only its double.
  CHECK_THROWS_WITH((void)decode<std::uint64_t>("18446744073709551616"),
                    "expected integer from 0 to 18446744073709551615, got 18446744073709551616");
  CHECK_THROWS_WITH((void)decode<std::int64_t>("-" + std::string(400, '9')),
                    ("expected integer from -9223372036854775808 to 9223372036854775807, got -" +
                     std::string(56, '9') + "...")
                        .c_str());
}

TEST_CASE("codec: an integer is spelt as one") {
  CHECK(error_of<std::int64_t>("1.5") == "expected integer, got number 1.5");
  CHECK(error_of<std::int64_t>("1.0") == "expected integer, got number 1.0");
  CHECK_THROWS_WITH((void)decode<std::int64_t>("1e3"), "expected integer, got number 1e3");
  CHECK(error_of<std::int64_t>("true") == "expected integer, got boolean");
  CHECK(error_of<std::int64_t>("\"1\"") == "expected integer, got string");
}

TEST_CASE("codec: doubles come back to the bit") {
  for (const char* text : {"0.1", "-2.5e-10", "1.7976931348623157e+308", "5e-324", "0.0", "-0.0",
                           "123456789.125", "1e+22", "2.2250738585072014e-308"}) {
    CAPTURE(text);
    const auto value = decode<double>(text);
    const auto again = decode<double>(encode(value));
    CHECK(std::signbit(value) == std::signbit(again));
    CHECK(value == again);
    CHECK(value == Json::parse(text).get<double>());
  }
  CHECK(encode(0.1) == "0.1");
  CHECK(encode(3.0) == "3.0");
  CHECK(encode(1e100) == "1e+100");
}

TEST_CASE("codec: a double takes any number") {
  CHECK(decode<double>("3") == 3.0);
  CHECK(decode<double>("-3") == -3.0);
  CHECK(decode<double>("9007199254740993") == 9007199254740992.0);
  CHECK(decode<double>("18446744073709551616") == 18446744073709551616.0);
  CHECK(decode<double>("1e-999999") == 0.0);
  CHECK(decode<double>("-0." + std::string(400, '0') + "1") == 0.0);
  CHECK(decode<double>("0." + std::string(400, '0') + "1e401") == 1.0);
  CHECK(decode<double>("1" + std::string(400, '0') + "e-400") == 1.0);
  CHECK(decode<double>("1e-99999999999999999999") == 0.0);
  CHECK_THROWS_WITH((void)decode<double>("1e999"),
                    "expected a number in the range of double, got 1e999");
  CHECK_THROWS_WITH((void)decode<double>("-1e+99999999999999999999"),
                    "expected a number in the range of double, got -1e+99999999999999999999");
  CHECK_THROWS_WITH((void)decode<Json>(R"([0,{"a":[1e999]}])"),
                    "[1].a[0]: expected a number in the range of double, got 1e999");
  CHECK(error_of<double>("\"1\"") == "expected number, got string");
}

TEST_CASE("codec: what JSON cannot say of a double is written as null") {
  CHECK(encode(std::nan("")) == "null");
  CHECK(encode(std::numeric_limits<double>::infinity()) == "null");
}

TEST_CASE("codec: numbers follow JSON's grammar") {
  for (const char* text : {"01", "-01", "1.", ".5", "-", "+1", "1e", "1e+", "1.e1", "0x10", "1_0",
                           "NaN", "Infinity", "-Infinity", "1.5.5", "--1", "1e1.5", "00", "1-"}) {
    CAPTURE(text);
    CHECK_THROWS_AS((void)decode<double>(text), codex::DecodeError);
    CHECK_THROWS_AS((void)decode<Json>(text), codex::DecodeError);
    CHECK_THROWS_AS((void)decode<std::int64_t>(text), codex::DecodeError);
  }
  CHECK_THROWS_WITH((void)decode<Point>(R"({"x":01})"), "not JSON: invalid number at byte 5");
}

TEST_CASE("codec: integers of every length, and none with anything else in it") {
  const std::string digits = "12345678901234567890";
  for (std::size_t size = 1; size <= digits.size(); ++size) {
    const std::string text = digits.substr(0, size);
    CHECK(decode<std::uint64_t>(text) == std::stoull(text));
    CHECK(encode(decode<Json>(text)) == text);
    for (std::size_t place = 0; place < size; ++place) {
      for (const char c : {'/', ':', 'x', '-', '\x3f', '\x80'}) {
        std::string broken = text;
        broken[place] = c;
        if (place == 0 && c == '-' && size > 1) continue;
        CAPTURE(broken);
        CHECK_THROWS_AS((void)decode<std::uint64_t>(broken), codex::DecodeError);
      }
    }
  }
}

TEST_CASE("codec: any JSON keeps its integers") {
  const auto numbers = comes_back<Json>(
      "[0,-1,9223372036854775807,-9223372036854775808,18446744073709551615,1.0,2e2]");
  CHECK(numbers[2].get<std::int64_t>() == std::numeric_limits<std::int64_t>::max());
  CHECK(numbers[4].get<std::uint64_t>() == std::numeric_limits<std::uint64_t>::max());
  CHECK(numbers[5].is_number_float());
  CHECK(decode<Json>("-9223372036854775809").is_number_float());
  CHECK(decode<Json>(R"({"a":1,"a":[true,false,null,"x"]})") ==
        Json{{"a", {true, false, nullptr, "x"}}});
}

TEST_CASE("codec: booleans and literals are spelt in full") {
  CHECK(decode<bool>("true"));
  CHECK_FALSE(decode<bool>(" false\n"));
  for (const char* text :
       {"tru", "truee", "True", "fals", "falsey", "nul", "nulll", "t", R"(true"x")"}) {
    CAPTURE(text);
    CHECK_THROWS_AS((void)decode<bool>(text), codex::DecodeError);
    CHECK_THROWS_AS((void)decode<std::optional<bool>>(text), codex::DecodeError);
    CHECK_THROWS_AS((void)decode<Json>(text), codex::DecodeError);
  }
  CHECK(error_of<bool>("0") == "expected boolean, got number");
}

TEST_CASE("codec: an enum keeps what it does not know") {
  const auto known = comes_back<Color>("\"green\"");
  CHECK(known == Color::green);
  CHECK(known.is_known());
  const auto unknown = comes_back<Color>(R"("bl\u0075e")");
  CHECK_FALSE(unknown.is_known());
  CHECK(unknown.name() == "blue");
  CHECK(unknown == Color("blue"));
  CHECK(unknown != Color("violet"));
  CHECK(unknown != Color::red);
  CHECK(error_of<Color>("3") == "expected string, got number");
  CHECK(error_of<Color>("null") == "expected string, got null");

  Color copy = unknown;
  CHECK(copy.name() == "blue");
  copy = known;
  CHECK(copy.name() == "green");
  CHECK(static_cast<Color>(static_cast<known::Color>(77)).name().empty());
}

}  // namespace
}  // namespace codec_types
