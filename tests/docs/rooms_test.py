#!/usr/bin/env python3
"""The rooms of sdk/src look only into those above them, and sdk/include into none; what the I/O
thread runs builds no JSON tree."""

import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOURCES = ROOT / "sdk" / "src"
INCLUDE = re.compile(r'^ *# *include +(["<])([^">]+)[">]', re.MULTILINE)

TREE = re.compile(r"parse_or_discard|\bJson::(parse|json_pointer)|\bdecode(_named)?<Json>|\.json\(\)")
# Below the connection, what it calls on its I/O thread.
IO_THREAD = {f"handlers/{name}.cpp" for name in
             ("agent_reach", "dispatcher", "handler_book", "request_kinds", "started_items")
             } | {"tools/tool_specs.cpp", "turns/turn_state.cpp"}
BUILDS_TREES = {
    "mask/mask_json.cpp": "a string alone, to resolve its escapes",
    "runtime/feature_gate.cpp": "for the caller, on its thread",
    "wire/notification.cpp": "Notification::json, for the reader, on its thread",
    "wire/rpc_error.cpp": "the data of an error, where there is any: JsonRpcError has it as a tree",
}


def builds_tree(source):
    return TREE.search(source) is not None


def listed_rooms(page):
    """The rooms of the page's table, from the top one down."""
    return re.findall(r"^\| `([a-z_.]+)` \|", page, re.MULTILINE)


def room_of(path):
    """`task` of task/timers.hpp, `testing` of testing/scripted/relay.hpp, `errors.cpp` of itself."""
    return pathlib.PurePath(path).parts[0]


def upward(includes, rooms):
    """Those of the (file, file that it includes) that look into a room below their own."""
    place = {room: number for number, room in enumerate(rooms)}
    return [f"{file} includes {other}" for file, other in includes
            if place[room_of(other)] > place[room_of(file)]]


def files(folder):
    return sorted(path for path in folder.rglob("*.[ch]pp"))


def includes_of(path):
    return INCLUDE.findall(path.read_text())


class RoomsTest(unittest.TestCase):
    def setUp(self):
        self.rooms = listed_rooms((SOURCES / "README.md").read_text())

    def test_the_list_has_each_room_once(self):
        self.assertEqual(sorted(self.rooms), sorted({room_of(path.relative_to(SOURCES))
                                                     for path in files(SOURCES)}))

    def test_no_room_looks_down(self):
        includes = []
        for path in files(SOURCES):
            for kind, name in includes_of(path):
                if kind == '"':
                    self.assertTrue((SOURCES / name).is_file(),
                                    f"{path}: {name} is not named from sdk/src")
                    includes.append((str(path.relative_to(SOURCES)), name))
        self.assertGreater(len(includes), 100)
        self.assertEqual(upward(includes, self.rooms), [])

    def test_public_headers_look_into_no_room(self):
        for path in files(ROOT / "sdk" / "include"):
            self.assertEqual([name for kind, name in includes_of(path) if kind == '"'], [], path)

    def test_the_io_thread_builds_no_tree(self):
        rooms = self.rooms[:self.rooms.index("connection") + 1]
        seen = {name for name in map(lambda path: str(path.relative_to(SOURCES)), files(SOURCES))
                if room_of(name) in rooms or name in IO_THREAD}
        self.assertLessEqual(IO_THREAD | BUILDS_TREES.keys(), seen)
        self.assertEqual({name for name in seen if builds_tree((SOURCES / name).read_text())},
                         BUILDS_TREES.keys())

    def test_a_tree_is_seen(self):
        for line in ["Json x = parse_or_discard(text);", "Json::parse(text)", "decode<Json>(text)",
                     "detail::decode_named<Json>(method, text)", "event.json()",
                     "const Json::json_pointer path(p);"]:
            self.assertTrue(builds_tree(line), line)
        for line in ["Peek(text)", "decode<std::string>(text)", "mask_json(text)", "Json data;"]:
            self.assertFalse(builds_tree(line), line)

    def test_an_arrow_the_wrong_way_is_seen(self):
        rooms = ["text", "task", "client"]
        self.assertEqual(upward([("task/timers.cpp", "client/client.hpp"),
                                 ("task/timers.cpp", "text/ascii.hpp"),
                                 ("task/timers.cpp", "task/clock.hpp")], rooms),
                         ["task/timers.cpp includes client/client.hpp"])


if __name__ == "__main__":
    unittest.main()
