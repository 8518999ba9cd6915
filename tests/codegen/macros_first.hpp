#pragma once

// The standard headers that cannot bear these macros, and then macros as systems and old compilers
// have them: no name of our headers, generated or not, may be one. Included before all else by the
// command line.

#include <cassert>
#include <cerrno>
#include <chrono>
#include <climits>
#include <cmath>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <codex/protocol/support/message.hpp>
#include <codex/protocol/support/no_params.hpp>
#include <codex/protocol/support/tables.hpp>
#include <codex/protocol/support/text.hpp>

#undef linux
#undef unix
#undef i386
#undef TRUE
#undef FALSE
#undef MIN
#undef MAX
#undef DOMAIN
#undef OVERFLOW
#undef INTMAX

#define CONST const
#define CreateFile CreateFileW
#define DELETE (0x00010000L)
#define DOMAIN 1
#define ERROR 0
#define FALSE 0
#define IN
#define INTERFACE struct
#define INTMAX 1
#define MAX(a, b) ((a) > (b) ? (a) : (b))
#define MIN 1
#define OUT
#define OVERFLOW 3
#define SendMessage SendMessageW
#define TEXT(text) L##text
#define TRUE 1
#define complex _Complex
#define far
#define i386 1
#define interface struct
#define linux 1
#define major(device) ((device) >> 8)
#define makedev(a, b) ((a) << 8 | (b))
#define max(a, b) ((a) > (b) ? (a) : (b))
#define min(a, b) ((a) < (b) ? (a) : (b))
#define minor(device) ((device)&0xff)
#define near
#define small char
#define unix 1
