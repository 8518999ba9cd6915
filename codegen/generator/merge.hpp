#pragma once

#include "history.hpp"
#include "lower.hpp"

namespace codegen {

/// Adds parts of other runtimes to the newest bundles, dates parts that not all have
/// (history_keyword), and makes members optional that some runtime may not send. Entries whose
/// place does not exist are ignored: a history of another runtime than the bundles' does no harm.
void merge_history(Json& experimental, Json& stable, Responses& responses, const History& history);

}  // namespace codegen
