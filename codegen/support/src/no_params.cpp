#include <cstddef>

#include <codex/protocol/support/no_params.hpp>
#include <codex/protocol/support/tables.hpp>

namespace codex::protocol {

constinit const detail::ObjectInfo NoParams::type_info = detail::object(
    detail::named<NoParams>(detail::Kind::object, "NoParams"), {}, offsetof(NoParams, extra));

}  // namespace codex::protocol
