// Walks tests/data/secrets.json through every way out of the SDK.

#include "support/secrets.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <codex/errors.hpp>
#include <codex/turn.hpp>

#include "mask/mask.hpp"
#include "support/messages.hpp"
#include "testing/scripted/ledger.hpp"
#include "testing/temp_dir.hpp"
#include "transport/text_tail.hpp"
#include "wire/wire_log.hpp"

namespace codex::detail {
namespace {

using testing::contains;
using testing::harmless_texts;
using testing::Hidden;
using testing::Secret;
using testing::secrets;

/// Walks the list through one way out.
template <class Exit>
void check_hidden(const Exit& exit) {
  std::size_t leaks = 0;
  for (const Secret& secret : secrets()) {
    const std::string out = exit(secret.text);
    for (const Hidden& hidden : secret.hides) {
      INFO(secret.text);
      CHECK_MESSAGE(!contains(out, hidden.text), out);
      if (contains(out, hidden.text)) ++leaks;
    }
  }
  MESSAGE(secrets().size() << " texts, " << leaks << " leaks");
}

std::string text_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// What a wire log holds after `write` has written to it; each line is JSON.
template <class Write>
std::string logged(const Write& write) {
  const testing::detail::TempDir folder("codex-test-");
  const auto file = folder.path() / "wire.jsonl";
  {
    WireLog log(file.string());
    write(log);
  }
  return text_of(file);
}

std::vector<Json> lines_of(const std::string& log) {
  std::vector<Json> lines;
  for (std::size_t begin = 0; begin < log.size();) {
    const std::size_t end = std::min(log.find('\n', begin), log.size());
    lines.push_back(Json::parse(log.substr(begin, end - begin)));
    begin = end + 1;
  }
  return lines;
}

std::string delta_line(const char* method, const std::string& delta) {
  const Json params{{"delta", delta}, {"itemId", "i"}, {"threadId", "t"}, {"turnId", "u"}};
  return Json{{"method", method}, {"params", params}, {"emittedAtMs", 12}}.dump(
      -1, ' ', false, Json::error_handler_t::replace);
}

std::string join_deltas(const std::string& log) {
  std::string text;
  for (const Json& line : lines_of(log)) {
    text += line.at("msg").at("params").at("delta").get<std::string>();
  }
  return text;
}

/// Pieces of so many bytes, but no character in two.
std::vector<std::string> cut(const std::string& text, std::size_t first, std::size_t step) {
  const auto is_inside = [&](std::size_t at) {
    return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80;
  };
  std::vector<std::string> pieces;
  for (std::size_t begin = 0, end = first; begin < text.size(); begin = end, end += step) {
    while (is_inside(end)) ++end;
    pieces.push_back(text.substr(begin, end - begin));
    end = std::min(end, text.size());
  }
  return pieces;
}

std::string streamed(const std::vector<std::string>& pieces) {
  return join_deltas(logged([&](WireLog& log) {
    for (const auto& piece : pieces) {
      log.message(Direction::recv, delta_line("item/agentMessage/delta", piece));
    }
  }));
}

/// Any eight consecutive letters of it reveal too much.
bool shows_part_of(const std::string& out, const Hidden& hidden) {
  constexpr std::size_t width = 8;
  const std::string secret = hidden.text.substr(hidden.from);
  if (secret.size() <= width) return contains(out, secret);
  for (std::size_t at = 0; at + width <= secret.size(); ++at) {
    if (contains(out, secret.substr(at, width))) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("the mask hides every secret of the list, and changes nothing when used again") {
  check_hidden([](const std::string& text) { return mask_secrets(text); });
  for (const Secret& secret : secrets()) {
    const std::string once = mask_secrets(secret.text);
    INFO(secret.text);
    CHECK(mask_secrets(once) == once);
    CHECK(once != secret.text);
    if (Json::accept(secret.text)) CHECK_MESSAGE(Json::accept(once), once);
  }
}

TEST_CASE("the mask leaves harmless texts of the list as they are") {
  for (const std::string& text : harmless_texts()) CHECK(mask_secrets(text) == text);
}

TEST_CASE("deltas of harmless texts stay as they are") {
  for (const std::string& text : harmless_texts()) {
    if (text.starts_with('{')) continue;  // JSON is known for such when it is whole
    std::vector<std::string> words;
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = std::min(text.find(' ', begin + 1), text.size());
      words.push_back(text.substr(begin, end - begin));
      begin = end;
    }
    CHECK(streamed(words) == text);
  }
}

TEST_CASE("errors show no secret of the list") {
  SUBCASE("of the runtime's answers") {
    check_hidden([](const std::string& text) {
      return std::string(InvalidRequestError(-32600, text).what());
    });
  }
  SUBCASE("of a lost connection") {
    check_hidden([](const std::string& text) {
      const TransportClosedError error(text, {}, text);
      return error.what() + error.stderr_tail();
    });
  }
  SUBCASE("of turns") {
    check_hidden([](const std::string& text) {
      TurnResult result{};
      result.status = protocol::TurnStatus::failed;
      result.error = protocol::TurnError{.message = text};
      return std::string(TurnFailedError(result).what());
    });
  }
  SUBCASE("of answers that do not fit") {
    check_hidden([](const std::string& text) {
      const OutputParseError error("", text, TurnResult{});
      return error.what() + error.problem();
    });
  }
}

TEST_CASE("what a runtime writes to stderr shows no secret of the list") {
  check_hidden([](const std::string& text) {
    TextTail tail;
    for (const auto& piece : cut("line\n" + text + "\nlast\n", 7, 7)) tail.append(piece);
    return tail.last_lines();
  });
}

TEST_CASE("problems of a ScriptedServer show no secret of the list") {
  check_hidden([](const std::string& text) {
    testing::detail::Ledger ledger;
    ledger.complain("the client sent no message: " + text);
    return ledger.problems().front();
  });
}

TEST_CASE("excerpts show no secret of the list") {
  check_hidden([](const std::string& text) { return excerpt(text, 2000); });
  // Cut in the middle.
  check_hidden([](const std::string& text) {
    return excerpt(std::string(4000 - text.size() / 2, ' ') + text) + excerpt(text);
  });
}

TEST_CASE("a wire log shows no secret of the list, and each of its lines is JSON") {
  const auto log_of = [](const std::string& text) {
    const std::string log = logged([&](WireLog& wire) {
      const Json params{{"text", text}, {"nested", Json{{"text", text}}.dump()}};
      wire.message(Direction::recv, Json{{"method", "m"}, {"params", params}}.dump());
      if (Json::accept(text) && text.starts_with("{")) wire.message(Direction::send, text);
      wire.garbage(Direction::recv, text);
    });
    (void)lines_of(log);
    return log;
  };
  check_hidden([&](const std::string& text) {
    std::string out = log_of(text);
    // As a reader sees it, too.
    for (const Json& line : lines_of(out)) {
      if (line.at("msg").contains("params")) out += line["msg"]["params"].at("text");
    }
    return out;
  });
}

TEST_CASE("a wire log shows no secret that deltas bring in parts") {
  std::size_t ways = 0;
  for (const Secret& secret : secrets()) {
    if (secret.is_only_whole) continue;
    const std::size_t step = std::max<std::size_t>(1, secret.text.size() / 3);
    std::vector<std::vector<std::string>> all = {cut(secret.text, 1, 1), cut(secret.text, 3, 3)};
    for (std::size_t first = 1; first < secret.text.size(); first += step) {
      all.push_back(cut(secret.text, first, secret.text.size()));
    }
    for (const auto& pieces : all) {
      const std::string out = streamed(pieces);
      ++ways;
      for (const Hidden& hidden : secret.hides) {
        INFO(secret.text << "\nin " << pieces.size() << ", first " << pieces.front());
        CHECK_MESSAGE(!shows_part_of(out, hidden), out);
      }
    }
  }
  MESSAGE(ways << " ways to cut");
}

}  // namespace codex::detail
