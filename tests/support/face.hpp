#pragma once

// The tests of the API are written once, against the names of `face`, and compiled twice:
// `face::Codex` is `codex::Codex`, and in `async_face_tests` a blocking `codex::AsyncCodex`.

#include <cstdlib>

#include <doctest/doctest.h>

#ifdef CODEX_TEST_ASYNC
#include "support/async_face.hpp"
#else
#include <codex/codex.hpp>
namespace face {
using codex::ChatgptLoginHandle;
using codex::Codex;
using codex::DeviceCodeLoginHandle;
using codex::NotificationStream;
using codex::Paged;
using codex::Thread;
using codex::TurnHandle;
using codex::TurnStream;
inline constexpr bool is_async = false;
}  // namespace face
#endif

namespace face {

/// For a test that does not depend on the API's face, or takes long: it runs only with the sync
/// API.
inline const doctest::skip once(is_async);

/// For tests that choose their transport themselves: they run once, not over each of them.
inline const doctest::skip own_transport(std::getenv("CODEX_TEST_TRANSPORT") != nullptr);

}  // namespace face
