#pragma once

#include <memory>

#include <codex/transport.hpp>

#include "transport/byte_stream.hpp"

namespace codex::detail {

/// Messages as lines of a byte stream.
[[nodiscard]] std::unique_ptr<Transport> over_lines(std::unique_ptr<ByteStream> stream);

}  // namespace codex::detail
