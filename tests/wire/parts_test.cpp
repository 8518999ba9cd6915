#include <cstddef>
#include <string>

#include <doctest/doctest.h>

#include <codex/protocol/support/codec.hpp>

#include "printable.hpp"
#include "verdict.hpp"

namespace codex::wire {
namespace {

namespace tables = protocol::detail;

// A type with a table that is wrong on purpose: two members share one place.
struct Lossy {
  std::string text;
  Extra extra;
  static const tables::ObjectInfo type_info;
};

constexpr tables::Field lossy_fields[] = {
    {"a", 0, true, &tables::string_type},
    {"b", 0, true, &tables::string_type},
};
const tables::ObjectInfo Lossy::type_info = tables::object(
    tables::named<Lossy>(tables::Kind::object, "Lossy"), lossy_fields, sizeof(std::string));

Verdict judged(const Json& json, Side from = Side::server) {
  return judge({.from = from, .type = &Lossy::type_info, .typed = &json});
}

}  // namespace

TEST_CASE("a message that comes back different is lost, and told where") {
  static_assert(sizeof(Lossy) == sizeof(std::string) + sizeof(Extra));
  CHECK(judged({{"a", "x"}, {"b", "x"}}).outcome == Verdict::Outcome::ok);
  const Verdict verdict = judged({{"a", "x"}, {"b", "y"}});
  CHECK(verdict.outcome == Verdict::Outcome::lost);
  CHECK(verdict.problem == "comes back different at /a (replace)");
}

TEST_CASE("a message of the client that comes back different is lost too") {
  CHECK(judged({{"a", "x"}, {"b", "y"}}, Side::client).outcome == Verdict::Outcome::lost);
  CHECK(judged({{"a", "x"}}, Side::client).outcome == Verdict::Outcome::misfit);
}

TEST_CASE("printable text leaves letters of any script alone and spells out the rest") {
  CHECK(printable("plain äß 漢 😀") == "plain äß 漢 😀");
  CHECK(printable("\x1b[0m\n\r\t\x7f") == R"(\x1b[0m\n\r\t\x7f)");
  CHECK(printable(std::string_view("\0", 1)) == R"(\x00)");
  CHECK(printable("\u0085\u009b\u200b\u2028\u202e\ufeff") == R"(\x85\x9b\u200b\u2028\u202e\ufeff)");
  CHECK(printable("\U000e0041") == R"(\U000e0041)");
  CHECK(printable("a\u00a0b\u00ad\u2800\u3164\ufe0f") == R"(a\xa0b\xad\u2800\u3164\ufe0f)");
}

TEST_CASE("printable text spells out bytes that are not UTF-8, one by one") {
  CHECK(printable("\xff\xc3") == R"(\xff\xc3)");
  CHECK(printable("\xc0\xaf") == R"(\xc0\xaf)");                  // too long for a slash
  CHECK(printable("\xed\xa0\x80") == R"(\xed\xa0\x80)");          // a surrogate
  CHECK(printable("\xf4\x90\x80\x80") == R"(\xf4\x90\x80\x80)");  // beyond Unicode
  CHECK(printable("\xe2\x82"
                  "a") == R"(\xe2\x82a)");  // cut off
}

TEST_CASE("printable text is cut between characters") {
  CHECK(printable("äöü", 3) == "äöü");
  CHECK(printable("äöüß", 3) == "äöü... (2 bytes more)");
  CHECK(printable("\n\n", 1) == R"(\n... (1 bytes more))");
}

}  // namespace codex::wire
