#include <codex/protocol/support/type_info.hpp>
#include <codex/protocol/support/union.hpp>

namespace codex::protocol {

bool Unknown::operator==(const Unknown& other) const { return raw == other.raw; }

namespace detail {

void destroy_arm(const UnionInfo& info, std::size_t arm, void* value) noexcept {
  // What a union holds before it is decoded, and after it was moved.
  if (arm == info.arms.size() && static_cast<Unknown*>(value)->raw.is_null()) return;
  info.ops[arm].destroy(value);
}

void copy_arm(const UnionInfo& info, std::size_t arm, void* to, const void* from) {
  info.ops[arm].copy(to, from);
}

void move_arm(const UnionInfo& info, std::size_t arm, void* to, void* from) noexcept {
  info.ops[arm].move(to, from);
}

}  // namespace detail
}  // namespace codex::protocol
