"""kill -9 of each service at three moments, with hundreds of requests in flight, and a restart."""

import asyncio
import os

from services import Failed
from stage import Stage

WHAT = {
    "before": "before any work on them began",
    "middle": "while the cutter is in the middle of cuts",
    "stored": "between a PUT and its ClipReady",
}


async def kill(world, service, moment):
    limits, faults = world.limits, world.faults
    # All are to be in flight at once, though nobody knows yet how fast they are made.
    admitting = {"GATEWAY_UNMEASURED_CLIPS": str(limits.kill_in_flight)}
    async with Stage(world, f"kill9-{service}-{moment}", **admitting) as stage:
        # Where a gateway is killed there are two: those who wait at the other one must not notice.
        gateways = ["gateway1", "gateway2"] if service == "gateway" else ["gateway1"]
        await stage.start(*gateways, "resolver1", "cutter1")
        if moment == "before":
            faults.tcp("resolver" if service != "cutter" else "cutter", "stall")
        elif moment == "middle":
            faults.s3("hold", method="GET", bucket=os.environ["S3_SOURCE_BUCKET"], objects=True)
        else:
            faults.s3("pass", stall_on_put="cutter", bucket=stage.bucket)
        wave = stage.wave()
        for number in range(limits.kill_in_flight):
            wave.ask(number, gateways[number % len(gateways)])

        async def all_wait():
            return await stage.waiting(*gateways) + wave.answered == limits.kill_in_flight

        await stage.until("all requests to wait", all_wait)
        await come(stage, moment, service)
        held = await stage.waiting(*gateways)
        answered = wave.answered
        victim = stage[f"{service}1"]
        await victim.kill()
        gone = not victim.is_running
        await asyncio.sleep(limits.restart_after)
        faults.lift()
        victim.start()
        await victim.ready(limits.start)
        line = await wave.result(
            f"kill9-{service}-{moment}", limits.first_try_kills, "gateway1" if service == "gateway" else None)
        line.note(f"killed {WHAT[moment]}, with {held} waiting")
        line.hold(gone and victim.starts == 2, "the process was not killed")
        line.hold(held == limits.kill_in_flight and answered == 0, f"only {held} were in flight at the kill")
        if service == "gateway":
            reset = sum(request.first.fault == "reset" for request in wave.requests)
            line.hold(reset > 0, "the killed gateway reset no connection")
            line.note(f"{reset} connections reset, each a first try")
        return line


async def come(stage, moment, service):
    """Until the moment is there, seen from outside."""
    faults = stage.faults
    if moment == "before":
        await asyncio.sleep(0.5)
        if faults.counts("s3")["puts"]:
            raise Failed("work had begun before the kill")
        name = "resolver" if service != "cutter" else "cutter"
        await stage.until("the stall to hold something", lambda: faults.counts(name)["held"] > 0)
    elif moment == "middle":
        await stage.until("a cut to be held in the middle", lambda: faults.counts("s3")["hit"] > 0)
    else:
        await stage.until("a PUT to be stored", lambda: faults.counts("s3")["stored"])
        await stage.until("its ClipReady to be held back", lambda: faults.counts("cutter")["held"] > 0)


def cases():
    for service in ("gateway", "resolver", "cutter"):
        for moment in ("before", "middle", "stored"):
            yield f"kill9-{service}-{moment}", lambda world, s=service, m=moment: kill(world, s, m)
