"""What checks do alike that have the services run, let things go wrong, and tell what was not as it should be."""

import asyncio
import subprocess
import time

from limits import Short
from services import Failed
from world import World


def judge(play, say, held):
    """Plays in a world of its own and says what was broken, or `held`; returns the exit status.

    `play(world, broken)` adds a sentence to `broken` for each thing that it finds."""
    began, broken = time.monotonic(), []
    world = World(Short, say)
    try:
        asyncio.run(play(world, broken))
    except (Failed, OSError, subprocess.SubprocessError) as fault:
        broken.append(f"{type(fault).__name__}: {fault}")
    finally:
        world.faults.close()
    for text in broken:
        say(f"BROKEN: {text}")
    say(f"{time.monotonic() - began:.0f} s; " + (f"{len(broken)} BROKEN" if broken else held))
    return 1 if broken else 0
