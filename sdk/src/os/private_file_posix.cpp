#include <array>
#include <cerrno>
#include <cstddef>
#include <fcntl.h>
#include <string>
#include <unistd.h>

#include "os/descriptor.hpp"
#include "os/private_file.hpp"

namespace codex::detail {
namespace {

constexpr std::size_t max_bytes = std::size_t{1} << 20;

std::error_code why() { return {errno, std::generic_category()}; }

std::error_code read_all(const std::filesystem::path& from, std::string& text) {
  const Descriptor source(::open(from.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!source.is_open()) return why();
  std::array<char, 16384> piece{};
  while (text.size() <= max_bytes) {
    const ssize_t count = ::read(source.get(), piece.data(), piece.size());
    if (count == 0) return {};
    if (count > 0) text.append(piece.data(), static_cast<std::size_t>(count));
    if (count < 0 && errno != EINTR) return why();
  }
  return std::make_error_code(std::errc::file_too_large);
}

std::error_code write_all(int target, const std::string& text) {
  std::size_t written = 0;
  while (written < text.size()) {
    const ssize_t count = ::write(target, text.data() + written, text.size() - written);
    if (count >= 0) written += static_cast<std::size_t>(count);
    if (count < 0 && errno != EINTR) return why();
  }
  return {};
}

}  // namespace

std::error_code copy_private_file(const std::filesystem::path& from,
                                  const std::filesystem::path& to) {
  std::string text;
  if (const auto error = read_all(from, text)) return error;
  std::string draft = to.string() + ".XXXXXX";
  const Descriptor target(::mkostemp(draft.data(), O_CLOEXEC));  // mode 0600
  if (!target.is_open()) return why();
  std::error_code error = write_all(target.get(), text);
  // Unlike rename, link replaces nothing.
  if (!error && ::link(draft.c_str(), to.c_str()) != 0 && errno != EEXIST) error = why();
  ::unlink(draft.c_str());
  return error;
}

}  // namespace codex::detail
