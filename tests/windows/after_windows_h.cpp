// The public headers after all of windows.h, as a program has it that asks for nothing less: with
// its macros, such as small, interface and GetObject.

#include <windows.h>

#include "every_public_header.hpp"

#ifndef GetObject
#error "windows.h has no macros here, so this shows nothing"
#endif
