// expect: Include the header of the request that this handler answers: <codex/protocol/mcp_server
#include <codex/codex.hpp>
#ifdef RIGHT
#include <codex/protocol/mcp_server.hpp>
#endif

const codex::Handlers handlers{.elicitation = codex::approvals::decline_all};
