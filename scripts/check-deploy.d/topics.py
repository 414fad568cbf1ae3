"""Holds the topics and the rights at Kafka, wherever they are written, against each other.

Topics: docs/asyncapi.yaml (which a Swift test holds the code to), deploy/kafka/topics, the Strimzi manifests, and the commands
in docs/operations.md. Rights: deploy/kafka/acls, the Strimzi manifests, and docs/operations.md.
"""

import pathlib
import re
import subprocess
import sys

import yaml

import described

faults = []


def fault(text):
    faults.append(text)


def compare(what, expected, found, where):
    for name in sorted(expected.keys() | found.keys()):
        if name not in found:
            fault(f"{where}: lacks {what} {name} (expected: {expected[name]})")
        elif name not in expected:
            fault(f"{where}: has {what} {name}, which docs/asyncapi.yaml does not know")
        elif found[name] != expected[name]:
            fault(f"{where}: {what} {name} is {found[name]} (expected: {expected[name]})")


def documents(path):
    return [one for one in yaml.safe_load_all(pathlib.Path(path).read_text()) if one]


def block(name):
    """The commands between <!-- NAME --> and <!-- /NAME --> in docs/operations.md, as words."""
    text = pathlib.Path("docs/operations.md").read_text()
    return [line.split() for line in text.split(f"<!-- {name} -->")[1].split(f"<!-- /{name} -->")[0].splitlines()
            if line.strip().startswith("kafka-") or line.strip().startswith("work=")]


# What the code gives every topic that it makes, and what is right for three replicas.
COMMON = {"message.timestamp.type": "LogAppendTime", "min.insync.replicas": "2"}


def expected_topics(partitions):
    return {name: (own or partitions, 3, {**COMMON, **settings}) for name, (own, settings) in described.topics().items()}


def script_topics():
    topics = {}
    for line in subprocess.run(["deploy/kafka/topics", "print"], check=True, capture_output=True, text=True).stdout.splitlines():
        name, partitions, replicas, *settings = line.split()
        topics[name] = (int(partitions), int(replicas), dict(one.split("=", 1) for one in settings))
    return topics


def strimzi_topics():
    return {one["spec"].get("topicName", one["metadata"]["name"]):
            (one["spec"]["partitions"], one["spec"]["replicas"], {key: str(value) for key, value in one["spec"]["config"].items()})
            for one in documents("deploy/kubernetes/kafka/topics.yaml")}


def documented_topics():
    topics, work = {}, []
    for words in block("kafka-topics"):
        if words[0].startswith("work="):
            work = " ".join(words)[len("work='"):-1].split()
            continue
        words = [more for word in words for more in (work if word == "$work" else [word])]
        pairs = list(zip(words, words[1:]))
        values = {key: value for key, value in pairs if key.startswith("--")}
        settings = dict(value.split("=", 1) for key, value in pairs if key == "--config")
        topics[values["--topic"]] = (int(values["--partitions"]), int(values["--replication-factor"]), settings)
    return topics


def script_rights():
    told = subprocess.run(["deploy/kafka/acls", "print"], check=True, capture_output=True, text=True).stdout
    return {tuple(line.removeprefix("cutroom-").split()) for line in told.splitlines()}


def strimzi_rights():
    return {(one["metadata"]["name"].removeprefix("cutroom-"), operation, acl["resource"]["type"], acl["resource"]["name"])
            for one in documents("deploy/kubernetes/kafka/users.yaml")
            for acl in one["spec"]["authorization"]["acls"] for operation in acl["operations"]}


def documented_rights():
    rights = set()
    for words in block("kafka-acls"):
        values = [(key, value) for key, value in zip(words, words[1:]) if key.startswith("--")]
        get = lambda wanted: [value for key, value in values if key == wanted]
        for user in get("--allow-principal"):
            for operation in get("--operation"):
                rights |= {(user.removeprefix("User:"), operation, kind, name)
                           for kind in ("topic", "group") for name in get(f"--{kind}")}
    return rights


compared = expected_topics(12)
if not compared:
    sys.exit("docs/asyncapi.yaml names no topic")
compare("topic", compared, script_topics(), "deploy/kafka/topics")
compare("topic", compared, strimzi_topics(), "deploy/kubernetes/kafka/topics.yaml")
compare("topic", compared, documented_topics(), "docs/operations.md")

documented = documented_rights()
if not documented:
    sys.exit("docs/operations.md gives no right")
for where, found in (("deploy/kafka/acls", script_rights()), ("deploy/kubernetes/kafka/users.yaml", strimzi_rights())):
    for right in sorted(documented - found):
        fault(f"{where}: lacks the right {' '.join(right)}, which docs/operations.md gives")
    # KEDA is no service of ours, and to see settings is a right for the log alone (docs/operations.md, the second block).
    for right in sorted(one for one in found - documented if one[0] != "keda" and one[1] != "DescribeConfigs"):
        fault(f"{where}: gives the right {' '.join(right)}, which docs/operations.md does not")
for right in sorted(script_rights() ^ strimzi_rights()):
    fault(f"deploy/kafka/acls and deploy/kubernetes/kafka/users.yaml differ in the right {' '.join(right)}")
# The groups that KEDA looks at must be those that read; with which topics, manifests.py says.
looked_at = {name for user, _, kind, name in script_rights() if user == "keda" and kind == "group"}
read = {name for user, _, kind, name in documented if kind == "group"}
for name in sorted(looked_at - read):
    fault(f"KEDA looks at the group {name}, by which nobody reads")

print("\n".join(faults))
sys.exit(1 if faults else 0)
