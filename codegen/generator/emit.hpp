#pragma once

#include <map>
#include <string>

#include "families.hpp"
#include "model.hpp"

namespace codegen {

/// Paths below the output folder, and each file's content.
using Files = std::map<std::string, std::string>;

/// The headers: one per family, and `protocol.hpp` over all of them.
Files emit_headers(const Model& model, const std::vector<Family>& families);

/// The sources: field tables.
Files emit_tables(const Model& model, const std::vector<Family>& families);

/// The source with the message envelopes and the lists of all methods and types.
Files emit_registry(const Model& model, const std::vector<Family>& families);

/// The words of the protocol (members, enum values, tags, methods) as a libFuzzer dictionary.
std::string emit_dictionary(const Model& model);

/// The tables of history.hpp, and the functions that return them.
std::string history_tables(const Model& model);
std::string history_functions();

/// `server_request`
std::string_view kind_name(MethodKind kind);

}  // namespace codegen
