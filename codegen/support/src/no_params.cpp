#include <cstddef>

#include <codex/protocol/support/no_params.hpp>
#include <codex/protocol/support/tables.hpp>

// As in the generated tables.
#if defined(__GNUC__)
#pragma GCC diagnostic ignored "-Winvalid-offsetof"
#endif

namespace codex::protocol {

constinit const detail::ObjectInfo NoParams::type_info = detail::object(
    detail::named<NoParams>(detail::Kind::object, "NoParams"), {}, offsetof(NoParams, extra));

}  // namespace codex::protocol
