#pragma once

namespace codex::tools {

/// Makes the standard streams pass bytes as they are, and a console show UTF-8 and colours. First
/// thing in `main`.
void start_program();

}  // namespace codex::tools
