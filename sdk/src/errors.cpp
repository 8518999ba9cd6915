#include <string>
#include <string_view>
#include <utility>

#include <codex/errors.hpp>

#include "mask/mask.hpp"

namespace codex {
namespace {

std::string describe_exit(const ExitStatus& status) {
  if (status.code) return "exit code " + std::to_string(*status.code);
  if (status.signal) return "ended by signal " + std::to_string(*status.signal);
  return {};
}

std::string describe_closed(std::string_view reason, const ExitStatus& status,
                            std::string_view advice) {
  std::string text = detail::mask_secrets(reason);
  if (const std::string exit = describe_exit(status); !exit.empty()) {
    text.append(" (").append(exit).append(")");
  }
  if (!advice.empty()) text.append(". ").append(detail::mask_secrets(advice));
  return text;
}

// For an unknown method, the runtime lists all its methods: about 4 kB that do not help.
std::string_view without_variants(std::string_view message) {
  return message.substr(0, message.find(", expected one of "));
}

/// A limit, since the I/O thread masks the text; nobody reads more than this.
constexpr std::size_t max_shown_message = std::size_t{64} * 1024;

std::string describe_rpc(std::int64_t code, std::string_view message) {
  const std::string_view whole = without_variants(message);
  const std::string_view shown = detail::beginning_of(whole, max_shown_message);
  std::string text = "JSON-RPC error " + std::to_string(code) + ": " + detail::mask_secrets(shown);
  const std::size_t left_out = whole.size() - shown.size();
  if (left_out > 0) text += "... " + std::to_string(left_out) + " bytes more";
  return text;
}

}  // namespace

TransportClosedError::TransportClosedError(std::string_view reason, ExitStatus exit_status,
                                           std::string stderr_tail, std::string_view advice)
    : InterruptedWork(describe_closed(reason, exit_status, advice)),
      exit_status_(exit_status),
      stderr_tail_(detail::mask_secrets(stderr_tail)) {}

TransportClosedError::TransportClosedError(const TransportClosedError& other,
                                           std::shared_ptr<const TurnResult> collected)
    : InterruptedWork(other.what(), std::move(collected)),
      exit_status_(other.exit_status_),
      stderr_tail_(other.stderr_tail_) {}

MessageTooLargeError::MessageTooLargeError(std::string_view method, std::size_t size,
                                           std::size_t limit)
    : CodexError("The response to " + std::string(method) + " has " + std::to_string(size) +
                 " bytes, more than CodexConfig::max_message_bytes allows (" +
                 std::to_string(limit) +
                 "). Raise that, or ask for less: a smaller page, a thread without its turns."),
      size_(size),
      limit_(limit) {}

JsonRpcError::JsonRpcError(std::int64_t code, std::string message, Json data)
    : CodexError(describe_rpc(code, message)),
      code_(code),
      message_(std::move(message)),
      data_(std::move(data)) {}

}  // namespace codex
