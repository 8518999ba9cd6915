#pragma once

#include "model.hpp"
#include "schema.hpp"

namespace codegen {

/// What the schema cannot say: the response type by wire method.
using Responses = std::map<std::string, std::string, std::less<>>;

/// Turns the experimental bundle into the model; parts that the stable one lacks are marked
/// experimental. Unrecognised schemas become any JSON, with a note.
Model lower(Bundle experimental, Bundle stable, const Responses& responses,
            std::string runtime_version);

}  // namespace codegen
