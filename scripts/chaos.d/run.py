"""Runs the cases that scripts/chaos was asked for, and tells what became of every request."""

import asyncio
import json
import os
import sys
import time

# What processes take is read as the benchmark reads it.
sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "bench.d"))

import case_brokers  # noqa: E402
import case_cutters
import case_disasters
import case_kill
import case_outages
import case_overload
import case_records
import case_requests
import case_rights
import case_rolling
from services import Failed
from limits import SHORT, Limits, Short

# In the order in which they run.
MODULES = [case_kill, case_cutters, case_outages, case_records, case_requests, case_overload, case_rolling,
           case_brokers, case_rights, case_disasters]


def say(text):
    print(f"chaos: {text}", file=sys.stderr, flush=True)


def chosen(words, known):
    short = "--short" in words
    words = [word for word in words if word != "--short"]
    names = list(known)
    if short:
        names = [name for name in names if name.startswith(SHORT) and (
            not name.startswith("kill9") or name.endswith(Short.kill_moments))]
    if words:
        names = [name for name in names if any(word in name for word in words)]
    return short, names


HEAD = ("case", "asked", "ready", "first", "5xx", "lost", "cuts", "dup PUTs", "s")


def row(line):
    return (line.case, line.asked, line.ready, line.first, line.refused, line.lost, line.cuts, line.duplicates,
            f"{line.seconds:.0f}")


def show(line):
    if not sys.stdout.isatty():
        print(json.dumps(line.as_json(), ensure_ascii=False), flush=True)
        return
    print(formatted(row(line)), flush=True)
    if line.reasons:
        print("    not ready: " + ", ".join(f"{count} {word}" for word, count in line.reasons.most_common()))
    for note in line.notes:
        print(f"    {note}")
    for broken in line.broken:
        print(f"    BROKEN: {broken}")


def formatted(cells):
    return f"{cells[0]:<28}" + "".join(f"{cell:>9}" for cell in cells[1:])


async def play(names, known, limits):
    from world import World

    broken = 0
    world = World(limits, say)
    try:
        say(f"a quiet run of {limits.quiet_clips} clips")
        began = time.monotonic()
        await world.quiet_run()
        say(f"the quiet run took {time.monotonic() - began:.0f} s; load average {os.getloadavg()[0]:.1f}")
        if sys.stdout.isatty():
            print(formatted(HEAD))
        for number, name in enumerate(names, 1):
            say(f"{number}/{len(names)} {name}")
            began = time.monotonic()
            try:
                line = await known[name](world)
            except Exception as fault:  # noqa: BLE001: whatever it is, the other cases are still worth running
                from wave import Line
                line = Line(name)
                line.broken.append(f"{type(fault).__name__}: {fault}")
            line.seconds = time.monotonic() - began
            broken += bool(line.broken)
            for text in line.broken:
                say(f"{name}: {text}")
            show(line)
    finally:
        await world.close()
    return broken


def main():
    known = {name: case for module in MODULES for name, case in module.cases()}
    words = sys.argv[1:]
    if words == ["--list"]:
        print("\n".join(known))
        return 0
    short, names = chosen(words, known)
    if not names:
        say(f"no case is called {' '.join(words)}; scripts/chaos --list tells their names")
        return 2
    began = time.monotonic()
    try:
        broken = asyncio.run(play(names, known, Short if short else Limits))
    except (Failed, OSError) as fault:
        say(f"{type(fault).__name__}: {fault}")
        return 1
    say(f"{len(names)} cases in {time.monotonic() - began:.0f} s; load average {os.getloadavg()[0]:.1f}; " + (
        f"{broken} BROKEN" if broken else "every bound held"))
    return 1 if broken else 0


sys.exit(main())
