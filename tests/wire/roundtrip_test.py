import json
import unittest

from support import Running, WireTest, run

# Each is one line of input; the answer must be an error.
HOSTILE = [
    b"",
    b" ",
    b"\r",
    b"\t\r",
    b"\x00",
    b'"a"\x00',
    b"\x00" * 100_000,
    b"\xff\xfe",
    b'"\xff"',
    b'"\xc3"',
    b'"\xed\xa0\x80"',
    b'"\\ud800"',
    b"\xef\xbb\xbf\"a\"",
    b'"unfinished',
    b'"a" "b"',
    b'"a",',
    b"'a'",
    b"nul",
    b"NaN",
    b"1e400",
    b"-",
    b"{" * 100_000,
    b"[" * 100_000 + b"]" * 100_000,
    b'"' + b"\\" * 9_999,
    b'"\x1b[2J"',
    b'"tab\there"',
    b"error",
    b'{"error":"x"}',
    b"5",
    b"null",
    b"#",
    b"\x85\xe2\x80\xa8",
    b"\xe2\x80\xa8",
]


class Roundtrip(WireTest):
    def test_a_value_comes_back_as_it_is_encoded_again(self):
        thread_item = {"type": "agentMessage", "id": "i", "text": "hä\n", "phase": None}
        for kind, value in {
            "ThreadId": "0123",
            "TurnStatus": "unheard of",
            "ThreadItem": thread_item,
            "TurnError": {"message": "m", "new": [1, {"deep": None}]},
            "AskForApproval": "on-request",
            "RequestId": 9_223_372_036_854_775_807,
            "NullableGatewayOAuthReadParams": None,
            "ServerNotification": {"method": "moon/rose", "params": [1]},
        }.items():
            with self.subTest(kind), Running("roundtrip", "--type", kind) as wire:
                self.assertEqual(json.loads(wire.ask(json.dumps(value).encode())), value)
                self.assertEqual(wire.end(), 0)

    def test_an_error_names_the_place(self):
        with Running("roundtrip", "--type", "ThreadArchiveParams") as wire:
            answer = json.loads(wire.ask(b'{"threadId":5}'))
            self.assertEqual(answer, {"error": "threadId: expected string, got number"})

    def test_an_arm_that_does_not_fit_comes_back_as_it_is(self):
        item = {"type": "agentMessage", "id": 5, "text": "t"}
        with Running("roundtrip", "--type", "ThreadItem") as wire:
            self.assertEqual(json.loads(wire.ask(json.dumps(item).encode())), item)

    def test_it_answers_line_by_line_and_stays_in_step_whatever_comes_in(self):
        with Running("roundtrip", "--type", "ThreadId") as wire:
            for number, line in enumerate(HOSTILE):
                with self.subTest(line[:40]):
                    answer = json.loads(wire.ask(line))
                    self.assertEqual(list(answer), ["error"])
                    self.assertIsInstance(answer["error"], str)
                    good = f'"{number}"'.encode()
                    self.assertEqual(wire.ask(good), good)
            self.assertEqual(wire.end(), 0)
            self.assertIsNone(wire.stdout.next())
            self.assertIsNone(wire.stderr.next())

    def test_all_of_it_at_once_gives_as_many_lines(self):
        for kind in ["ThreadId", "ThreadItem", "TurnStatus", "RequestId", "ServerNotification"]:
            process = run("roundtrip", "--type", kind, stdin=b"\n".join(HOSTILE) + b"\n")
            self.assert_exit(process, 0)
            self.assertEqual(process.stdout.count(b"\n"), len(HOSTILE))

    def test_line_ends_and_blanks_of_any_kind_are_fine(self):
        process = run("roundtrip", "--type", "ThreadId", stdin=b' "a"\r\n\t"b" \n"c"')
        self.assertEqual(process.stdout, b'"a"\n"b"\n"c"\n')

    def test_a_byte_order_mark_in_front_is_skipped(self):
        process = run("roundtrip", "--type", "ThreadId", stdin=b'\xef\xbb\xbf"a"\n"b"\n')
        self.assertEqual(process.stdout, b'"a"\n"b"\n')

    def test_no_input_gives_no_output(self):
        process = run("roundtrip", "--type", "ThreadId")
        self.assert_exit(process, 0)
        self.assertEqual(process.stdout, b"")

    def test_line_breaks_within_a_string_stay_escaped(self):
        process = run("roundtrip", "--type", "ThreadId", stdin=b'"a\\nb\\r\\u2028\\u0000"\n')
        self.assertEqual(process.stdout.count(b"\n"), 1)
        self.assertEqual(json.loads(process.stdout), "a\nb\r\u2028\0")

    def test_a_very_long_line_comes_back_whole(self):
        text = json.dumps("ä" * 5_000_000, ensure_ascii=False).encode()
        process = run("roundtrip", "--type", "ThreadId", stdin=text + b"\n")
        self.assertTrue(process.stdout == text + b"\n")

    def test_an_unknown_type_is_told_with_names_that_look_like_it(self):
        for wrong, right in {
            "threaditem": "ThreadItem",
            "TurnStartParam": "TurnStartParams",
            "TurnStatsu": "TurnStatus",
            "GuardianWarning": "GuardianWarningNotification",
        }.items():
            process = run("roundtrip", "--type", wrong, stdin=b"null\n")
            self.assertEqual(process.returncode, 2)
            self.assertEqual(process.stdout, b"")
            self.assertIn(f"there is no type {wrong}; did you mean ", process.stderr.decode())
            self.assertIn(right, process.stderr.decode())

    def test_a_type_that_looks_like_none_has_no_suggestions(self):
        for wrong in ["", "x" * 20_000, "\x1b[31m"]:
            process = run("roundtrip", "--type", wrong)
            self.assertEqual(process.returncode, 2)
            self.assertNotIn(b"did you mean", process.stderr)
            self.assertNotIn(b"\x1b", process.stderr)

    def test_every_kind_of_type_can_be_named(self):
        names = run("types").stdout.decode().split("\n")
        for line in names[:-1:40] + [line for line in names if "\talias\t" in line]:
            name = line.split("\t")[0]
            with self.subTest(name):
                self.assert_exit(run("roundtrip", "--type", name, stdin=b"null\n"), 0)


if __name__ == "__main__":
    unittest.main()
