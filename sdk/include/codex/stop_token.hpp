#pragma once

/// `std::stop_token`, or an error that says how to get it.

#include <stop_token>
#include <version>

#ifndef __cpp_lib_jthread
#error "std::stop_token is missing: libc++ (LLVM 18 or later) needs -fexperimental-library for it"
#endif
