// The pipes between the SDK and the runtime.

#include <aclapi.h>
#include <array>
#include <sddl.h>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "os/wide_windows.hpp"
#include "transport/open_pipe_windows.hpp"

namespace codex::detail {
namespace {

/// In the language of security descriptors.
std::string rights_to(HANDLE pipe) {
  PSECURITY_DESCRIPTOR found = nullptr;
  LPWSTR text = nullptr;
  REQUIRE(::GetSecurityInfo(pipe, SE_KERNEL_OBJECT, DACL_SECURITY_INFORMATION, nullptr, nullptr,
                            nullptr, nullptr, &found) == ERROR_SUCCESS);
  REQUIRE(::ConvertSecurityDescriptorToStringSecurityDescriptorW(
              found, SDDL_REVISION_1, DACL_SECURITY_INFORMATION, &text, nullptr) != 0);
  std::string rights = narrow(text);
  ::LocalFree(text);
  ::LocalFree(found);
  return rights;
}

}  // namespace

TEST_CASE("a pipe is closed to others, and carries bytes in its direction") {
  for (const DWORD direction : {PIPE_ACCESS_INBOUND, PIPE_ACCESS_OUTBOUND}) {
    const Pipe pipe = open_pipe(direction);
    const bool is_inbound = direction == PIPE_ACCESS_INBOUND;
    const std::string rights = rights_to(pipe.ours.get());
    CHECK(rights.starts_with("D:P("));
    for (const char* others : {";;;WD)", ";;;AN)", ";;;BU)", ";;;AU)"}) {
      CHECK(rights.find(others) == std::string::npos);
    }
    DWORD count = 0;
    std::array<char, 4> text{};
    OVERLAPPED operation{};
    const Handle done(::CreateEventW(nullptr, TRUE, FALSE, nullptr));
    operation.hEvent = done.get();
    if (is_inbound) {
      REQUIRE(::WriteFile(pipe.theirs.get(), "text", 4, &count, nullptr) != 0);
      (void)::ReadFile(pipe.ours.get(), text.data(), 4, nullptr, &operation);
    } else {
      (void)::WriteFile(pipe.ours.get(), "text", 4, nullptr, &operation);
      REQUIRE(::ReadFile(pipe.theirs.get(), text.data(), 4, &count, nullptr) != 0);
    }
    REQUIRE(::GetOverlappedResult(pipe.ours.get(), &operation, &count, TRUE) != 0);
    CHECK(count == 4);
    CHECK((!is_inbound || std::string_view(text.data(), 4) == "text"));
  }
}

}  // namespace codex::detail
