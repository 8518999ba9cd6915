#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include <codex/handlers.hpp>

#include "handlers/request_kinds.hpp"

namespace codex::detail {

/// For the params of an item/tool/call: what runs the tool, or nullptr when there is none of that
/// name.
using ToolFinder = std::function<std::shared_ptr<HandlerBody>(std::string_view params)>;

/// Who answers the requests about one thread, where that is not the client.
struct ThreadHandlers {
  Handlers handlers = {};
  /// The thread's tools, which come before all other handlers.
  ToolFinder find_tool = {};
};

/// The handler of a request, and who is told when that goes wrong.
struct ChosenHandler {
  std::shared_ptr<HandlerBody> body;  // nullptr: nobody answers
  std::function<void(const HandlerProblem&)> on_problem;
};

/// All handlers of a client: its own and those of its threads. Thread-safe.
class HandlerBook {
 public:
  explicit HandlerBook(Handlers client) : client_(std::move(client)) {}

  [[nodiscard]] ChosenHandler choose(const RequestKind& kind, std::string_view thread_id,
                                     std::string_view params) const;

  /// What the thread has at present; empty when nothing.
  [[nodiscard]] std::shared_ptr<const ThreadHandlers> of_thread(std::string_view thread_id) const;

  /// Gives the thread these handlers, beside the tools that it has.
  void set_handlers(const std::string& thread_id, Handlers handlers);

  /// Gives the thread these tools, beside the handlers that it has.
  void set_tools(const std::string& thread_id, ToolFinder find_tool);

  /// The thread has nothing any more. Returns what it had, which may end the app's own objects.
  std::shared_ptr<const ThreadHandlers> take_thread(std::string_view thread_id);

  /// Puts back what the thread had, unless somebody else has changed it in the meantime.
  void restore(const std::string& thread_id, const std::shared_ptr<const ThreadHandlers>& changed,
               std::shared_ptr<const ThreadHandlers> before);

  /// No thread has anything any more.
  void clear() noexcept;

 private:
  using Entry = std::shared_ptr<const ThreadHandlers>;

  /// Replaces what the thread has by what `change` makes of it, which may be called repeatedly.
  void update(const std::string& thread_id, const std::function<Entry(const Entry&)>& change);
  [[nodiscard]] bool replace(const std::string& thread_id, const Entry& before, Entry after);

  const Handlers client_;
  mutable std::mutex mutex_;
  std::map<std::string, Entry, std::less<>> threads_;
};

}  // namespace codex::detail
