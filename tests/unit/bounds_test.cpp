#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

namespace {

/// A row of docs/bounds.md, by its first cell, and the test cases that reach its limit.
struct Probe {
  std::string row;
  std::vector<std::string> tests;
};

const std::vector<Probe>& probes() {
  static const std::vector<Probe> all = {
      // Every wait
      {"`Codex(...)`: starting the process", {"what cannot be started says why"}},
      {"`Codex(...)`: handshake", {"every wait survives every fault, and nothing is left behind"}},
      {"the first call on an `AsyncCodex`",
       {"a call that waits for the start of the client heeds its own stop token and time limit"}},
      {"any request, `steer`, `interrupt`, the wait for their turn to begin included",
       {"a deadline ends the wait, and the answer that follows is dropped",
        "a stop request ends the wait, and the answer that follows is dropped",
        "a request that waits its turn too long is never sent"}},
      {"`thread.turn`, `thread.review`: the start",
       {"a turn whose start was given up is ended when it begins all the same"}},
      {"`thread.goal`: the first turn",
       {"a start of a goal that is stopped when its turn is there has it paused"}},
      {"`run()`, `TurnStream::next`",
       {"a turn that takes too long is interrupted, and the error carries what was collected",
        "a runtime that is silent about a turn for too long ends the wait"}},
      {"`run_as`, with its `output_retries`",
       {"the model is told what was wrong, and may answer again"}},
      {"the repetition of requests that a crowded runtime refused, where the client attached",
       {"a pause ends no later than the request's time, and there is an end to pauses",
        "requests to a runtime of our own, and large ones, are not sent again"}},
      {"requests of the runtime that are remembered, so that a copy is not handled again",
       {"the record of requests is bounded, and forgets the oldest first"}},
      {"the pause of `retry_on_overload`",
       {"the pauses double up to the longest", "a stop request ends the pause at once"}},
      {"the exit status of a runtime that closed its stdout",
       {"a process that closes stdout but lives: the call fails at once, the process is ended"}},
      {"an answer to a request of the runtime",
       {"a handler that is too slow is told to stop, and what it answers then is dropped"}},
      {"`Promise::future`",
       {"a promise that is destroyed unset tells those who wait",
        "a stop ends the wait for a promise, which may still be set and awaited"}},
      {"`EventLoop::run`",
       {"a stop ends one run: the present one, or the next",
        "a stop of an event loop stops its task, and the run ends when the task has"}},
      {"`close`, `~Codex`",
       {"closing: a deaf child is killed in time, with all its kin",
        "a handler that does not end is left behind, and harms nobody"}},
      // Every queue
      {"events of one turn that a stream, or a handle that was not streamed or run yet, has not "
       "read",
       {"a full log drops the oldest deltas first, and counts them",
        "then the rest, but never what the result is made of"}},
      {"items of one turn's result",
       {"items beyond the limit of a result are dropped, the oldest first, and counted",
        "small items of a turn's result count with what they cost"}},
      {"turns of a thread that begin before the answer to a start of ours",
       {"turns that begin before the answer to a start are so many at most",
        "so are the bytes of these turns together"}},
      {"`Codex(...)`: connection and upgrade at an `endpoint`, TLS and ssh included",
       {"what accepts a connection and says nothing is given up when the time is up",
        "a handshake that takes too long ends in time",
        "ssh that hangs is ended when the time is up",
        "one deadline holds for the connection and for the handshake"}},
      {"what ssh writes before the runtime answers",
       {"where ssh does not lead to a runtime, the error says what to do"}},
      {"`RuntimeServer(...)`: until it listens",
       {"a program that never listens is ended when the time is up"}},
      {"an attached runtime that gives no sign of life",
       {"a runtime that gives no sign of life is given up"}},
      {"a connection that was cut, until it is made again",
       {"a connection that stays cut is gone when its time or its attempts are up"}},
      {"a `turn/start` that was cut before its answer",
       {"a turn/start that never arrived is said to be not started, and is not sent again"}},
      {"a turn that was cut and whose record has no end",
       {"a turn is lost with its runtime, and its thread goes on in the next one"}},
      {"a thread that another process of the runtime holds after a cut",
       {"a thread that another process holds is resumed when that lets it go, or is lost"}},
      {"what comes of a thread that is being resumed after a cut",
       {"deltas beyond the limit of what waits are dropped, and no text is lost"}},
      {"threads that are resumed after a cut", {"so many threads are resumed and no more"}},
      {"requests of a runtime that are known when it asks again after a cut",
       {"the requests that are remembered are limited, and those without an answer stay longest"}},
      {"notifications of no turn", {"a stream keeps what nobody has read yet for whoever comes"}},
      {"requests in flight",
       {"at most 64 requests are in flight, the rest follow in order",
        "the reserve for such requests has an end, too, and they go first when there is room"}},
      {"requests that wait their turn", {"requests that wait their turn have a limit too"}},
      {"messages sent that the runtime has not read",
       {"a child that does not read makes send fail, not block"}},
      {"one message of the runtime",
       {"a line without end closes the connection",
        "an answer that is too large is its call's error, and nobody else's",
        "a notification that is too large is dropped and counted, in its turn or in general",
        "a request of the runtime that is too large is refused, and the app is told",
        "of many members the first ones are left, and the ids that follow them"}},
      {"stdout before the first message",
       {"a program that writes without end before any message is no runtime"}},
      {"handlers that run at once",
       {"requests beyond what can run and wait are refused, and the app is told"}},
      {"requests that wait for a handler",
       {"requests beyond what can run and wait are refused, and the app is told",
        "requests of the runtime hold so many bytes at most while they have no answer"}},
      {"requests whose handlers are coroutines",
       {"coroutines that go on after their request was settled count as well"}},
      {"problems not yet passed to `on_problem`",
       {"problems beyond those that the app is slow to hear of are lost"}},
      {"`item/started` kept for requests that do not say what they are about",
       {"of started items only so many are kept, and so many bytes, but always the latest"}},
      {"ids of items that turns have used",
       {"the ids of items are forgotten with the oldest turns, which get no new ones after that",
        "items of turns that never end are bounded in number and bytes"}},
      {"requests about items that the runtime has not resolved; turns that asked about one id "
       "twice "
       "at once",
       {"past as many requests as may be open, and as many turns, none gets a yes"}},
      {"folders that an agent can write or wrote in; places where a thread works",
       {"past the limits everything counts as writable"}},
      {"entries of the home folder in which hidden links are looked for",
       {"a home folder with more entries than are looked at counts as written"}},
      {"threads whose sandbox is known; threads that work though it is not",
       {"past the limits everything counts as writable"}},
      {"commands that `allow_commands` accepted with `may_run_code_it_finds`, and that run",
       {"past the limits everything counts as writable"}},
      {"conditions of one answer (`HandlerContext::only_if`)",
       {"an answer with more conditions than the limit does not hold"}},
      {"output to a `Screen` while a person is asked",
       {"a screen holds back no more than its limit, and says how much it left out"}},
      {"a question on the terminal",
       {"what is too long to be read is declined unread",
        "a small terminal is asked what fits on it, and nothing else"}},
      {"a line that a person types", {"a line that is longer than a person's is no answer"}},
      {"texts whose deltas the wire log masks as a whole",
       {"of the texts that come in pieces the 256 latest are remembered",
        "a text that comes letter by letter takes no more than a screen of it at a time"}},
      {"an error response's message in `what()`",
       {"of a message that is very long what() shows the beginning"}},
      {"a call of the mask",
       {"long texts take linear time", "JSON inside a JSON string is seen through"}},
      {"functions that wait in an `EventLoop`",
       {"an event loop holds a million functions, and refuses the next"}},
      {"logins that ended before anyone asked",
       {"early logins that nobody asks for do not pile up",
        "logins that ended before anyone asked hold so many bytes at most"}},
      {"ended turns that are remembered",
       {"of the turns that ended, and of those of a goal, the latest 256 are remembered"}},
      {"turns of a goal that are remembered",
       {"of the turns that ended, and of those of a goal, the latest 256 are remembered"}},
      {"questions at a `Desk`",
       {"a desk declines what is too much, and forgets nothing that waits"}},
      {"token usages of a turn's responses",
       {"of many responses the latest 1000 usages are kept, and all are counted"}},
      {"the end of stderr",
       {"the tail has 40 lines at most", "the tail has 2000 bytes at most, and whole characters"}},
      {"what `MockModel` records",
       {"a mock remembers the latest requests, and counts those that it dropped",
        "a mock remembers so many bytes of requests, and always the newest"}},
      {"what `ScriptedServer` records",
       {"what the tests of an app are fed is recorded up to a limit"}},
      // What comes from outside
      {"levels of nesting, in all incoming JSON",
       {"codec: 256 levels and no more, in text and in trees",
        "an answer that nests too deep is its call's error, and nobody else's",
        "a notification that nests too deep is kept as its text, wherever it does",
        "a turn keeps what nests too deep as text, and its end is not taken for a good one",
        "a request of the runtime that nests too deep is refused, and the app is told"}},
      {"the id of a thread, turn, login or item", {"an id that is too long counts as absent"}},
      {"the id and the method of a request of the runtime",
       {"a request whose id or method is too long is refused"}},
      {"values tried for variants within variants, in tool arguments and answers that are read as "
       "structs",
       {"alternatives within alternatives are read in bounded time, and never deeper than 256"}},
      // What the tools read
      {"`codex-codegen`: a file of the schema",
       {"test_nothing_nests_deeper_than_any_schema_does",
        "test_what_is_larger_than_any_schema_is_refused"}},
      {"`codex-codegen`: schemas in schemas, through references",
       {"test_no_chain_of_references_is_longer_than_any_schemas"}},
      {"`codex-codegen`: alternatives in one place, those of alternatives included",
       {"test_alternatives_that_double_at_every_step_are_any_json"}},
      {"`fetch_runtime`, `stage_runtime`: a package",
       {"test_a_package_that_unpacks_to_more_than_any_runtime_is_refused"}},
  };
  return all;
}

std::string read_file(const std::filesystem::path& file) {
  std::ifstream in(file);
  REQUIRE_MESSAGE(in, "cannot read " << file);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// The first cells of all tables of the page, without their headings.
std::vector<std::string> rows_of(const std::filesystem::path& page) {
  std::ifstream in(page);
  REQUIRE_MESSAGE(in, "cannot read " << page);
  std::vector<std::string> rows;
  bool is_in_table = false;
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with("| ")) {
      is_in_table = is_in_table && line.starts_with("|---");
      if (line.starts_with("|---")) is_in_table = true;
      continue;
    }
    if (is_in_table) rows.push_back(line.substr(2, line.find(" |", 2) - 2));
  }
  return rows;
}

