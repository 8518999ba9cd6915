#include <string>

#include <doctest/doctest.h>

#include <codex/printable.hpp>

using codex::printable;
using codex::printable_line;

TEST_CASE("printable text keeps letters of any script, line feeds and tabs") {
  const std::string text = "plain \u00e4\u00df \u6f22 \u0928\u093f \U0001f600\n\tand tabs\n";
  CHECK(printable(text) == text);
  CHECK(printable("").empty());
}

TEST_CASE("printable text spells out what controls a terminal") {
  CHECK(printable("\x1b[2J\x1b]0;title\x07") == "\\x1b[2J\\x1b]0;title\\x07");
  CHECK(printable("safe\r\x08\x7f") == "safe\\r\\x08\\x7f");
  CHECK(printable("\u009b2J\u0085") == "\\x9b2J\\x85");
  CHECK(printable("\x9b\x32J") == "\\x9b2J");  // C1 as a byte, which is no UTF-8
  CHECK(printable(std::string("\0\x0e\x0f", 3)) == "\\x00\\x0e\\x0f");
}

TEST_CASE("printable text spells out what reorders, joins, varies or does not show") {
  CHECK(printable("\u202e\u2066\u200e\u061c") == "\\u202e\\u2066\\u200e\\u061c");
  CHECK(printable("a\u200bb\u200dc\u2060d\ufeff") == "a\\u200bb\\u200dc\\u2060d\\ufeff");
  CHECK(printable("\ufe0f\U000e0100\u180b") == "\\ufe0f\\U000e0100\\u180b");
  CHECK(printable("\U000e0041\U000e007f") == "\\U000e0041\\U000e007f");
  CHECK(printable("\u2028\u2029\u00ad\u00a0\u3164\u2800") ==
        "\\u2028\\u2029\\xad\\xa0\\u3164\\u2800");
  CHECK(printable("\u0600\u06dd\u070f\U000110bd\U0001bca0") ==
        "\\u0600\\u06dd\\u070f\\U000110bd\\U0001bca0");
  CHECK(printable("\ue000\U000f0000\U0010fffd") == "\\ue000\\U000f0000\\U0010fffd");
  CHECK(printable("\ufdd0\ufffe\U0001ffff") == "\\ufdd0\\ufffe\\U0001ffff");
}

TEST_CASE("printable text spells out bytes that are not UTF-8") {
  CHECK(printable("\xff\xc3") == "\\xff\\xc3");
  CHECK(printable("\xc0\x9b") == "\\xc0\\x9b");           // too long for a control character
  CHECK(printable("\xe0\x80\x9b") == "\\xe0\\x80\\x9b");  // the same
  CHECK(printable("\xed\xa0\x80") == "\\xed\\xa0\\x80");  // a surrogate
  CHECK(printable("\xf4\x90\x80\x80") == "\\xf4\\x90\\x80\\x80");
  CHECK(printable("\xe2\x82\x1b[0m") == "\\xe2\\x82\\x1b[0m");  // cut off
}

TEST_CASE("a printable line has no second one") {
  CHECK(printable_line("a\nb\tc\r") == "a\\nb\\tc\\r");
  CHECK(printable_line("\u6f22") == "\u6f22");
}
