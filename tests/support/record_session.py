#!/usr/bin/env python3
"""Records what a runtime of any version says: a session with turns, a command that is approved, a
patch, a review, a fork, lists, and a second process that resumes the thread.

usage: record_session.py CODEX OUT.jsonl      CODEX is the runtime's binary

The model is a stand-in in this script; nothing goes to the network. Each line of OUT is a message,
{"dir": "send"|"recv", "t": SECONDS, "msg": ...}, with the paths of the machine replaced. Methods
that the runtime does not know are recorded as it refuses them.
"""

import argparse
import base64
import http.server
import json
import os
import pathlib
import queue
import subprocess
import tempfile
import threading
import time

PATIENCE = 30  # seconds, for each answer and each turn
CONFIG = """model = "gpt-5.5"
model_provider = "mock"
approval_policy = "on-request"
sandbox_mode = "read-only"
check_for_update_on_startup = false
[analytics]
enabled = false
[features]
plugins = false
apps = false
[model_providers.mock]
name = "Mock"
base_url = "{url}/v1"
wire_api = "responses"
request_max_retries = 0
stream_max_retries = 0
"""
PATCH = "*** Begin Patch\n*** Add File: note.txt\n+a note\n*** End Patch"
REVIEW = {"findings": [], "overall_correctness": "patch is correct",
          "overall_explanation": "Nothing to say.", "overall_confidence_score": 0.9}


class Model:
    """Answers the requests for the model in the order in which the answers were queued."""

    def __init__(self):
        self.answers = queue.Queue()
        self.count = 0
        model = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                self.rfile.read(int(self.headers.get("content-length", 0)))
                body = model.stream().encode()
                self.send_response(200)
                self.send_header("content-type", "text/event-stream")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_GET(self):
                self.send_error(404)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def say(self, *texts: str) -> None:
        for text in texts:
            self.answers.put([{"type": "message", "role": "assistant",
                               "content": [{"type": "output_text", "text": text}]}])

    def call(self, name: str, arguments: dict) -> None:
        self.answers.put([{"type": "function_call", "name": name, "call_id": "call_command",
                           "arguments": json.dumps(arguments)}])

    def patch(self, text: str) -> None:
        self.answers.put([{"type": "custom_tool_call", "name": "apply_patch",
                           "call_id": "call_patch", "input": text}])

    def stream(self) -> str:
        self.count += 1
        try:
            items = self.answers.get_nowait()
        except queue.Empty:
            self.say("I have nothing more to say.")
            items = self.answers.get_nowait()
        usage = {"input_tokens": 11, "input_tokens_details": {"cached_tokens": 3},
                 "output_tokens": 7, "output_tokens_details": {"reasoning_tokens": 0},
                 "total_tokens": 18}
        response = {"id": f"resp_{self.count}"}
        events = [{"type": "response.created", "response": response}]
        for place, item in enumerate(items):
            item["id"] = f"item_{self.count}_{place}"
            events.append({"type": "response.output_item.added", "item": item})
            for part in item.get("content", []):
                events.append({"type": "response.output_text.delta", "item_id": item["id"],
                               "delta": part["text"]})
            events.append({"type": "response.output_item.done", "item": item})
        events.append({"type": "response.completed", "response": response | {"usage": usage}})
        return "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n"
                       for event in events)


class Recording:
    """Lines without the paths of this machine."""

    def __init__(self, replaced: dict[str, str]):
        self.replaced = replaced
        self.start = time.monotonic()
        self.lines: list[str] = []

    def add(self, direction: str, message: dict) -> None:
        text = json.dumps(message, ensure_ascii=False)
        for path, name in self.replaced.items():
            text = text.replace(path, name)
        time_passed = round(time.monotonic() - self.start, 4)
        self.lines.append(json.dumps({"dir": direction, "t": time_passed, "msg": json.loads(text)},
                                     ensure_ascii=False))