/// The names of all test cases, as the sources have them.
std::set<std::string> test_names(const std::filesystem::path& folder) {
  static const std::regex test_case(  // those of doctest, or of Python's unittest
      R"re(TEST_CASE(?:_FIXTURE\(\s*[\w:]+,\s*|\(\s*)"((?:[^"\\]|\\.)*)"(?:\s*"((?:[^"\\]|\\.)*)")?|def (test_\w+))re");
  std::set<std::string> names;
  for (const char* part : {"unit", "integration", "faults", "law", "codegen", "tools"}) {
    for (const auto& file : std::filesystem::directory_iterator(folder / part)) {
      const auto ending = file.path().extension();
      if (ending != ".cpp" && ending != ".py") continue;
      const std::string text = read_file(file.path());
      for (std::sregex_iterator at(text.begin(), text.end(), test_case), end; at != end; ++at) {
        names.insert(at->str(1) + at->str(2) + at->str(3));
      }
    }
  }
  return names;
}

}  // namespace

TEST_CASE("every row of docs/bounds.md has a test that reaches its limit") {
  const std::filesystem::path tests = TEST_SOURCES;
  const auto rows = rows_of(tests.parent_path() / "docs" / "bounds.md");
  CHECK(rows.size() > 30);
  for (const std::string& row : rows) {
    const bool has_probe =
        std::ranges::any_of(probes(), [&](const Probe& p) { return p.row == row; });
    CHECK_MESSAGE(has_probe,
                  "docs/bounds.md has a row without a test. Add to `probes` in "
                  "tests/unit/bounds_test.cpp:\n      {\"",
                  row, "\", {\"the name of a test case that reaches this limit\"}},");
  }
  const auto names = test_names(tests);
  for (const auto& [row, cases] : probes()) {
    CHECK_MESSAGE(
        std::ranges::count(rows, row) == 1, "docs/bounds.md has no row \"", row,
        "\", or has it twice: add it there, or take it out of tests/unit/bounds_test.cpp");
    CHECK_MESSAGE(!cases.empty(), "the row \"", row, "\" names no test");
    for (const std::string& name : cases) {
      CHECK_MESSAGE(names.contains(name), "the row \"", row,
                    "\" names a test case that is not there: \"", name, "\"");
    }
  }
}
