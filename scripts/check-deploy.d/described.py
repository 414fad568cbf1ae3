"""What docs/asyncapi.yaml says of the topics, which a Swift test holds the code to."""

import pathlib

import yaml


def topics():
    """Name → (partitions, or None for as many as configured; settings)."""
    found = {}
    for channel in yaml.safe_load(pathlib.Path("docs/asyncapi.yaml").read_text())["channels"].values():
        kafka = channel["bindings"]["kafka"]
        settings = {key: ",".join(value) if isinstance(value, list) else str(value)
                    for key, value in kafka["topicConfiguration"].items()}
        found[channel["address"]] = (kafka.get("partitions"), settings)
    return found
