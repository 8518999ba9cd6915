// expect: no non-static data member named .modell|'modell' does not refer to any field
#include <codex/codex.hpp>

const codex::ThreadStartOptions options{
#ifdef RIGHT
    .model = "gpt-5"
#else
    .modell = "gpt-5"
#endif
};
