"""What a record would be if its writer had made one mistake. Each must be found by the schema."""

import copy

# Texts for people, which may be anything.
FREE = {"title", "detail", "dead_letter_detail", "dead_letter_version"}
# Of another kind than anything that may stand there.
WRONG = [{"an": "object"}, ["a list"], 0.5]


def all_of(record, message):
    """Pairs: what was done, and the record with it."""
    if message.tells_its_writer:
        yield from _of("key", record["key"], lambda value: {**record, "key": value})
        yield "without its value", {**record, "value": None}
        for name, value in record["value"].items():
            yield from _of(f"field {name}", value, lambda new: _with(record, "value", name, new), name in FREE)
        yield from _without(record, "value", message.fields)
        yield "with a field more", _with(record, "value", "more", 1)
        yield "with a header more", _with(record, "headers", "more", "1")
    for name, value in record["headers"].items():
        # A dead letter has also the headers of the record in it, of any kind.
        if name in message.headers:
            yield from _of(f"header {name}", value, lambda new: _with(record, "headers", name, new), name in FREE)
    yield from _without(record, "headers", message.headers)
    if not message.headers:
        yield "with a header", _with(record, "headers", "more", "1")
        yield "with a value", {**record, "value": {}}
        yield from _of("key", record["key"], lambda value: {**record, "key": value})


def _with(record, part, name, value):
    changed = copy.deepcopy(record)
    changed[part][name] = value
    return changed


# What may be left out.
OPTIONAL = {"title", "about", "transcript", "episode_duration_ms", "lane", "ce_requestid", "tracestate", "cutroom_replays",
            "dead_letter_record_time_ms",
            "dead_letter_key_cut_from_bytes", "dead_letter_headers_left_out", "dead_letter_cut_from_bytes",
            "dead_letter_content_left_out"}


def _without(record, part, described):
    for name in record[part]:
        if name in described and name not in OPTIONAL:
            changed = copy.deepcopy(record)
            del changed[part][name]
            yield f"without {name}", changed


def _of(what, value, put, free=False):
    for wrong in WRONG:
        yield f"with {wrong!r} as {what}", put(wrong)
    if isinstance(value, bool):
        yield f"with a number as {what}", put(1)
        yield f"with a text as {what}", put("true")
    elif isinstance(value, int):
        for wrong in (str(value), True, -4_000_000, 4_294_967_296_000, None):
            # Sizes have no end.
            if not (wrong == 4_294_967_296_000 and what in ("field size_bytes", "field episode_duration_ms")):
                if not (wrong is None and what == "field episode_duration_ms"):
                    yield f"with {wrong!r} as {what}", put(wrong)
    elif isinstance(value, dict):
        for name in value:
            for wrong in ([0], [0, 0, 0], [-1, 0], ["0", 0], [0, 1_000_000_001], None):
                yield f"with {wrong!r} for {name} in {what}", put({**value, name: wrong})
        for wrong in ("", "a name\n", "not fit: "):
            yield f"with {wrong!r} in {what}", put({**value, wrong: [0, 0]})
    elif isinstance(value, str):
        yield f"with a number as {what}", put(7)
        if not free:
            for wrong in ("", value + "\n", "\u0000", value + "\u2028"):
                yield f"with {wrong!r} as {what}", put(wrong)
