"""Has schemathesis ask a gateway what its own /openapi.json describes, and counts the answers.

  gateway.py ADDRESS FOLDER EPISODE SEED EXAMPLES

Exit status: 0 all answers are as described, each operation had one with 2xx or 3xx, and an altered description does not pass; else 1.
"""

import collections
import copy
import json
import os
import re
import subprocess
import sys
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
# The whole of it ends within this.
LIMIT_S = 240
# Its episode stands in the body, where no dictionary reaches.
NEVER_WELL = {"POST /api/generate-audio-clip"}


def say(text):
    print(f"check-http: {text}", file=sys.stderr, flush=True)


def ask(description, folder, name, *words):
    """Runs schemathesis; its exit status, what it said, and its report."""
    report = os.path.join(folder, f"{name}.ndjson")
    # The environment was moved after it was made, and its programs name the interpreter of before.
    command = [sys.executable, "-c", "from schemathesis.cli import schemathesis; schemathesis(prog_name='st')", "--config-file",
               os.path.join(folder, "schemathesis.toml"), "run", description,
               "--report", "ndjson", "--report-ndjson-path", report, *words]
    done = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, timeout=LIMIT_S, check=False)
    return done.returncode, done.stdout, report


def answers(report):
    """Operation → status → how many."""
    found = collections.defaultdict(collections.Counter)
    with open(report, encoding="utf-8") as lines:
        for line in lines:
            scenario = json.loads(line).get("ScenarioFinished")
            if not scenario:
                continue
            recorder = scenario["recorder"]
            for case, interaction in recorder.get("interactions", {}).items():
                value = recorder["cases"][case]["value"]
                status = (interaction.get("response") or {}).get("status_code", 0)
                found[f"{value['method']} {value['path']}"][status] += 1
    return found


def prepare(address, folder, episode):
    """Has a clip made, so that there is one to be followed, and fills in the settings."""
    asked = f"{address}/api/v1/audio_clips/{episode}?start_time_ms=30000&duration_ms=2000"
    with urllib.request.urlopen(asked, timeout=30) as answer:
        json.load(answer)
    page = f"{address}/c/{episode}%2F30000-32000.mp3"
    with urllib.request.urlopen(page, timeout=30) as answer:
        code = re.search(r'href="/s/([\w-]+)"', answer.read().decode()).group(1)
    with open(os.path.join(HERE, "schemathesis.toml"), encoding="utf-8") as file:
        settings = file.read().replace("@EPISODE@", episode).replace("@PAGE@", page).replace("@CODE@", code).replace("@HOOKS@", os.path.join(HERE, "hooks.py"))
    with open(os.path.join(folder, "schemathesis.toml"), "w", encoding="utf-8") as file:
        file.write(settings)


def write(folder, name, value):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as file:
        json.dump(value, file)
    return path


def main(address, folder, episode, seed, examples):
    began = time.monotonic()
    prepare(address, folder, episode)
    with urllib.request.urlopen(address + "/openapi.json", timeout=10) as answer:
        told = json.load(answer)
    # From a file: schemathesis asks no operation that it has the description from.
    description = write(folder, "told.json", told)
    status, said, report = ask(description, folder, "gateway", "--url", address, "--seed", seed, "--max-examples", examples)
    found = answers(report)
    count = sum(sum(statuses.values()) for statuses in found.values())
    if status:
        print(said, file=sys.stderr)
        sys.exit(f"check-http: schemathesis ended with {status} after {count} requests")
    for path, item in told["paths"].items():
        for method in item.keys() & {"get", "head", "post"}:
            statuses = found.get(f"{method.upper()} {path}") or {}
            say(f"{method.upper()} {path}: " + ", ".join(f"{statuses[one]} × {one}" for one in sorted(statuses)))
            if f"{method.upper()} {path}" not in NEVER_WELL and not any(200 <= one < 400 for one in statuses):
                sys.exit(f"check-http: {method.upper()} {path} was never answered with 2xx or 3xx, so hardly anything was checked")
    altered = copy.deepcopy(told)
    altered["paths"]["/livez"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]["properties"]["status"] = {
        "const": "something else"}
    status, said, _ = ask(write(folder, "altered.json", altered), folder, "altered", "--url", address,
                          "--include-operation-id", "getLiveness", "--max-examples", "1")
    if status != 1 or "something else" not in said:
        print(said, file=sys.stderr)
        sys.exit(f"check-http: a description that is not the gateway's was not noticed (exit status {status})")
    say(f"{count} requests in {time.monotonic() - began:.0f} s, all answered as described (seed {seed})")


main(*sys.argv[1:])
