import json
import unittest

from support import OLD_TRACES, TRACES, WireTest, run, trace

STARTED = {
    "method": "turn/started",
    "params": {
        "threadId": "t",
        "turn": {"id": "u", "items": [], "status": "inProgress", "error": None},
    },
    "emittedAtMs": 1,
}


def received(message, **more):
    return json.dumps({"dir": "recv", "t": 0.5, "msg": message, **more})


def sent(message):
    return json.dumps({"dir": "send", "t": 0.25, "msg": message})


def table(process):
    """Rows as (from, kind, method) -> {count, ok, lost, misfit, unknown}; "all" -> the sums."""
    names = ["count", "ok", "lost", "misfit", "unknown"]
    lines = process.stdout.decode().splitlines()
    start = next(i for i, line in enumerate(lines) if line.split()[:5] == names)
    out = {}
    for line in lines[start + 1 :]:
        words = line.split(None, 7)
        key = "all" if words[5] == "all" else (words[5], words[6], words[7])
        out[key] = dict(zip(names, map(int, words[:5])))
        if key == "all":
            return out
    raise AssertionError("the table has no end")


class Check(WireTest):
    def assert_lost(self, lines, *told):
        process = run("check", self.file(*lines))
        self.assert_exit(process, 1)
        for part in told:
            self.assertIn(part, process.stdout.decode())
        return process

    def assert_lossless(self, lines, *told):
        process = run("check", self.file(*lines))
        self.assert_exit(process, 0)
        for part in told:
            self.assertIn(part, process.stdout.decode())
        return process

    def test_nothing_is_lost_of_any_recording(self):
        self.assertEqual(len(OLD_TRACES), 2)
        for path in TRACES + OLD_TRACES:
            with self.subTest(path.name):
                process = run("check", path)
                self.assert_exit(process, 0)
                sums = table(process)["all"]
                self.assertEqual(sums["count"], len(path.read_text().splitlines()))
                self.assertEqual(sums["lost"], 0)

    def test_a_file_has_any_name(self):
        name = "Mitschnitt \u00fc\u65e5\u672c, 2.jsonl"
        file = self.file(sent({"method": 7}), name=name)
        process = run("check", file)
        self.assertNotIn(b"cannot read", process.stderr)
        self.assertIn(name, process.stdout.decode())

    def test_several_files_share_one_table_but_not_their_conversations(self):
        self.assertEqual(table(run("check", *TRACES))["all"]["count"], 3243)
        request = self.file(sent({"id": 1, "method": "model/list", "params": {}}), name="a")
        response = self.file(received({"id": 1, "result": {"data": []}}), name="b")
        self.assertIn(("server", "response", "model/list"), table(run("check", "-", stdin=(
            request.read_bytes() + response.read_bytes()))))
        self.assertIn(b"a request that was not seen", run("check", request, response).stdout)

    def test_every_response_of_the_recordings_is_typed_by_its_request(self):
        untyped = [
            (path.name, line)
            for path in TRACES
            for line in run("check", path).stdout.decode().splitlines()
            if "a request that was not seen" in line
        ]
        self.assertEqual(untyped, [])

    def test_a_message_that_lost_a_required_member_is_lost_and_told_with_its_place(self):
        broken = json.loads(json.dumps(STARTED))
        del broken["params"]["turn"]["id"]
        process = self.assert_lost(
            [received(STARTED), received(broken)],
            "recording.jsonl:2: lost: server notification turn/started: "
            'params.turn: missing member "id"',
        )
        row = table(process)["server", "notification", "turn/started"]
        self.assertEqual(row, {"count": 2, "ok": 1, "lost": 1, "misfit": 0, "unknown": 0})

    def test_one_wrong_value_in_a_recording_is_found(self):
        lines = trace("review").read_text().splitlines()
        at = next(i for i, line in enumerate(lines) if '"method": "turn/completed"' in line)
        entry = json.loads(lines[at])
        entry["msg"]["params"]["turn"]["id"] = 7
        lines[at] = json.dumps(entry)
        self.assert_lost(lines, f"recording.jsonl:{at + 1}: lost: ",
                         "params.turn.id: expected string, got number")

    def test_a_part_that_does_not_fit_is_told_and_not_lost(self):
        lines = trace("review").read_text().splitlines()
        at = next(i for i, line in enumerate(lines) if '"method": "turn/completed"' in line)
        entry = json.loads(lines[at])
        entry["msg"]["params"]["turn"]["durationMs"] = "long"
        lines[at] = json.dumps(entry)
        self.assert_lossless(lines, "turn/completed: params.turn.durationMs: shape")

    def test_responses_are_typed_in_both_id_spaces(self):
        self.assert_lost(
            [
                sent({"id": 7, "method": "model/list", "params": {}}),
                received({"id": 7, "method": "item/tool/call", "params": {
                    "threadId": "t", "turnId": "u", "callId": "c", "tool": "x",
                    "arguments": {}}}),
                # Not the answer to what was asked last, but to what the client asked.
                received({"id": 7, "result": {"data": 5}}),
                sent({"id": 7, "result": {"contentItems": [], "success": True}}),
            ],
            "recording.jsonl:3: lost: server response model/list: data: expected array",
            "client  response      item/tool/call",
        )

    def test_a_string_id_is_not_the_number_that_it_spells(self):
        self.assert_lost(
            [
                sent({"id": "1", "method": "model/list", "params": {}}),
                sent({"id": 1, "method": "thread/list", "params": {}}),
                received({"id": "1", "result": {"data": 5}}),
                received({"id": 1, "result": {"data": 5}}),
            ],
            ":3: lost: server response model/list:",
            ":4: lost: server response thread/list:",
        )

    def test_what_is_unknown_is_told_and_not_lost(self):
        message = json.loads(json.dumps(STARTED))
        message["params"]["turn"]["status"] = "pondering"
        message["params"]["turn"]["mood"] = {"deep": [1]}
        message["params"]["turn"]["items"] = [{"type": "poem", "id": "i"}] * 3
        process = self.assert_lossless(
            [received(message), received({"method": "moon/rose", "params": {"full": True}})],
            'turn/started: params.turn.status: enum value "pondering"',
            "turn/started: params.turn.mood: member",
            'moon/rose: method: method "moon/rose"',
        )
        self.assertIn('       3  turn/started: params.turn.items[].type: tag "poem" (first at',
                      process.stdout.decode())
        self.assertEqual(table(process)["all"]["unknown"], 2)

    def test_the_response_to_an_unknown_method_is_told_and_not_lost(self):
        self.assert_lossless(
            [sent({"id": 1, "method": "moon/rise"}), received({"id": 1, "result": [1, 2]})],
            'moon/rise: response to method "moon/rise"',
        )

    def test_what_a_client_sent_wrongly_is_a_misfit_and_no_loss(self):
        process = self.assert_lossless(
            [sent({"id": 1, "method": "turn/interrupt", "params": {"threadId": "t"}})],
            ':1: misfit: client request turn/interrupt: params: missing member "turnId"',
        )
        self.assertEqual(table(process)["all"]["misfit"], 1)

    def test_plain_messages_are_typed_by_their_method(self):
        messages = [
            {"id": 1, "method": "model/list", "params": {}},
            {"id": 1, "result": {"data": []}},
            {"id": 0, "method": "item/fileChange/requestApproval", "params": {
                "threadId": "t", "turnId": "u", "itemId": "i", "startedAtMs": 1}},
            {"id": 0, "result": {"decision": "accept"}},
            {"method": "initialized"},
            STARTED,
            {"id": 9, "error": {"code": -32600, "message": "no"}},
        ]
        process = run("check", "-", stdin="\n".join(map(json.dumps, messages)).encode())
        self.assert_exit(process, 0)
        self.assertEqual(set(table(process)), {
            ("client", "request", "model/list"),
            ("server", "response", "model/list"),
            ("server", "request", "item/fileChange/requestApproval"),
            ("client", "response", "item/fileChange/requestApproval"),
            ("client", "notification", "initialized"),
            ("server", "notification", "turn/started"),
            ("-", "error", "?"),
            "all",
        })

    def test_a_plain_response_answers_the_request_that_came_last(self):
        call = {"threadId": "t", "turnId": "u", "callId": "c", "tool": "x", "arguments": {}}
        process = run("check", "-", stdin="\n".join(map(json.dumps, [
            {"id": 1, "method": "model/list", "params": {}},
            {"id": 1, "method": "item/tool/call", "params": call},
            {"id": 1, "result": {"contentItems": [], "success": True}},
            {"id": 1, "result": {"data": []}},
        ])).encode())
        self.assert_exit(process, 0)
        self.assertIn(("client", "response", "item/tool/call"), table(process))
        self.assertIn(("server", "response", "model/list"), table(process))

    def test_bytes_that_the_recording_calls_no_message_are_counted(self):
        line = json.dumps({"dir": "recv", "t": 1, "msg": None, "raw": "boom", "rawlen": 4})
        self.assert_lossless([line], "(bytes recorded as no message)")

    def test_lines_that_are_no_message_are_lost(self):
        for line, told in {
            "nonsense": "not JSON",
            "5": "expected an object",
            "[]": "expected an object",
            '{"a":1}': "there is no method, result or error",
            '{"id":1}': "there is no method, result or error",
            '{"method":5,"params":{}}': "method: expected string",
            '{"dir":"up","t":1,"msg":{}}': 'dir: expected "send" or "recv"',
            '{"dir":"recv","t":1,"msg":[]}': "msg: expected an object or null",
            '{"method":"initialized"': "not JSON",
            "[" * 200_000 + "]" * 200_000: "nested deeper than",
            '{"method":"x","params":' + "[" * 200_000 + "]" * 200_000 + "}": "nested deeper than",
            '"\\ud800"': "not JSON",
        }.items():
            with self.subTest(line[:40]):
                self.assert_lost([line], "recording.jsonl:1: lost: ", told)

    def test_blank_lines_and_crlf_are_no_loss(self):
        path = self.folder / "crlf"
        path.write_bytes(b"\r\n  \r\n" + received(STARTED).encode() + b"\r\n\n")
        process = run("check", path)
        self.assert_exit(process, 0)
        self.assertEqual(table(process)["all"]["count"], 1)

    def test_a_byte_order_mark_is_no_loss(self):
        mark = b"\xef\xbb\xbf"
        path = self.folder / "marked"
        path.write_bytes(mark + received(STARTED).encode() + b"\r\n"
                         + mark + received(STARTED).encode() + b"\n" + mark + b"\n")
        process = run("check", path)
        self.assert_exit(process, 0)
        self.assertEqual(table(process)["all"]["count"], 2)

    def test_a_file_in_utf_16_is_told_once_and_the_others_are_checked(self):
        text = "\n".join([received(STARTED)] * 3)
        for encoding in ["utf-16", "utf-16-le", "utf-16-be", "utf-32"]:
            with self.subTest(encoding):
                path = self.folder / "wide"
                path.write_bytes(text.encode(encoding))
                process = run("check", path, trace("review"))
                self.assertEqual(process.returncode, 2)
                self.assertEqual(process.stderr.decode(), f"codex-wire: {path} is UTF-16; convert "
                                 "it to UTF-8: iconv -f UTF-16 -t UTF-8\n")
                self.assertEqual(table(process)["all"]["count"], 45)
                stdin = run("check", "-", stdin=path.read_bytes())
                self.assertIn(b"- is UTF-16", stdin.stderr)

    def test_hostile_bytes_are_told_without_reaching_the_terminal(self):
        path = self.folder / "hostile"
        path.write_bytes(
            b'{"dir":"recv","msg":{"method":"\\u001b[31m\\u009b2J","params":{"\\u001b":1}}}\n'
            b'{"dir":"recv","msg":{"method":"' + b"m" * 100_000 + b'"}}\n'
            b'\xff\x00\x1b\n'
        )
        process = run("check", path)
        self.assert_exit(process, 1)
        self.assertNotIn(b"\x1b", process.stdout)
        self.assertNotIn("\x9b", process.stdout.decode())
        self.assertLess(len(process.stdout), 3000)

    def test_nonsense_names_share_a_row_in_the_end(self):
        lines = [received({"method": f"nonsense/{i}"}) for i in range(3_000)]
        process = self.assert_lossless(lines, "(other methods)", "(other places)")
        self.assertEqual(table(process)["all"]["count"], 3_000)
        self.assertLess(len(process.stdout.splitlines()), 4_100)

    def test_a_file_that_cannot_be_read_is_told_and_the_others_are_checked(self):
        for missing in [self.folder / "missing", self.folder]:
            process = run("check", missing, trace("review"))
            self.assertEqual(process.returncode, 2)
            self.assertIn(f"cannot read {missing}", process.stderr.decode())
            self.assertEqual(table(process)["all"]["count"], 45)

    def test_an_empty_file_has_lost_nothing(self):
        process = run("check", self.file())
        self.assert_exit(process, 0)
        self.assertEqual(table(process)["all"]["count"], 0)


if __name__ == "__main__":
    unittest.main()
