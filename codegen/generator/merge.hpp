#pragma once

#include "history.hpp"
#include "lower.hpp"

namespace codegen {

/// Adds to the newest bundles what other runtimes had, dates what not all have (history_keyword),
/// and lets members be absent that a runtime may not send. Entries whose place is not there are
/// left out: a history of another runtime than the bundles' harms nothing.
void merge_history(Json& experimental, Json& stable, Responses& responses, const History& history);

}  // namespace codegen
