#include <cstddef>
#include <memory>
#include <new>

#include <codex/protocol/support/codec.hpp>

namespace codex::protocol::detail {

namespace {

/// Allocates with room in front for a value of a given size, and reports its address.
template <class T>
struct WithRoomInFront {
  using value_type = T;

  std::size_t room;
  void** place;  // used only by `allocate`

  WithRoomInFront(std::size_t size, void*& where) noexcept
      : room((size + alignof(std::max_align_t) - 1) / alignof(std::max_align_t) *
             alignof(std::max_align_t)),
        place(&where) {}
  template <class Other>
  WithRoomInFront(const WithRoomInFront<Other>& other) noexcept
      : room(other.room), place(other.place) {}

  T* allocate(std::size_t count) {
    *place = ::operator new(room + count * sizeof(T));
    return reinterpret_cast<T*>(static_cast<std::byte*>(*place) + room);
  }
  void deallocate(T* behind, std::size_t) noexcept {
    ::operator delete(reinterpret_cast<std::byte*>(behind) - room);
  }
  template <class Other>
  bool operator==(const WithRoomInFront<Other>& other) const noexcept {
    return room == other.room;
  }
};

/// Lives after the value in memory, for as long as the value has an owner.
class LivingValue {
 public:
  LivingValue(const TypeInfo& type, void* const& value) : type_(type), value_(value) {
    type_.construct(value_);
  }
  LivingValue(const LivingValue&) = delete;
  LivingValue(LivingValue&&) = delete;
  LivingValue& operator=(const LivingValue&) = delete;
  LivingValue& operator=(LivingValue&&) = delete;
  ~LivingValue() { type_.destroy(value_); }

 private:
  const TypeInfo& type_;
  void* value_;
};

}  // namespace

std::shared_ptr<void> fresh_value(const TypeInfo& type) {
  void* value = nullptr;
  auto lifetime = std::allocate_shared<LivingValue>(WithRoomInFront<LivingValue>(type.bytes, value),
                                                    type, value);
  return {std::move(lifetime), value};
}

}  // namespace codex::protocol::detail
