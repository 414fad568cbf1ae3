"""Three cutters share the work; one is killed and another is added in the middle of it."""

from stage import Stage


async def cutters(world):
    limits = world.limits
    # All are asked for before anybody knows how fast they are made.
    settings = {
        "CUTTER_SLOTS": "2", "CUTTER_QUEUED_PER_SLOT": "4", "GATEWAY_UNMEASURED_CLIPS": str(limits.cutters_clips)}
    async with Stage(world, "cutters", **settings) as stage:
        held_at_most = 2 * (1 + 4)
        await stage.start("gateway", "resolver", "cutter1", "cutter2", "cutter3")
        wave = stage.wave()
        for number in range(limits.cutters_clips):
            wave.ask(number)
        share = limits.cutters_clips * limits.cutters_kill_at
        await stage.until("the first clips", lambda: wave.ready >= share, limits.wait)
        cut_by = b"The clip is cut and stored"
        # Whichever is at work: where partitions have just moved, one may have none.
        victim = max((stage[f"cutter{number}"] for number in (1, 2, 3)), key=lambda one: one.lines(cut_by))
        ready_at_kill, cut_by_victim = wave.ready, victim.lines(cut_by)
        await victim.kill()
        gone = not victim.is_running
        share = limits.cutters_clips * limits.cutters_add_at
        await stage.until("more clips", lambda: wave.ready >= share, limits.wait)
        stage.add("cutter4")
        await stage["cutter4"].ready(limits.start)
        line = await wave.result("cutters", limits.first_try_kills)
        line.hold(gone and cut_by_victim > 0, "no cutter was killed at work")
        line.hold(ready_at_kill < line.asked, "all was ready before the kill")
        extra = line.cuts - line.asked
        line.hold(extra <= held_at_most, f"{extra} cuts too many, and the dead one held at most {held_at_most}")
        line.note(f"{victim.name} killed at {ready_at_kill} ready, after {cut_by_victim} cuts of its own; "
                  f"the added one made {stage['cutter4'].lines(cut_by)}; {extra} clips were cut twice")
        return line


def cases():
    yield "cutters", cutters
