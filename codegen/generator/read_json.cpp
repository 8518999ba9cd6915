#include "read_json.hpp"

#include <fstream>
#include <stdexcept>
#include <string>

#include "json_limits.hpp"
#include "text.hpp"

namespace codegen {
namespace fs = std::filesystem;
namespace {

/// Reads no more than needed to see that a file is too large: it may be endless.
std::string read_text(const fs::path& path) {
  if (fs::exists(path) && !fs::is_regular_file(path)) {
    throw std::runtime_error(utf8(path) + " is no file");
  }
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + utf8(path));
  std::string text(JsonLimits::bytes + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

/// A JSON text has no zero bytes: one of the first two bytes is one, or both are a byte order mark.
bool is_utf16(const std::string& text) {
  return text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff") ||
         text.substr(0, 2).find('\0') != std::string::npos;
}

}  // namespace

Json read_json(const fs::path& path) {
  const std::string text = read_text(path);
  if (is_utf16(text)) {
    throw std::runtime_error(utf8(path) + " is UTF-16; convert it to UTF-8");
  }
  try {
    check_limits(text);
    return Json::parse(text);
  } catch (const SchemaError& error) {
    throw std::runtime_error(utf8(path) + error.what());
  } catch (const Json::exception& error) {
    throw std::runtime_error(utf8(path) + " is not JSON: " + error.what());
  }
}

Json read_object(const fs::path& path) {
  Json json = read_json(path);
  if (!json.is_object()) throw std::runtime_error(utf8(path) + " is no JSON object");
  return json;
}

}  // namespace codegen
