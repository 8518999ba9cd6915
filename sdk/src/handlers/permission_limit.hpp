#pragma once

#include <codex/protocol/item.hpp>

namespace codex::detail {

/// Leaves of a grant what was asked for; true when that was less than all of it. A path below one
/// that was asked for is less, wherever `..` and symbolic links lead; what was asked to be denied
/// stays denied.
bool limit_to(const protocol::RequestPermissionProfile& asked,
              protocol::GrantedPermissionProfile& granted);

}  // namespace codex::detail
