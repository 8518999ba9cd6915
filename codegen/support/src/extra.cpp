#include <string>
#include <utility>

#include <codex/protocol/support/extra.hpp>

namespace codex {

Extra::Extra(const Extra& other) : members_(other.members_ ? new Json(*other.members_) : nullptr) {}

void Extra::forget() noexcept { delete std::exchange(members_, nullptr); }

std::size_t Extra::size() const noexcept { return members_ ? members_->size() : 0; }

const Json* Extra::find(std::string_view name) const {
  if (!members_) return nullptr;
  const auto found = members_->find(name);
  return found == members_->end() ? nullptr : &*found;
}

void Extra::set(std::string_view name, Json value) {
  if (!members_) members_ = new Json(Json::object());
  (*members_)[std::string(name)] = std::move(value);
}

bool Extra::erase(std::string_view name) {
  if (!members_ || members_->erase(std::string(name)) == 0) return false;
  if (members_->empty()) forget();
  return true;
}

const Json& Extra::json() const noexcept {
  static const Json none = Json::object();
  return members_ ? *members_ : none;
}

bool Extra::operator==(const Extra& other) const {
  return members_ && other.members_ ? *members_ == *other.members_ : !members_ && !other.members_;
}

}  // namespace codex
