"""Outages of the broker, MongoDB and the store, while new clips are asked for all the time."""

import asyncio
import time

from stage import Stage

# Without these a resolver and a cutter would not need MongoDB and the listing of the store for an episode they know.
FORGETFUL = {"RESOLVER_CACHE_LIFETIME": "500ms", "SOURCE_TTL": "500ms"}


async def outage(world, name, begin, end, proof):
    """`proof`: called at the end of the outage; why the fault was not real, or nothing."""
    limits = world.limits
    async with Stage(world, name, **FORGETFUL) as stage:
        await stage.start("gateway", "resolver", "cutter")
        wave = stage.wave()
        seconds = limits.outage_before + limits.outage + limits.outage_after
        load = asyncio.create_task(wave.at_rate(range(seconds * limits.outage_rate), limits.outage_rate))
        await asyncio.sleep(limits.outage_before)
        await begin(stage)
        began = time.monotonic()
        await asyncio.sleep(limits.outage)
        unreal = proof(stage)
        lasted = time.monotonic() - began
        await end(stage)
        wave.lifted.set()
        await load
        line = await wave.result(name, limits.first_try_outages)
        slowest = max(request.first.took for request in wave.requests)
        line.note(f"an outage of {lasted:.0f} s; the slowest first answer took {slowest:.1f} s")
        line.hold(not unreal, f"the fault was not real: {unreal}")
        line.hold(lasted >= limits.outage, f"the outage lasted only {lasted:.1f} s")
        line.hold(not any(instance.starts > 1 or not instance.is_running for instance in stage.instances.values()),
                  "a service ended")
        return line


def component(name, proxies):
    """A component of the stack that is stopped for real, and which proxies must have noticed."""

    async def begin(stage):
        await stage.world.component("down", name)

    async def end(stage):
        await stage.world.component("up", name)

    def proof(stage):
        if stage.world.component_runs(name):
            return f"{name} still runs"
        if not any(stage.faults.counts(proxy)["refused"] for proxy in proxies):
            return f"nobody noticed that {name} was gone"
        return None

    return begin, end, proof


def store(mode, **more):
    async def begin(stage):
        stage.faults.s3(mode, **more)

    async def end(stage):
        stage.faults.s3()

    def proof(stage):
        return None if stage.faults.counts("s3")["hit"] > 0 else "no request to the store was hit"

    return begin, end, proof


async def idle(world):
    """The broker restarts while nobody asks for anything: the next to ask must not find out."""
    limits = world.limits
    async with Stage(world, "broker-restart-idle") as stage:
        await stage.start("gateway", "resolver", "cutter")
        wave = stage.wave()
        wave.ask(limits.idle_clips)
        await stage.until("a first clip", lambda: wave.ready == 1, limits.wait)
        await asyncio.sleep(limits.idle)
        await world.component("down", "kafka")
        gone = not world.component_runs("kafka")
        await asyncio.sleep(limits.idle_gone)
        await world.component("up", "kafka")
        await asyncio.sleep(limits.idle)
        for number in range(limits.idle_clips):
            wave.ask(number)
        line = await wave.result("broker-restart-idle", limits.first_try_outages)
        slowest = max(request.first.took for request in wave.requests)
        line.note(f"asked {limits.idle} s after the restart; the slowest answer took {slowest:.1f} s")
        line.hold(gone, "the broker was not stopped")
        return line


async def absent(world, component_name):
    """The services start before what they need."""
    limits = world.limits
    name = f"absent-{component_name}"
    async with Stage(world, name) as stage:
        await world.component("down", component_name)
        try:
            gone = not world.component_runs(component_name)
            for service in ("gateway", "resolver", "cutter"):
                stage.add(service)
            wave = stage.wave()
            # With a broker the gateway takes requests, and they wait for the rest.
            if component_name != "kafka":
                await stage["gateway"].ready(limits.start)
                for number in range(limits.absent_clips):
                    wave.ask(number)
            await asyncio.sleep(limits.absent)
            told = await said(stage, component_name)
            lived = all(instance.is_running for instance in stage.instances.values())
        finally:
            await world.component("up", component_name)
        await stage.ready()
        wave.lifted.set()
        if component_name == "kafka":
            for number in range(limits.absent_clips):
                wave.ask(number)
        line = await wave.result(name, limits.first_try_outages)
        line.hold(gone, f"{component_name} was not absent")
        line.hold(lived, "a service ended instead of waiting")
        line.hold(not any(instance.starts > 1 for instance in stage.instances.values()), "a service was restarted")
        for who, text in told.items():
            line.hold(text, f"{who} did not say that {component_name} is missing")
        line.note("said so: " + "; ".join(f"{who}: {text}" for who, text in told.items()))
        return line


async def said(stage, component_name):
    """By service, what its /readyz tells of what is missing."""
    users = {"kafka": ("gateway", "resolver", "cutter"), "mongodb": ("resolver",), "s3": ("cutter",)}
    told, until = {}, time.monotonic() + stage.limits.tells_within
    for service in users[component_name]:
        told[service] = await stage[service].misses(component_name)
        while not told[service] and time.monotonic() < until:
            await asyncio.sleep(0.2)
            told[service] = await stage[service].misses(component_name)
    return told


def cases():
    faults = {
        "broker-stop": component("kafka", ("gateway", "resolver", "cutter")),
        "s3-503": store("503", share=0.5),
        "s3-hang": store("hang"),
        "s3-cut-body": store("cut"),
        "mongodb-gone": component("mongodb", ("mongodb",)),
    }
    yield "broker-restart-idle", idle
    for name, (begin, end, proof) in faults.items():
        yield name, lambda world, n=name, b=begin, e=end, p=proof: outage(world, n, b, e, p)
    for name in ("kafka", "mongodb", "s3"):
        yield f"absent-{name}", lambda world, n=name: absent(world, n)
