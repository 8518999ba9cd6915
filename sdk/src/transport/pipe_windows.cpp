#include "transport/pipe_windows.hpp"

#include <utility>

#include <codex/errors.hpp>

namespace codex::detail {

OverlappedPipe::OverlappedPipe(Handle pipe)
    : pipe_(std::move(pipe)), event_(::CreateEventW(nullptr, TRUE, FALSE, nullptr)) {
  if (!event_.is_open()) throw CodexError("Cannot start the Codex runtime: no events left");
}

void OverlappedPipe::begin_read(char* data, std::size_t size) noexcept {
  if (is_busy_ || is_broken_ || !is_open()) return;
  operation_ = {};
  operation_.hEvent = event_.get();
  begun(::ReadFile(pipe_.get(), data, static_cast<DWORD>(size), nullptr, &operation_) != 0);
}

void OverlappedPipe::begin_write(const char* data, std::size_t size) noexcept {
  if (is_busy_ || is_broken_ || !is_open()) return;
  operation_ = {};
  operation_.hEvent = event_.get();
  begun(::WriteFile(pipe_.get(), data, static_cast<DWORD>(size), nullptr, &operation_) != 0);
}

// What is done at once signals the event as well.
void OverlappedPipe::begun(bool has_succeeded) noexcept {
  is_busy_ = has_succeeded || ::GetLastError() == ERROR_IO_PENDING;
  is_broken_ = !is_busy_;
}

std::size_t OverlappedPipe::finish() noexcept {
  if (!is_busy_) return 0;
  DWORD count = 0;
  const bool is_done = ::GetOverlappedResult(pipe_.get(), &operation_, &count, FALSE) != 0;
  if (!is_done && ::GetLastError() == ERROR_IO_INCOMPLETE) return 0;
  is_busy_ = false;
  is_broken_ = !is_done;
  return count;
}

void OverlappedPipe::close() noexcept {
  if (is_busy_) {
    ::CancelIoEx(pipe_.get(), &operation_);
    DWORD ignored = 0;
    ::GetOverlappedResult(pipe_.get(), &operation_, &ignored, TRUE);
    is_busy_ = false;
  }
  pipe_.reset();
}

PipeReader::PipeReader(Handle pipe, std::size_t chunk_bytes)
    : buffer_(chunk_bytes, '\0'), pipe_(std::move(pipe)) {}

HANDLE PipeReader::await() noexcept {
  pipe_.begin_read(buffer_.data(), buffer_.size());
  return pipe_.event();
}

Received PipeReader::take() noexcept {
  const std::size_t size = pipe_.finish();
  return {.bytes = std::string_view(buffer_).substr(0, size), .ended = has_ended()};
}

}  // namespace codex::detail