class Client:
    def __init__(self, codex: pathlib.Path, base: pathlib.Path, recording: Recording):
        self.recording = recording
        self.process = subprocess.Popen(
            [codex, "app-server"], cwd=base / "workspace", stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            env={"PATH": os.environ["PATH"], "HOME": str(base / "home"), "LANG": "C.UTF-8",
                 "CODEX_HOME": str(base / "home" / ".codex"), "TMPDIR": str(base / "tmp"),
                 "CODEX_APP_SERVER_DISABLE_MANAGED_CONFIG": "1", "SHELL": "/bin/bash"})
        self.incoming = queue.Queue()
        self.last_id = 0
        self.completed = 0  # turns
        threading.Thread(target=self.read, daemon=True).start()
        self.request("initialize", {"clientInfo": {"name": "recorder", "version": "1"},
                                    "capabilities": {"experimentalApi": True}})
        self.send({"method": "initialized"})

    def read(self) -> None:
        for line in self.process.stdout:
            self.incoming.put(json.loads(line))
        self.incoming.put(None)

    def send(self, message: dict) -> None:
        self.recording.add("send", message)
        self.process.stdin.write(json.dumps(message) + "\n")
        self.process.stdin.flush()

    def receive(self, deadline: float) -> dict:
        message = self.incoming.get(timeout=max(0.1, deadline - time.monotonic()))
        if message is None:
            raise RuntimeError("the runtime has ended")
        self.recording.add("recv", message)
        if message.get("method") == "turn/completed":
            self.completed += 1
        if "id" in message and message.get("method", "").endswith("/requestApproval"):
            self.send({"id": message["id"], "result": {"decision": "accept"}})
        return message

    def request(self, method: str, params: dict | None = None) -> dict:
        """The result; empty when the runtime refuses."""
        self.last_id += 1
        message = {"id": self.last_id, "method": method}
        self.send(message | ({} if params is None else {"params": params}))
        deadline = time.monotonic() + PATIENCE
        while True:
            answer = self.receive(deadline)
            if answer.get("id") == self.last_id and "method" not in answer:
                return answer.get("result") or {}

    def turn(self, method: str, params: dict) -> None:
        turns = self.completed
        if not self.request(method, params):
            return
        deadline = time.monotonic() + PATIENCE
        while self.completed == turns:
            self.receive(deadline)

    def linger(self, seconds: float) -> None:
        """For what comes after the end of a turn."""
        deadline = time.monotonic() + seconds
        try:
            while time.monotonic() < deadline:
                self.receive(deadline)
        except queue.Empty:
            pass

    def close(self) -> None:
        self.linger(0.5)
        self.process.stdin.close()
        self.process.wait(timeout=PATIENCE)


def text(words: str) -> list[dict]:
    return [{"type": "text", "text": words}]


def first_process(client: Client, model: Model, folder: pathlib.Path) -> str:
    thread = client.request("thread/start", {"cwd": str(folder)})["thread"]["id"]
    model.say("Hello.")
    client.turn("turn/start", {"threadId": thread, "input": text("say hello")})
    model.call("exec_command", {"cmd": "echo out; sleep 0.3; exit 3"})
    model.call("exec_command", {"cmd": "echo escalated; sleep 0.3", "justification": "to see it",
                                "sandbox_permissions": "require_escalated"})
    model.say("Done.")
    client.turn("turn/start", {"threadId": thread, "input": text("run commands")})
    model.patch(PATCH)
    model.say("Patched.")
    client.turn("turn/start", {"threadId": thread, "input": text("write a note")})
    model.say(json.dumps(REVIEW))
    client.turn("review/start", {"threadId": thread, "delivery": "inline",
                                 "target": {"type": "custom", "instructions": "look at it"}})
    model.say("Compacted.")
    client.turn("thread/compact/start", {"threadId": thread})
    client.request("thread/name/set", {"threadId": thread, "name": "a session"})
    fork = client.request("thread/fork", {"threadId": thread}).get("thread", {}).get("id", thread)
    model.say("From the fork.")
    client.turn("turn/start", {"threadId": fork, "input": text("go on")})
    client.request("thread/goal/set", {"threadId": fork, "objective": "rest", "status": "paused"})
    client.request("thread/goal/get", {"threadId": fork})
    for method in ("thread/list", "thread/loaded/list", "model/list", "skills/list", "hooks/list",
                   "mcpServerStatus/list", "config/read", "account/read", "collaborationMode/list",
                   "experimentalFeature/list", "permissionProfile/list", "project/list"):
        client.request(method, {})
    client.request("configRequirements/read")
    client.request("thread/read", {"threadId": thread, "includeTurns": True})
    for method in ("thread/turns/list", "thread/items/list", "thread/timeline/list",
                   "thread/archive", "thread/unarchive"):
        client.request(method, {"threadId": thread})
    client.request("fs/writeFile", {"path": str(folder / "file.txt"),
                                    "dataBase64": base64.b64encode(b"hi").decode()})
    client.request("fs/readDirectory", {"path": str(folder)})
    client.request("command/exec", {"command": ["echo", "hi"]})
    client.request("no/such/method", {})
    return thread


def second_process(client: Client, model: Model, thread: str) -> None:
    client.request("thread/read", {"threadId": thread, "includeTurns": True})
    client.request("thread/resume", {"threadId": thread})
    model.say("I am back.")
    client.turn("turn/start", {"threadId": thread, "input": text("are you there?")})
    client.request("thread/archive", {"threadId": thread})


def main() -> None:
    parser = argparse.ArgumentParser(prog="record_session.py", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("codex", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="record-") as folder:
        base = pathlib.Path(folder)
        for part in ("home/.codex", "workspace", "tmp"):
            (base / part).mkdir(parents=True)
        model = Model()
        (base / "home/.codex/config.toml").write_text(CONFIG.format(url=model.url))
        recording = Recording({str(base / "workspace"): "/home/dev/workspace",
                               str(base / "home"): "/home/dev", str(base): "/tmp/session",
                               str(arguments.codex.resolve()): "/usr/bin/codex",
                               os.uname().nodename: "machine", model.url: "http://127.0.0.1:1"})
        codex = arguments.codex.resolve()
        client = Client(codex, base, recording)
        thread = first_process(client, model, base / "workspace")
        client.close()
        client = Client(codex, base, recording)
        second_process(client, model, thread)
        client.close()
    arguments.out.write_text("\n".join(recording.lines) + "\n")
    print(f"{len(recording.lines)} messages")


if __name__ == "__main__":
    main()
