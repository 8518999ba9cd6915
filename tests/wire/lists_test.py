import json
import unittest

from support import HEADERS, SCHEMA, WireTest, run

BUNDLE = "codex_app_server_protocol.schemas.json"
ENVELOPES = {
    "request": "ClientRequest",
    "notification": "ServerNotification",
    "server_request": "ServerRequest",
    "client_notification": "ClientNotification",
}


def definitions(stability):
    """All definitions of a bundle by name, those of its namespace v2 among them."""
    bundle = json.loads((SCHEMA / stability / BUNDLE).read_text())["definitions"]
    return {**bundle, **bundle["v2"]} | {"v2": None}


def gone(section):
    """What the newest runtime has not any more, and the layer keeps."""
    history = json.loads((SCHEMA / "history.json").read_text())
    return {name: entry for name, entry in history[section].items() if "until" in entry}


def methods(stability):
    """Pairs of kind and method, in the schema's order; then those of older runtimes."""
    known = definitions(stability)
    out = []
    for kind, envelope in ENVELOPES.items():
        out += [(kind, arm["properties"]["method"]["enum"][0]) for arm in known[envelope]["oneOf"]]
        out += [
            (kind, name.partition("#")[2])
            for name, entry in gone("methods").items()
            if name.startswith(envelope + "#") and (stability == "experimental" or entry.get("stable"))
        ]
    return out


def rows(command):
    process = run(command)
    assert process.returncode == 0, process.stderr
    return [line.split("\t") for line in process.stdout.decode().splitlines()]


class Lists(WireTest):
    def test_types_has_every_definition_of_the_schema_and_whether_it_is_experimental(self):
        everything = {name for name, schema in definitions("experimental").items() if schema}
        everything |= set(gone("types"))
        stable = set(definitions("stable"))
        stable |= {name for name, entry in gone("types").items() if entry.get("stable")}
        listed = rows("types")
        self.assertEqual([name for name, _, _ in listed], sorted(everything))
        for name, _, stability in listed:
            self.assertEqual(stability, "stable" if name in stable else "experimental", name)

    def test_types_tells_what_kind_of_type_it_is(self):
        kinds = {name: kind for name, kind, _ in rows("types")}
        self.assertEqual(set(kinds.values()), {"struct", "enum", "union", "alias", "message"})
        for name, kind in {
            "Thread": "struct",
            "TurnStatus": "enum",
            "ThreadItem": "union",
            "ThreadId": "alias",
            "ServerNotification": "message",
        }.items():
            self.assertEqual(kinds[name], kind)

    def test_methods_has_every_method_in_the_schemas_order_with_types_that_exist(self):
        listed = rows("methods")
        self.assertEqual([(kind, method) for kind, method, *_ in listed], methods("experimental"))
        stable = set(methods("stable"))
        types = {name for name, _, _ in rows("types")} | {"-"}
        for kind, method, params, response, stability, _ in listed:
            self.assertEqual(stability, "stable" if (kind, method) in stable else "experimental")
            self.assertIn(params, types)
            self.assertIn(response, types)
            self.assertEqual(response == "-", kind.endswith("notification"), method)

    def test_methods_names_params_and_response(self):
        self.assertIn(
            ["request", "config/value/write", "ConfigValueWriteParams", "ConfigWriteResponse",
             "stable", "<codex/protocol/config.hpp>"],
            rows("methods"),
        )
        self.assertIn(
            ["client_notification", "initialized", "-", "-", "stable",
             "<codex/protocol/session.hpp>"],
            rows("methods"),
        )

    def test_methods_names_the_header_that_declares_each(self):
        space = {"request": "requests", "notification": "notifications",
                 "server_request": "server_requests",
                 "client_notification": "client_notifications"}
        texts = {}
        for kind, method, *_, header in rows("methods"):
            path = header.strip("<>")
            text = texts.setdefault(path, (HEADERS / path).read_text())
            declared = text.partition(f"namespace {space[kind]} {{")[2]
            declared = declared.partition(f"}}  // namespace {space[kind]}")[0]
            self.assertIn(f' method = "{method}"', declared, header)


if __name__ == "__main__":
    unittest.main()
