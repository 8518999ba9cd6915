#pragma once

// The standard headers that cannot bear these macros, and then macros as systems, X11, old
// compilers and Qt have them: no name of our headers, generated or not, may be one. Included before
// all else by the command line.

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

#define Always 2
#define Bool int
#define CONST const
#define CreateFile CreateFileW
#define CurrentTime 0L
#define DELETE (0x00010000L)
#define DOMAIN 1
#define ERROR 0
#define FALSE 0
#define False 0
#define GetMessage GetMessageW
#define GetObject GetObjectW
#define IN
#define INTERFACE struct
#define INTMAX 1
#define MAX(a, b) ((a) > (b) ? (a) : (b))
#define MIN 1
#define None 0L
#define OUT
#define OVERFLOW 3
#define SendMessage SendMessageW
#define Status int
#define Success 0
#define TEXT(text) L##text
#define TRUE 1
#define True 1
#define VOID void
#define Yield()
#define complex _Complex
#define emit
#define far
#define foreach(variable, container) for (variable : container)
#define forever for (;;)
#define i386 1
#define interface struct
#define linux 1
#define major(device) ((device) >> 8)
#define makedev(a, b) ((a) << 8 | (b))
#define max(a, b) ((a) > (b) ? (a) : (b))
#define min(a, b) ((a) < (b) ? (a) : (b))
#define minor(device) ((device)&0xff)
#define near
#define signals public
#define slots
#define small char
#define unix 1
