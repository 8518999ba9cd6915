#!/usr/bin/env python3
"""A small MCP server on stdio: a tool that destroys, and one that asks the user for a name."""
import json
import sys


def send(message: dict) -> None:
    print(json.dumps({"jsonrpc": "2.0", **message}), flush=True)


def receive() -> dict:
    line = sys.stdin.readline()
    if not line:
        sys.exit(0)
    return json.loads(line)


def text(value: str) -> dict:
    return {"content": [{"type": "text", "text": value}]}


def ask() -> dict:
    send({"id": "ask", "method": "elicitation/create", "params": {
        "message": "Your name?",
        "requestedSchema": {
            "type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}}})
    while True:
        message = receive()
        if message.get("id") == "ask" and "method" not in message:
            return message.get("result", message.get("error"))


TOOLS = [
    {"name": "danger", "description": "Destroys it",
     "inputSchema": {"type": "object", "properties": {"text": {"type": "string"}}},
     "annotations": {"readOnlyHint": False, "destructiveHint": True, "openWorldHint": True}},
    {"name": "ask", "description": "Asks", "inputSchema": {"type": "object", "properties": {}},
     "annotations": {"readOnlyHint": True}},
]


def answer(method: str, params: dict) -> dict:
    if method == "initialize":
        return {"protocolVersion": params["protocolVersion"], "capabilities": {"tools": {}},
                "serverInfo": {"name": "tiny", "version": "1"}}
    if method == "tools/list":
        return {"tools": TOOLS}
    if method == "tools/call" and params["name"] == "ask":
        return text("elicited " + json.dumps(ask(), sort_keys=True))
    if method == "tools/call":
        return text("destroyed " + params["arguments"]["text"])
    if method == "resources/read":
        return {"contents": [{"uri": params["uri"], "text": "a resource"}]}
    return {}


while True:
    message = receive()
    if "id" in message and "method" in message:
        send({"id": message["id"],
              "result": answer(message["method"], message.get("params", {}))})
