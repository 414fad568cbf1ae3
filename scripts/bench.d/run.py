"""Runs the parts that scripts/bench was asked for, and writes what they measured."""

import argparse
import os
import sys

import machine
import part_cut
import part_far
import part_gateway
import part_hostile
import part_limits
import part_memory
import part_misses
import part_nginx
import part_parts
import part_telemetry
import part_warm
import report
from bench import Bench
from clips import WrongAnswer
from services import Failed

# In the order in which "all" runs them. A part is a module with measure(bench), which adds rows.
PARTS = {"gateway": part_gateway, "nginx": part_nginx, "telemetry": part_telemetry, "hostile": part_hostile,
         "limits": part_limits, "warm": part_warm, "misses": part_misses, "far": part_far, "parts": part_parts,
         "memory": part_memory, "cut": part_cut}


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


def main():
    words = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    words.add_argument("part", choices=[*PARTS, "all"])
    other = words.add_mutually_exclusive_group()
    other.add_argument("--peer", metavar="URL")
    other.add_argument("--against", metavar="DIR")
    words.add_argument("--far-peer", metavar="URL")
    words.add_argument("--seconds", type=int, default=10)
    words.add_argument("--rounds", type=int, default=3)
    words.add_argument("--misses", type=int, default=60)
    words.add_argument("--cuts", type=int, default=200)
    words.add_argument("--warm", type=int, default=2000)
    words.add_argument("--write", metavar="FILE")
    words = words.parse_args()
    top = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    os.chdir(top)
    run = {"machine": machine.describe()}
    bench = None
    try:
        bench = Bench(top, words, say)
        for name in PARTS if words.part == "all" else [words.part]:
            say(f"part {name}; load average {machine.load()}")
            PARTS[name].measure(bench)
    except (Failed, WrongAnswer, OSError) as fault:
        say(f"{type(fault).__name__}: {fault}")
        return 1
    finally:
        if bench:
            bench.close()
    run["machine"]["load average at the end"] = machine.load()
    run["machine"]["command"] = "scripts/bench " + " ".join(sys.argv[1:])
    run |= {"checks": bench.checks, "rows": bench.rows, "commands": bench.commands}
    if not bench.rows:
        say("nothing was measured")
        return 2
    text = report.markdown(run)
    for path, content in {".bench/report.md": text, ".bench/report.json": report.as_json(run), words.write: text}.items():
        if path:
            with open(path, "w") as file:
                file.write(content)
    print(text)
    return 0


sys.exit(main())
