"""schema/history.json applied to the definitions of the bundles, by other means than the
generator's, for `audit`."""

import re

KEYWORD = "x-codex-history"
READ = {"ServerNotification", "ServerRequest"}
WRITTEN = {"ClientRequest", "ClientNotification"}


def apply(history: dict, experimental: dict, stable: dict, responses: dict[str, str]) -> None:
    for name, entry in history["types"].items():
        if "until" in entry:
            add(experimental, stable, entry, lambda bundle, schema, n=name: bundle.update({n: schema}))
        experimental[name] = {**experimental[name], KEYWORD: entry}
    for section, insert in (("arms", add_arm), ("methods", add_arm), ("members", add_member)):
        for path, entry in sorted(history[section].items(), key=lambda item: len(steps(item[0]))):
            if "until" in entry:
                add(experimental, stable, entry,
                    lambda bundle, schema, p=path, i=insert: i(bundle, p, schema))
    for path, entry in history["methods"].items():
        if "response" in entry:
            responses.setdefault(path.partition("#")[2], entry["response"])
    for path, entry in history["values"].items():
        owner, _, value = path.partition("=")
        for bundle in [experimental] + ([stable] if entry.get("stable") else []):
            if "until" in entry:
                add_value(find(bundle, owner), value)
    read, written = directions(experimental, responses)
    for path, entry in history["members"].items():
        if isinstance(part := find(experimental, path), dict):
            part[KEYWORD] = entry
        if "since" in entry and "until" not in entry and steps(path)[0] in read:
            weaken(experimental, path)
    for path, entry in history["presence"].items():
        if steps(path)[0] in written:
            find(experimental, path)[KEYWORD] = {**entry, **find(experimental, path).get(KEYWORD, {})}
        if steps(path)[0] not in read:
            continue
        if "optional_until" in entry:
            weaken(experimental, path)
        if "nullable_until" in entry:
            part = find(experimental, path)
            part["type"] = [part["type"], "null"]


def add(experimental: dict, stable: dict, entry: dict, insert) -> None:
    insert(experimental, dict(entry["schema"]))
    if "stable" in entry:
        insert(stable, dict(entry["schema"] if entry["stable"] is True else entry["stable"]))


def steps(path: str) -> list[str]:
    return re.findall(r"^\w+|\.[^.#\[]+|#[^.\[]+|\[\]", path)


def find(bundle: dict, path: str):
    found = bundle.get(steps(path)[0])
    for step in steps(path)[1:]:
        found = step_into(core(found), step) if found else None
    return found


def core(schema: dict) -> dict:
    while True:
        arms = schema.get("anyOf") or schema.get("oneOf") or []
        rest = [arm for arm in arms if arm.get("type") != "null"]
        if len(rest) == 1 and len(arms) == 2:
            schema = rest[0]
        elif len(schema.get("allOf", [])) == 1:
            schema = schema["allOf"][0]
        else:
            return schema


def step_into(schema: dict, step: str):
    if step == "[]":
        return schema.get("items")
    name = step[1:]
    arms = schema.get("oneOf") or schema.get("anyOf") or []
    if step[0] == "#":
        return next((arm for arm in arms if names(arm, name)), None)
    places = [schema] + [arm for arm in arms if "$ref" not in arm]
    return next((p["properties"][name] for p in places if name in p.get("properties", {})), None)


def names(arm: dict, name: str) -> bool:
    if arm.get("$ref", "").endswith("/" + name) or list(arm.get("properties", {})) == [name]:
        return True
    return any(value.get("enum") == [name] for value in arm.get("properties", {}).values()
               if isinstance(value, dict))


def owner_and_name(path: str) -> tuple[str, str]:
    last = steps(path)[-1]
    return path[:-len(last)], last[1:]


def add_member(bundle: dict, path: str, schema: dict) -> None:
    owner, name = owner_and_name(path)
    core(find(bundle, owner)).setdefault("properties", {})[name] = schema


def add_arm(bundle: dict, path: str, schema: dict) -> None:
    owner = core(find(bundle, owner_and_name(path)[0]))
    owner["oneOf" if "oneOf" in owner else "anyOf"].append(schema)


def add_value(schema: dict, value: str) -> None:
    schema = core(schema)
    if "enum" in schema:
        schema["enum"] = schema["enum"] + [value]
    else:
        schema["oneOf"].append({"type": "string", "enum": [value]})


def weaken(bundle: dict, path: str) -> None:
    owner, name = owner_and_name(path)
    schema = core(find(bundle, owner))
    schema["required"] = [other for other in schema.get("required", []) if other != name]


def directions(bundle: dict, responses: dict[str, str]) -> tuple[set[str], set[str]]:
    """What clients read: answers, notifications, the params of server requests, and what nothing
    refers to, which may be read. And what they write."""
    written = set(WRITTEN)
    for envelope in WRITTEN:
        reach(bundle, bundle[envelope], written)
    for branch in bundle["ServerRequest"]["oneOf"]:
        params = branch["properties"].get("params", {}).get("$ref", "").rpartition("/")[2]
        answer = responses.get(branch["properties"]["method"]["enum"][0],
                               re.sub("Params$", "Response", params))
        written.add(answer)
        reach(bundle, bundle.get(answer, {}), written)
    read = set(bundle) - written
    for name in sorted(read):
        reach(bundle, bundle[name], read)
    return read, written


def reach(bundle: dict, schema, out: set[str]) -> None:
    if isinstance(schema, dict):
        name = schema["$ref"].rpartition("/")[2] if isinstance(schema.get("$ref"), str) else ""
        if name and name not in out:
            out.add(name)
            reach(bundle, bundle[name], out)
        schema = list(schema.values())
    if isinstance(schema, list):
        for part in schema:
            reach(bundle, part, out)


def sentences(schema) -> list[str]:
    """What a comment has to say of the part with this schema."""
    entry = schema.get(KEYWORD, {}) if isinstance(schema, dict) else {}
    words = {"since": "Since", "until": "Until",
             "required_until": "Required by runtimes up to",
             "not_null_until": "Not null for runtimes up to"}
    return [f"{text} {entry[key]}." for key, text in words.items() if key in entry]
