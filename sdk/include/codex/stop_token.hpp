#pragma once

/// `std::stop_token`, or an error that says how to get it.

#include <version>
#if __has_include(<stop_token>)  // libc++ before LLVM 18 has not even the file
#include <stop_token>
#endif

#ifndef __cpp_lib_jthread
#error "std::stop_token is missing: libc++ (LLVM 18 or later) needs -fexperimental-library for it"
#endif
