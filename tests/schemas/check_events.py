#!/usr/bin/env python3
"""Check the events that an inspector wrote against the published RUM event schemas.

usage: check_events.py SCHEMAS EVENTS

SCHEMAS is a folder of the shape of the public repository rum-events-format: JSON schemas that refer to each other by
relative path, `rum-events-mobile-schema.json` at the top. EVENTS is a folder of `*.json` intake bodies, one event a line.
Exit 0 when every event is valid, 1 when any is not, 2 when there is nothing to check.
"""

import json
import pathlib
import sys

from jsonschema import Draft7Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7

TOP = "rum-events-mobile-schema.json"


def validator(folder):
    resources = []
    for path in folder.rglob("*.json"):
        schema = json.loads(path.read_text(encoding="utf-8"))
        # A schema is found by where it lies: `$ref`s are relative paths, some `$id`s are not.
        schema["$id"] = path.as_uri()
        resources.append((path.as_uri(), Resource.from_contents(schema, default_specification=DRAFT7)))
    registry = Registry().with_resources(resources)
    return Draft7Validator({"$ref": (folder / TOP).as_uri()}, registry=registry)


def deepest(errors, event):
    """The errors of the schema for the event's own type: at the top stands one big oneOf."""
    own = [inner for error in errors for inner in (error.context or [error])]
    other_types = {tuple(error.schema_path)[:1] for error in own if list(error.absolute_path) == ["type"]}
    closest = [error for error in own if tuple(error.schema_path)[:1] not in other_types] or own
    return [f"{error.json_path}: {error.message[:160]}" for error in closest[:5]]


def main(schemas, events):
    schemas, events = pathlib.Path(schemas).resolve(), pathlib.Path(events).resolve()
    if not (schemas / TOP).is_file():
        print(f"{schemas} has no {TOP}")
        return 2
    check = validator(schemas)
    checked = invalid = 0
    for path in sorted(events.rglob("*.json")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if not line.strip():
                continue
            event = json.loads(line)
            checked += 1
            errors = list(check.iter_errors(event))
            if errors:
                invalid += 1
                print(f"{path.name}:{number}: {event.get('type')}: " + "; ".join(deepest(errors, event)))
    print(f"{checked} events, {invalid} invalid")
    if not checked:
        return 2
    return 1 if invalid else 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
