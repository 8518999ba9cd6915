import json
import os
import pty
import signal
import subprocess
import unittest

from support import Running, SOON, TESTS, TRACES, WIRE, WireTest, run, trace

TURN = {"threadId": "t", "turnId": "01a1fbe3-abcdef"}


def received(method, seconds=1.5, **params):
    message = {"method": method, "params": {**TURN, **params}, "emittedAtMs": 1}
    return json.dumps({"dir": "recv", "t": seconds, "msg": message})


def delta(item, text, method="item/agentMessage/delta", **more):
    return received(method, itemId=item, delta=text, **more)


def completed(item, text):
    return received(
        "item/completed",
        completedAtMs=1,
        item={"type": "agentMessage", "id": item, "text": text},
    )


def on_terminal(*arguments, env=None):
    """What a terminal gets to see."""
    reader, writer = pty.openpty()
    try:
        process = subprocess.Popen(
            [*WIRE, *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            stdout=writer,
            env={**os.environ, "NO_COLOR": "", **(env or {})},
        )
        os.close(writer)
        seen = b""
        while True:
            try:
                more = os.read(reader, 1 << 16)
            except OSError:  # how Linux tells that the other end was closed
                more = b""
            if not more:
                break
            seen += more
        assert process.wait(SOON) == 0
        return seen
    finally:
        os.close(reader)


class Show(WireTest):
    def told(self, *lines, options=()):
        process = run("show", *options, self.file(*lines))
        self.assert_exit(process, 0)
        return process.stdout.decode().splitlines()

    def test_a_small_recording_reads_as_expected(self):
        expected = TESTS / "wire" / "expected" / "show_review.txt"
        shown = run("show", trace("review")).stdout
        if os.environ.get("UPDATE_EXPECTED"):
            expected.write_bytes(shown)
        self.assertEqual(shown.decode(), expected.read_text())

    def test_every_recording_can_be_told_and_every_message_but_deltas_has_a_line(self):
        for path in TRACES:
            with self.subTest(path.name):
                process = run("show", path)
                self.assert_exit(process, 0)
                self.assertEqual(process.stderr, b"")
                messages = [json.loads(line)["msg"] for line in path.read_text().splitlines()]
                others = [m for m in messages if not m.get("method", "").lower().endswith("delta")]
                lines = process.stdout.decode().splitlines()
                self.assertGreaterEqual(len(lines), len(others))
                self.assertLessEqual(len(lines), len(messages))

    def test_nothing_but_line_ends_controls_the_terminal(self):
        for path in TRACES:
            text = run("show", "--full", path).stdout.decode()
            self.assertEqual({c for c in text if ord(c) < 32 or 127 <= ord(c) < 160}, {"\n"})

    def test_approvals_and_their_answers_are_told(self):
        text = run("show", trace("approvals_matrix")).stdout.decode()
        self.assertIn(
            "server asks    0fc9a6  item/commandExecution/requestApproval  "
            "may it run: /bin/bash -lc 'touch d1' because: just\n",
            text,
        )
        self.assertIn(
            "client answers 0fc9a6  item/commandExecution/requestApproval  "
            '{"decision":"decline"}\n',
            text,
        )
        self.assertIn("client refuses ", text)

    def test_commands_patches_errors_and_usage_are_told(self):
        text = "".join(
            run("show", trace(name)).stdout.decode()
            for name in ["approvals_matrix", "steer_interrupt", "turn_stream", "lifecycle"]
        )
        for part in [
            "$ /bin/bash -lc 'touch d3' -> exit 0",
            "item/completed  add /home/dev/workspace/",
            "turn/steer  -32600 input must not be empty",
            "15 tokens (10 in, 5 out)",
            "turn/completed  completed, ",
            "turn/completed  interrupted, ",
        ]:
            self.assertIn(part, text)

    def test_a_failed_turn_tells_why(self):
        self.assertEqual(
            self.told(
                received("error", error={"message": "no network"}, willRetry=True),
                json.dumps({"dir": "recv", "t": 2, "msg": {
                    "method": "turn/completed", "params": {"threadId": "t", "turn": {
                        "id": "u", "items": [], "status": "failed",
                        "error": {"message": "gave up"}}}}}),
            ),
            [
                "     1.500  server tells   abcdef  error  will retry: no network",
                "     2.000  server tells   u       turn/completed  failed: gave up",
            ],
        )

    def test_deltas_become_a_count_beside_their_item(self):
        lines = [delta("i", f"word{n} ") for n in range(1_000)]
        self.assertEqual(
            self.told(*lines, completed("i", "all of it")),
            ["     1.500  server tells   abcdef  item/completed  agent: all of it [1000 deltas]"],
        )

    def test_deltas_of_an_item_that_never_completes_are_one_line(self):
        self.assertEqual(
            self.told(delta("i", "half a "), delta("i", "sentence", seconds=2)),
            [
                "     1.500  server tells   abcdef  item/agentMessage/delta  "
                "half a sentence [2 deltas, 15 bytes]"
            ],
        )

    def test_deltas_are_told_before_what_follows_them_in_their_turn(self):
        warning = json.dumps({"dir": "recv", "t": 3, "msg": {
            "method": "item/plan/delta", "params": {
                "threadId": "t", "turnId": "other", "itemId": "j", "delta": "x"}}})
        lines = self.told(
            delta("i", "a"), warning, delta("i", "b"),
            received("item/started", startedAtMs=1,
                     item={"type": "contextCompaction", "id": "k"}),
        )
        self.assertEqual([line.split()[4] for line in lines],
                         ["item/agentMessage/delta", "item/started", "item/plan/delta"])
        self.assertTrue(lines[0].endswith("  ab [2 deltas, 2 bytes]"))

    def test_any_number_of_open_items_is_told(self):
        lines = self.told(*[delta(f"item{n}", str(n)) for n in range(500)])
        self.assertEqual([line.split()[5] for line in lines], [str(n) for n in range(500)])

    def test_long_texts_are_cut_unless_asked_for(self):
        text = "ä" * 5_000
        (line,) = self.told(delta("i", text), completed("i", text))
        self.assertLess(len(line), 240)
        self.assertTrue(line.endswith("bytes more) [1 delta]"), line)
        (line,) = self.told(completed("i", text), options=["--full"])
        self.assertTrue(line.endswith(text))

    def test_hostile_text_is_spelt_out(self):
        (line,) = self.told(completed("i", "a\x1b[2J\x07\r\n\t\x9b\u202e\u2066\ufeff\x7fb"))
        self.assertTrue(
            line.endswith(r"agent: a\x1b[2J\x07\r\n\t\x9b\u202e\u2066\ufeff\x7fb"), line)

    def test_hostile_names_are_spelt_out(self):
        evil = "\x1b]0;evil\x07"
        lines = self.told(
            json.dumps({"dir": "recv", "msg": {"method": evil, "params": {"turnId": evil}}}),
            json.dumps({"dir": "recv", "msg": {"id": 1, "error": {"code": 1, "message": evil}}}),
            json.dumps({evil: 1}),
            evil,
        )
        self.assertEqual(len(lines), 4)
        self.assertNotIn("\x1b", "".join(lines))

    def test_lines_that_are_no_message_are_told_and_do_not_end_it(self):
        lines = self.told("nonsense", json.dumps({"dir": "recv", "t": 1, "msg": None, "raw": "x"}),
                          "{}", received("moon/rose", full=True))
        self.assertIn("not JSON", lines[0])
        self.assertIn("bytes that were no message", lines[1])
        self.assertIn("no message", lines[2])
        self.assertTrue(lines[3].endswith('moon/rose  {"full":true}'))

    def test_a_message_that_does_not_fit_its_type_is_told_with_the_reason(self):
        (line,) = self.told(received("item/completed", item=5))
        self.assertIn("item/completed  (item/completed: params", line)

    def test_a_byte_order_mark_is_skipped_and_utf_16_is_told_once(self):
        line = b'{"method":"initialized"}\n'
        process = run("show", "-", stdin=b"\xef\xbb\xbf" + line)
        self.assertEqual(process.stdout.decode(),
                         "            client tells           initialized\n")
        path = self.folder / "wide"
        path.write_bytes((line * 3).decode().encode("utf-16"))
        for arguments in [["show", path], ["show", "--follow", path]]:
            process = run(*arguments)
            self.assertEqual(process.returncode, 2)
            self.assertEqual(process.stdout, b"")
            self.assertEqual(process.stderr.count(b"is UTF-16"), 1)

    def test_stdin_and_plain_messages_are_told_too(self):
        process = run("show", "-", stdin=b'{"method":"initialized"}\n')
        self.assertEqual(process.stdout.decode(),
                         "            client tells           initialized\n")

    def test_a_file_that_cannot_be_read_is_told(self):
        for missing in [self.folder / "missing", self.folder]:
            process = run("show", missing)
            self.assertEqual(process.returncode, 2)
            self.assertIn(b"cannot read", process.stderr)

    def test_colour_is_for_terminals_unless_asked_otherwise(self):
        file = self.file(completed("i", "text"))
        plain = run("show", file).stdout
        self.assertNotIn(b"\x1b", plain)
        self.assertIn(b"\x1b[32m", run("show", "--color", "always", file).stdout)
        self.assertIn(b"\x1b[32m", run("show", "--color=always", file,
                                       env={"NO_COLOR": "1"}).stdout)
        self.assertIn(b"\x1b[32m", on_terminal("show", file))
        self.assertNotIn(b"\x1b", on_terminal("show", file, env={"NO_COLOR": "1"}))
        self.assertNotIn(b"\x1b", on_terminal("show", "--color", "never", file))

    def test_without_colour_it_says_the_same(self):
        coloured = run("show", "--color", "always", trace("review")).stdout.decode()
        for code in ["0", "1", "2", "31", "32", "36"]:
            coloured = coloured.replace(f"\x1b[{code}m", "")
        self.assertEqual(coloured, run("show", trace("review")).stdout.decode())


class Follow(WireTest):
    def append(self, path, data):
        with path.open("ab") as file:
            file.write(data)

    def test_it_waits_for_the_file_and_tells_what_is_added(self):
        path = self.folder / "growing"
        with Running("show", "--follow", path) as wire:
            self.assertIn(b"is not there yet", wire.stderr.next())
            self.append(path, b'{"method":"initialized"}\n')
            self.assertIn(b"initialized", wire.stdout.next())
            for number in range(20):
                line = received("moon/rose", number=number).encode() + b"\n"
                middle = len(line) * number // 20
                self.append(path, line[:middle])
                self.append(path, line[middle:])
                self.assertIn(b'{"number":%d}' % number, wire.stdout.next())
            self.assertEqual(wire.end(signal.SIGTERM), -signal.SIGTERM)

    def test_a_byte_order_mark_is_skipped(self):
        path = self.folder / "growing"
        path.write_bytes(b"\xef\xbb\xbf" + received("moon/rose", number=1).encode() + b"\n")
        with Running("show", "--follow", path) as wire:
            self.assertIn(b'{"number":1}', wire.stdout.next())

    def test_half_a_line_waits_for_its_other_half(self):
        path = self.folder / "growing"
        first = received("moon/rose", number=1).encode() + b"\n"
        second = received("moon/rose", number=2).encode() + b"\n"
        path.write_bytes(first + second[:30])
        with Running("show", "-f", path) as wire:
            self.assertIn(b'{"number":1}', wire.stdout.next())
            self.append(path, second[30:])
            self.assertIn(b'{"number":2}', wire.stdout.next())

    def test_a_file_that_became_shorter_is_told_again_from_its_start(self):
        path = self.folder / "growing"
        path.write_bytes(received("moon/rose", number=1).encode() + b"\n" + b"half a line")
        with Running("show", "--follow", path) as wire:
            self.assertIn(b'{"number":1}', wire.stdout.next())
            path.write_bytes(b'{"method":"initialized"}\n')
            self.assertIn(b"became shorter", wire.stderr.next())
            self.assertIn(b"initialized", wire.stdout.next())

    def test_a_file_that_was_there_is_told_and_ctrl_c_ends_it(self):
        with Running("show", "--follow", trace("review")) as wire:
            for _ in range(45):
                self.assertIsNotNone(wire.stdout.next())
            self.assertEqual(wire.end(signal.SIGINT), -signal.SIGINT)

    def test_following_stdin_tells_each_line_at_once_and_ends_with_it(self):
        with Running("show", "--follow", "-") as wire:
            self.assertIn(b"moon/rose", wire.ask(received("moon/rose").encode()))
            wire.write(delta("i", "x").encode() + b"\n")
            wire.process.stdin.close()
            self.assertIn(b"x [1 delta, 1 bytes]", wire.stdout.next())
            self.assertIsNone(wire.stdout.next())
            self.assertEqual(wire.process.wait(SOON), 0)

    def test_it_ends_when_nobody_reads_any_more(self):
        path = self.file(received("moon/rose"))
        with Running("show", "--follow", path) as wire:
            self.assertIn(b"moon/rose", wire.stdout.next())
            wire.process.stdout.close()
            self.append(path, received("moon/rose").encode() + b"\n")
            self.assertNotEqual(wire.process.wait(SOON), 0)
            self.assertIsNone(wire.stderr.next())


if __name__ == "__main__":
    unittest.main()
