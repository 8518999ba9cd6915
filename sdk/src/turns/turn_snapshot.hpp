#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <codex/notification.hpp>

namespace codex::detail {

/// A turn as `thread/turns/list` has it.
struct TurnSnapshot {
  std::string id;
  bool is_running = false;  // as far as the runtime has noted it
  /// The items that are complete, each as the `item/completed` that told of it.
  std::vector<Notification> items = {};
};

/// The first turn of a page of `thread/turns/list`; nothing on an empty page. Throws DecodeError
/// where it has no id.
[[nodiscard]] std::optional<TurnSnapshot> first_turn_of_page(const std::string& thread_id,
                                                             std::string_view page);

}  // namespace codex::detail
