#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "testing/scripted/ledger.hpp"

namespace codex::testing::detail {

// Messages in the runtime's form, with "$thread" and "$turn" as ids.

/// The default answers without a script: `initialize` and `thread/start`.
[[nodiscard]] std::optional<Answer> standing_answer(const ScriptedRequest& request, Ledger& ledger);

[[nodiscard]] Json turn_json(std::string_view status);
[[nodiscard]] Json message_json(std::string_view id, std::string_view text);

/// The params of `item/started` and `item/completed`; `time` is the name of the member that
/// differs.
[[nodiscard]] Json item_json(Json item, const char* time);

}  // namespace codex::testing::detail
