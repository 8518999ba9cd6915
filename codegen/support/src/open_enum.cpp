#include <algorithm>

#include <codex/protocol/support/open_enum.hpp>
#include <codex/protocol/support/type_info.hpp>

#include "access.hpp"
#include "bytes.hpp"

namespace codex::protocol::detail {

namespace {

std::uintptr_t keep(std::string_view spelling) {
  return reinterpret_cast<std::uintptr_t>(new std::string(spelling));
}

}  // namespace

OpenEnumBase::OpenEnumBase(const OpenEnumBase& other)
    : word_(other.is_known() ? other.word_ : keep(other.unknown())) {}

OpenEnumBase::OpenEnumBase(const EnumInfo& info, std::string_view name) {
  EnumAccess::set(*this, info, name);
}

const std::string& OpenEnumBase::unknown() const noexcept {
  return *reinterpret_cast<const std::string*>(word_);  // NOLINT(performance-no-int-to-ptr)
}

bool OpenEnumBase::same_spelling(const OpenEnumBase& other) const noexcept {
  return !is_known() && !other.is_known() && unknown() == other.unknown();
}

void OpenEnumBase::forget() noexcept { delete &unknown(); }

std::string_view OpenEnumBase::spelling(const EnumInfo& info) const noexcept {
  if (!is_known()) return unknown();
  // Beyond the names only if a number was cast to the enum.
  return index() < info.names.size() ? info.names[index()] : std::string_view();
}

void EnumAccess::set(OpenEnumBase& value, const EnumInfo& info, std::string_view name) {
  for (std::size_t i = 0; i < info.names.size() && i < max_names; ++i) {
    if (!same_text(info.names[i], name)) continue;
    if (!value.is_known()) value.forget();
    value.word_ = OpenEnumBase::word_of(static_cast<std::uint8_t>(i));
    return;
  }
  const std::uintptr_t word = keep(name);
  if (!value.is_known()) value.forget();
  value.word_ = word;
}

bool is_among(std::string_view name, std::span<const std::string_view> names) noexcept {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace codex::protocol::detail
