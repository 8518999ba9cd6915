#pragma once

#include <optional>

#include "mask/find_secrets.hpp"
#include "mask/letters.hpp"

namespace codex::detail {

/// What must not be shown of a URL's host or path, when `://` stands at this place: who logs in
/// there, with a password or with something long in its place, and the path of a webhook.
[[nodiscard]] std::optional<SecretPart> secret_of_url(const Letters& letters, std::size_t at,
                                                      Ending ending);

}  // namespace codex::detail
