#pragma once

// What a thread keeps of one use for the next. With mingw-w64 it keeps nothing: there, a thread's
// memory may be freed before the destructors of its thread_locals run.
#ifdef __MINGW32__
#include "spare_none.hpp"
#else
#include "spare_per_thread.hpp"
#endif
