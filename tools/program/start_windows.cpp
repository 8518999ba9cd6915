#include <windows.h>

#include <cstdio>
#include <fcntl.h>
#include <initializer_list>
#include <io.h>

#include "start.hpp"

namespace codex::tools {
namespace {

void obey_colours(DWORD which) {
  HANDLE const stream = ::GetStdHandle(which);
  DWORD mode = 0;
  if (::GetConsoleMode(stream, &mode) != 0) {
    ::SetConsoleMode(stream, mode | ENABLE_VIRTUAL_TERMINAL_PROCESSING);
  }
}

}  // namespace

void start_program() {
  for (std::FILE* const stream : {stdin, stdout, stderr})
    (void)::_setmode(::_fileno(stream), _O_BINARY);
  ::SetConsoleOutputCP(CP_UTF8);
  obey_colours(STD_OUTPUT_HANDLE);
  obey_colours(STD_ERROR_HANDLE);
}

}  // namespace codex::tools
