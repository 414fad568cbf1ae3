"""The descriptions of the records: docs/asyncapi.yaml, and the schemas in docs/events that it refers to."""

import json
import pathlib
import re

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

FOLDER = pathlib.Path("docs/events")
SUFFIX = ".schema.json"


def _pattern(validator, pattern, instance, schema):
    """As ECMA-262 has it, which JSON Schema refers to: to Python "$" is also before a line's end."""
    if validator.is_type(instance, "string") and not re.search(re.sub(r"\$$", r"\\Z", pattern), instance, re.ASCII):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


_Validator = extend(Draft202012Validator, {"pattern": _pattern})

schemas = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*" + SUFFIX))}
# Without "$schema", at which the validator would change to one with patterns of its own.
_registry = Registry().with_resources(
    (name, Resource({key: value for key, value in schema.items() if key != "$schema"}, DRAFT202012))
    for name, schema in schemas.items())
asyncapi = yaml.safe_load(pathlib.Path("docs/asyncapi.yaml").read_text(encoding="utf-8"))


def check_schemas():
    """Raises unless each is a schema of its draft."""
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)


def resolved(schema, name):
    """A schema behind its references, with the file that it stands in."""
    while "$ref" in schema:
        found = _registry.resolver(name).lookup(schema["$ref"])
        name, schema = schema["$ref"].partition("#")[0] or name, found.contents
    return schema, name


def properties(schema, name):
    """Every property that is described of an object, with the schemas that hold for it: {name: [(schema, file)]}."""
    schema, name = resolved(schema, name)
    found = {key: [resolved(value, name)] for key, value in schema.get("properties", {}).items()}
    for part in schema.get("allOf", []):
        for key, parts in properties(part, name).items():
            found.setdefault(key, []).extend(parts)
    return found


class Message:
    """One kind of record."""

    def __init__(self, name):
        """Takes the name of its schema, without what all files of schemas end in."""
        self.name, self.file = name, name + SUFFIX
        parts = schemas[self.file]["properties"]
        self.fields = properties(parts["value"], self.file)
        self.headers = properties(parts["headers"], self.file)
        # Whoever writes it writes nothing that is not described. Readers ignore what they don't know, so the schemas don't say that.
        self._validator = _Validator({
            "$ref": self.file,
            "properties": {
                "value": {"$ref": f"{self.file}#/properties/value", "unevaluatedProperties": not self.tells_its_writer},
                # A dead letter's headers are also those of what was put aside.
                "headers": {"$ref": f"{self.file}#/properties/headers",
                            "unevaluatedProperties": not self.tells_its_writer and bool(self.headers)}}},
            registry=_registry)

    @property
    def tells_its_writer(self):
        """Whether it is a CloudEvent, and names its source."""
        return "ce_source" in self.headers

    def faults(self, record):
        """What is wrong with {"key", "headers", "value"}, each as a line; none for a record of this kind."""
        found = [f"{error.json_path}: {error.message[:300]}" for error in self._validator.iter_errors(record)]
        found += [f"the header {name} is not described" for name in record["headers"]
                  if name.startswith("dead_letter_") and name not in self.headers]
        if self.tells_its_writer and not found:
            # The schema of each of the two says what it is like, and none can say that they are the same.
            subject = next(record["value"][name] for name in ("clip_id", "episode_id", "gateway") if name in record["value"])
            for what, text in (("key", record["key"]), ("ce_subject", record["headers"]["ce_subject"])):
                if text != subject:
                    found.append(f"{what} is {text!r}, not {subject!r}")
        return found


messages = {name.removesuffix(SUFFIX): Message(name.removesuffix(SUFFIX)) for name, schema in schemas.items()
            if "properties" in schema}


def channels():
    """Topic → the messages that it may hold, by docs/asyncapi.yaml."""
    found = {}
    for channel in asyncapi["channels"].values():
        names = [one["$ref"].rsplit("/", 1)[1] for one in channel["messages"].values()]
        found[channel["address"]] = [messages[described(name)] for name in names]
    return found


def described(name):
    """The schema that a message of docs/asyncapi.yaml refers to by its payload."""
    return asyncapi["components"]["messages"][name]["payload"]["$ref"].removeprefix("./events/").partition(SUFFIX)[0]


def address(topic, known):
    """A topic's name without the prefix that an operator put before it; None if it is none of ours."""
    return next((name for name in sorted(known, key=len, reverse=True) if topic == name or topic.endswith("." + name)), None)
