"""Holds schemas, docs/asyncapi.yaml and recorded examples against each other, and shows that no altered example is valid.

With --topics: of the topics on standard input prints those that docs/asyncapi.yaml describes, whatever their prefix.
"""

import json
import sys

import altered
from schemas import FOLDER, SUFFIX, address, asyncapi, channels, check_schemas, messages, schemas

faults = []


def check_references():
    """Each message takes key, headers and value from one schema, and each schema is some message's."""
    used = set()
    for name, message in asyncapi["components"]["messages"].items():
        file = message["payload"].get("$ref", "").partition("#")[0]
        used.add(file.removeprefix("./events/"))
        key = message.get("bindings", {}).get("kafka", {}).get("key", {}).get("$ref")
        for what, found, part in (("payload", message["payload"].get("$ref"), "value"),
                                  ("headers", message.get("headers", {}).get("$ref"), "headers"), ("key", key, "key")):
            if found != f"{file}#/properties/{part}" or file.removeprefix("./events/") not in schemas:
                faults.append(f"docs/asyncapi.yaml: {name}'s {what} is {found}, not …{SUFFIX}#/properties/{part} in docs/events")
        # The name on the wire, of those that have a type.
        kind = next((schema["const"] for schema, _ in messages[file.removeprefix("./events/").removesuffix(SUFFIX)]
                     .headers.get("ce_type", []) if "const" in schema), message["name"])
        if message["name"] != kind:
            faults.append(f"docs/asyncapi.yaml: {name} is called {message['name']}, and its ce_type is {kind}")
        for example in message.get("examples", []):
            if example["payload"] not in [one["value"] for one in examples(message_of(file)).values()]:
                faults.append(f"docs/asyncapi.yaml: the example of {name} is none of those in docs/events/examples")
    if "schemas" in asyncapi["components"]:
        faults.append("docs/asyncapi.yaml has schemas of its own; they belong into docs/events")
    for file in sorted({message.file for message in messages.values()} - used):
        faults.append(f"docs/events/{file}: no message of docs/asyncapi.yaml refers to it")


def message_of(file):
    return file.removeprefix("./events/").removesuffix(SUFFIX)


def examples(name, folder="examples"):
    """The recorded ones of a kind: NAME.what.json."""
    return {path.name: json.loads(path.read_text(encoding="utf-8"))
            for path in sorted((FOLDER / folder).glob(f"{name}.*.json"))}


def check_examples():
    """How many examples and altered ones there were."""
    count = tried = 0
    known = channels()
    for name, message in messages.items():
        recorded = examples(name)
        if not recorded:
            faults.append(f"docs/events/examples holds no {name}.….json")
        for file, example in recorded.items():
            count += 1
            record = {part: example[part] for part in ("key", "headers", "value")}
            faults.extend(f"docs/events/examples/{file}: {text}" for text in message.faults(record))
            if message not in known.get(example["topic"], []):
                faults.append(f"docs/events/examples/{file}: docs/asyncapi.yaml knows no such message in {example['topic']}")
            for what, other in altered.all_of(record, message):
                tried += 1
                if not message.faults(other):
                    faults.append(f"docs/events/examples/{file}: {what}, it is still valid")
    for file in sorted(path.name for path in (FOLDER / "examples").glob("*.json")):
        if not any(file.startswith(name + ".") for name in messages):
            faults.append(f"docs/events/examples/{file}: there is no schema of that name")
    return count, tried


def check_refused():
    """What no reader takes is valid by none of the schemas of its topic."""
    known = channels()
    refused = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in sorted((FOLDER / "refused").glob("*.json"))}
    for file, example in refused.items():
        record = {part: example[part] for part in ("key", "headers", "value")}
        for message in known[example["topic"]]:
            if not message.faults(record):
                faults.append(f"docs/events/refused/{file}: it is a valid {message.name}")
    return len(refused)


if sys.argv[1:] == ["--topics"]:
    known = channels()
    print("\n".join(topic for topic in sys.stdin.read().split() if address(topic, known)))
    sys.exit()

check_schemas()
check_references()
count, tried = check_examples()
refused = check_refused()
if not count or not tried or not refused:
    sys.exit("check-events: nothing was compared")
print("\n".join(faults) or f"check-events: {len(messages)} schemas; {count} examples are valid, and none of {tried} altered ones; "
      f"{refused} are refused", file=sys.stderr)
sys.exit(1 if faults else 0)
