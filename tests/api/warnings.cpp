// Public headers, ours and the generated ones, give no warning to programs that ask for many and
// find the headers by -I. Compiled, not run: here are those of our templates that a program fills
// with types of its own.

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "every_public_header.hpp"

namespace {

enum class Sky : std::uint8_t { clear, rain };
CODEX_DESCRIBE_ENUM(Sky, clear, rain)

struct Part {
  std::int8_t tiny = 0;
  std::uint64_t huge = 0;
  float share = 0;
};
CODEX_DESCRIBE(Part, tiny, (huge, "more"), share)

struct Whole {
  bool yes = true;
  std::string text;
  Sky sky = Sky::clear;
  std::vector<Part> list;
  std::array<std::uint16_t, 2> pair{};
  std::map<std::string, double> map;
  std::optional<unsigned char> maybe;
  std::variant<Part, std::string> one_of;
  codex::Json any;
};
CODEX_DESCRIBE(Whole, yes, text, sky, list, pair, map, maybe, one_of, any)

template <class T>
void use_optional(codex::Optional<T> member, T value) {
  member = value;
  member = codex::null;
  member = codex::Optional<T>(value);
  static_cast<void>(member == value || member == codex::Optional<T>() || member == codex::null);
  static_cast<void>(std::optional<T>(member.value_or(value)));
}

codex::Task<int> number() { co_return 1; }

codex::Task<void> coroutines() {
  auto [one, two] = co_await codex::when_all(number(), number());
  static_cast<void>(one + two);
  co_await codex::when_any(number(), number());
  co_await codex::with_timeout(number(), std::chrono::seconds(1));
  co_await codex::retry_on_overload([] { return number(); });
  std::vector<codex::Task<int>> numbers;
  co_await codex::when_all(std::move(numbers), {.at_most = 2});
  codex::Promise<std::string> name;
  name.set("Ada");
  static_cast<void>(co_await name.future());
  codex::Promise<> done;
  done.set();
  co_await done.future();
}

}  // namespace

void warnings_of_templates(codex::Codex& codex, codex::Thread& thread,
                           codex::protocol::ThreadItem& item) {
  use_optional<std::uint8_t>(1, 2);
  use_optional<std::uint32_t>(1, 2);
  use_optional<std::int64_t>(1, 2);
  use_optional<float>(1, 2);
  use_optional<bool>(true, false);
  use_optional<std::string>("a", "b");
  use_optional<std::vector<std::string>>({"a", "b"}, {});

  static_cast<void>(codex::schema_of<Whole>());
  static_cast<void>(codex::Json(Whole{}).get<Whole>());
  thread.run_as<Whole>("?");
  codex::sync_wait(coroutines());
  codex::EventLoop loop;
  loop.run(coroutines());
  static_cast<void>(loop.run([] { return number(); }));

  item.visit([](const auto&) {});
  const auto tools = {codex::tool("a", "", [](const Whole& whole) { return whole; }),
                      codex::tool("b", "", [](const Part&, const codex::ToolContext&) {}),
                      codex::tool("c", "", [](const codex::Json&) { return number(); })};
  for (const auto& model : codex.all<codex::protocol::requests::ModelList>()) {
    static_cast<void>(model.id + std::to_string(tools.size()));
  }
  const codex::Handlers handlers{
      .command_approval = [](const codex::protocol::CommandExecutionRequestApprovalParams&)
          -> codex::Task<codex::approvals::Decision> { co_return codex::approvals::accept(); },
      .other = [](std::string_view, const codex::Json&) { return codex::Json(); }};
  thread.set_handlers(handlers);
}
