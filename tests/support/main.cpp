#include <cfloat>  // doctest 2.4.9 forgets it, which macOS minds

#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>
