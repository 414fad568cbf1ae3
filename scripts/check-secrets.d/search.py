"""Secrets, and the places in which none may be."""

import base64
import collections
import os
import secrets
import threading
import time
import urllib.parse

from processes import tree


class Secrets:
    """By what they are for. Each is known by its beginning too: what cuts a text off still tells enough of it."""

    SHORTEST = 16

    def __init__(self):
        self.all = {}

    def new(self, what, length=40):
        # Letters that look like nothing else, and one that URLs and JSON escape.
        return self.note(what, "zq" + secrets.token_hex(length // 2) + "/+")

    def note(self, what, value):
        if len(value) < self.SHORTEST:
            raise ValueError(f"{what}: too short to be searched for")
        self.all[what] = value
        return value

    def forms(self):
        """(what, form, bytes)"""
        for what, value in self.all.items():
            raw = value.encode()
            yield what, "as it is", raw[: self.SHORTEST]
            yield what, "percent-encoded", urllib.parse.quote(value, safe="").encode()[: self.SHORTEST]
            # Of three places in base64 the middle does not depend on what stands before.
            for shift in range(3):
                text = base64.b64encode(b"\0" * shift + raw)
                yield what, "in base64", text[4 * bool(shift) : 4 * bool(shift) + self.SHORTEST]
            yield what, "in hex", raw.hex().encode()[: 2 * self.SHORTEST]


class Places:
    """What was said, by where."""

    def __init__(self):
        self.texts = collections.defaultdict(list)

    def note(self, where, text):
        self.texts[where].append(text if isinstance(text, bytes) else text.encode())

    def folder(self, folder):
        """Every file in it; the log of a service is one of them."""
        for name in sorted(os.listdir(folder)):
            path = os.path.join(folder, name)
            if os.path.isfile(path):
                with open(path, "rb") as file:
                    self.note("core files" if name.startswith("core") else "logs", name.encode() + b"\n" + file.read())

    def found(self, known):
        """Sentences that name what was found where, and not the secret."""
        faults = set()
        for what, form, needle in known.forms():
            for where, texts in self.texts.items():
                for text in texts:
                    at = text.find(needle)
                    if at >= 0:
                        around = text[max(0, at - 120): at].decode(errors="replace").replace("\n", " ")
                        faults.add(f"{what}, {form}, in {where}, behind: …{around}")
        return sorted(faults)

    def sizes(self):
        return {where: (len(texts), sum(map(len, texts))) for where, texts in sorted(self.texts.items())}


class Arguments(threading.Thread):
    """What the process lists show of some processes and all that descend from them, looked at all the time."""

    def __init__(self, pids):
        super().__init__(daemon=True)
        self.pids, self.seen, self._over = pids, set(), threading.Event()
        self.start()

    def run(self):
        while not self._over.wait(0.01):
            for pid in {one for pid in list(self.pids()) for one in tree(pid)}:
                try:
                    with open(f"/proc/{pid}/cmdline", "rb") as file:
                        self.seen.add(file.read())
                except OSError:
                    pass

    def close(self):
        self._over.set()
        self.join()
        return self.seen
