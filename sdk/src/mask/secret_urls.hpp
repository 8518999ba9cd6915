#pragma once

#include <optional>

#include "mask/find_secrets.hpp"
#include "mask/letters.hpp"

namespace codex::detail {

/// The secret in a URL's host or path, for a `://` at this position: a login with a password or a
/// long token, or the path of a webhook.
[[nodiscard]] std::optional<SecretPart> secret_of_url(const Letters& letters, std::size_t at,
                                                      Ending ending);

}  // namespace codex::detail
