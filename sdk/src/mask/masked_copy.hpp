#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "mask/find_secrets.hpp"

namespace codex::detail {

/// A copy of a text with hidden parts, which are passed in the order of the text.
class MaskedCopy {
 public:
  explicit MaskedCopy(std::string_view text) : text_(text) {}

  /// `offset` is the start of the text that the part was found in.
  void hide(const SecretPart& part, std::size_t offset = 0) {
    out_.append(text_.substr(copied_, offset + part.begin - copied_)).append(part.shown);
    copied_ = offset + part.end;
  }

  [[nodiscard]] std::string finish() && {
    out_.append(text_.substr(copied_));
    return std::move(out_);
  }

 private:
  std::string_view text_;
  std::size_t copied_ = 0;
  std::string out_;
};

}  // namespace codex::detail
