#include "approvals/owned_request.hpp"

#include <optional>
#include <utility>

#include <codex/protocol/item.hpp>
#include <codex/protocol/mcp_server.hpp>
#include <codex/protocol/session.hpp>

namespace codex::detail {
namespace {

template <class T>
std::optional<T> copy_of(const T* value) {
  return value ? std::optional<T>(*value) : std::nullopt;
}

template <class T>
const T* pointer_to(const std::optional<T>& value) {
  return value ? &*value : nullptr;
}

HandlerContext with_stop(HandlerContext context, std::stop_token stop) {
  context.stop = std::move(stop);
  return context;
}

}  // namespace

struct OwnedRequest::Params {
  explicit Params(const approvals::Request& request)
      : command(copy_of(request.command)),
        file_change(copy_of(request.file_change)),
        permissions(copy_of(request.permissions)),
        elicitation(copy_of(request.elicitation)),
        apply_patch(copy_of(request.apply_patch)),
        exec_command(copy_of(request.exec_command)) {}

  std::optional<protocol::CommandExecutionRequestApprovalParams> command;
  std::optional<protocol::FileChangeRequestApprovalParams> file_change;
  std::optional<protocol::PermissionsRequestApprovalParams> permissions;
  std::optional<protocol::McpServerElicitationRequestParams> elicitation;
  std::optional<protocol::ApplyPatchApprovalParams> apply_patch;
  std::optional<protocol::ExecCommandApprovalParams> exec_command;
};

OwnedRequest::OwnedRequest(const approvals::Request& request, std::stop_token stop)
    : OwnedRequest(with_stop(request.context, std::move(stop)),
                   std::make_unique<const Params>(request)) {}

OwnedRequest::OwnedRequest(HandlerContext context, std::unique_ptr<const Params> params)
    : context_(std::move(context)),
      params_(std::move(params)),
      view_{.context = context_,
            .command = pointer_to(params_->command),
            .file_change = pointer_to(params_->file_change),
            .permissions = pointer_to(params_->permissions),
            .elicitation = pointer_to(params_->elicitation),
            .apply_patch = pointer_to(params_->apply_patch),
            .exec_command = pointer_to(params_->exec_command)} {}

OwnedRequest::~OwnedRequest() = default;

}  // namespace codex::detail
