#include <algorithm>

#include <codex/protocol/support/open_enum.hpp>
#include <codex/protocol/support/type_info.hpp>

#include "access.hpp"
#include "bytes.hpp"

namespace codex::protocol::detail {

OpenEnumBase::OpenEnumBase(const OpenEnumBase& other)
    : index_(other.index_),
      unknown_(other.unknown_ ? std::make_unique<std::string>(*other.unknown_) : nullptr) {}

OpenEnumBase& OpenEnumBase::operator=(const OpenEnumBase& other) {
  if (this != &other) *this = OpenEnumBase(other);
  return *this;
}

OpenEnumBase::OpenEnumBase(const EnumInfo& info, std::string_view name) {
  EnumAccess::set(*this, info, name);
}

std::string_view OpenEnumBase::spelling(const EnumInfo& info) const noexcept {
  if (unknown_) return *unknown_;
  // Beyond the names only when somebody cast a number to the enum.
  return index_ < info.names.size() ? info.names[index_] : std::string_view();
}

void EnumAccess::set(OpenEnumBase& value, const EnumInfo& info, std::string_view name) {
  for (std::size_t i = 0; i < info.names.size() && i < max_names; ++i) {
    if (!same_text(info.names[i], name)) continue;
    value.index_ = static_cast<std::uint8_t>(i);
    value.unknown_.reset();
    return;
  }
  value.unknown_ = std::make_unique<std::string>(name);
  value.index_ = OpenEnumBase::unknown_index;
}

bool is_among(std::string_view name, std::span<const std::string_view> names) noexcept {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace codex::protocol::detail
