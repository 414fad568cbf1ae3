"""Validates records that lie in topics: lines of JSON on standard input, as scripts/bench.d/tools/records prints them.

Prints how many of each kind each topic held, and which it held none of. Exit status: 1 one is not valid; 2 nothing was written of a
clip that is made, or of one that is not.
"""

import base64
import collections
import json
import sys

from schemas import address, channels


def text(value):
    """A key's, a value's or a header's bytes as text; bytes that are none stay what they are."""
    if value is None:
        return None
    raw = base64.b64decode(value)
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return {"base64": value}


def record_of(line):
    headers = {}
    for header in line["headers"] or []:
        headers.setdefault(header["name"], text(header["value"]))
    value = text(line["value"])
    if headers.get("content-type") == "application/json" and not any(name.startswith("dead_letter_") for name in headers):
        try:
            value = json.loads(value)
        except (TypeError, ValueError):
            pass
    return {"key": text(line["key"]), "headers": headers, "value": value}


def best(record, kinds):
    """The kind that fits best, and what is wrong with the record by it."""
    return min(((kind, kind.faults(record)) for kind in kinds), key=lambda found: len(found[1]))


def main():
    known = channels()
    seen, by_hand, faults = collections.Counter(), 0, []
    for line in map(json.loads, sys.stdin):
        topic = address(line["topic"], known)
        record = record_of(line)
        # What a test wrote by hand names no writer; the tombstone, which names none either, is for no test to write.
        if any(kind.tells_its_writer for kind in known[topic]) and record["value"] is not None \
                and "ce_source" not in record["headers"]:
            by_hand += 1
            continue
        kind, found = best(record, known[topic])
        seen[topic, kind.name] += 1
        faults += [f"{line['topic']} {line['partition']}/{line['offset']}: {one}" for one in found]
    for (topic, name), count in sorted(seen.items()):
        print(f"check-events: {count} × {name} in {topic}", file=sys.stderr)
    print(f"check-events: {sum(seen.values())} records of services, {by_hand} by the hand of a test", file=sys.stderr)
    for one in faults[:40]:
        print(f"    {one}", file=sys.stderr)
    if faults:
        sys.exit(f"check-events: {len(faults)} faults")
    missing = [(topic, kind.name) for topic, kinds in known.items() for kind in kinds if not seen[topic, kind.name]]
    if missing:
        print("check-events: not seen, so not checked: " + ", ".join(f"{name} in {topic}" for topic, name in missing), file=sys.stderr)
    # Without these no clip was made, or none was refused.
    if any(topic in ("clip.requested", "clip.resolved", "clip.failed") or name == "clip.ready.v1" for topic, name in missing):
        sys.exit(2)


main()
