"""What a rate of requests asks of each part of Cutroom, and how much of each part a deployment has."""

from dataclasses import dataclass

from popularity import Zipf, catalogue_for

LIFETIME = 30 * 86_400


@dataclass
class Measured:
    """docs/benchmarks.md and docs/faults.md say how; on one core of an AMD EPYC. What is assumed says so."""

    hit_cpu: float = 27e-6
    """At full load, signature included; 86e-6 at 1,000 a second, where threads wake up for each."""
    miss_gateway_cpu: float = 1.67e-3
    miss_resolver_cpu: float = 1.73e-3
    cut_cpu: float = 11.2e-3
    """A lossless MP3 clip of 30 s with the minimal ffmpeg."""
    cut_time: float = 70e-3
    """From a slot to the stored clip, at a store with 30 ms to each first byte; 12.6 ms at one on the same machine."""
    found_cpu: float = 1e-3
    """A cutter's look at a clip that is stored already. Assumed: a HEAD and two records."""
    ready_cpu: float = 42e-6
    """A gateway reads a record of clip.ready: 100,000 in 4.2 s."""
    entry_bytes: float = 335
    """32 MiB for 100,000 clips."""
    clip_bytes: float = 481_738
    record_bytes: float = 1_000
    """A record with its headers, of any topic. Assumed from the examples in docs/asyncapi.yaml."""
    in_flight: float = 64
    """Records of one partition that are worked on at once, by the code."""
    store_gets: float = 5_500
    """What AWS promises for a prefix, a second; PUTs and LISTs below. A prefix that stays busy is divided by itself."""
    store_puts: float = 3_500


@dataclass
class Deployment:
    name: str
    gateways: int
    gateway_cores: float
    table_bytes: float
    resolvers: int
    cutters: int
    cutter_cores: float
    slots: int
    partitions: int
    by_clip: bool = False
    """Whether the load balancer sends a clip always to the same gateway, so that tables add up."""


# The overlays of deploy/kubernetes: requests of CPU, and the most that autoscaling allows.
SMALL = Deployment("small", 2, 1, 32 * 2**20, 2, 2, 1, 6, 12)
LARGE = Deployment("large", 10, 2, 256 * 2**20, 16, 48, 2, 12, 48)
# What docs/scale.md comes to.
SHARDED = Deployment("sharded", 40, 4, 4 * 2**30, 256, 256, 4, 24, 256, by_clip=True)


@dataclass
class Part:
    name: str
    needed: float
    there: float
    unit: str
    change: str

    @property
    def used(self):
        return self.needed / self.there


def simulate(rate, hit_rate, deployment, measured, exponent=0.9, episodes=100_000):
    """What `rate` requests a second need, of which `hit_rate` find their clip made, by the part that is used up first."""
    d, m = deployment, measured
    clips = catalogue_for(hit_rate, rate, LIFETIME, exponent)
    stored, live = clips.stored(rate, LIFETIME)
    # Each gateway keeps what its own clients use; by clip, each keeps its part of all.
    if d.by_clip:
        table = clips.held(rate, LIFETIME, d.gateways * d.table_bytes / m.entry_bytes)
    else:
        table = clips.held(rate / d.gateways, LIFETIME, d.table_bytes / m.entry_bytes)
        table = min(table, stored)
    cuts, found, hits = rate * (1 - stored), rate * (stored - table), rate * table
    long_way = cuts + found
    hottest = Zipf(episodes, exponent).ranges[0][1]
    cutter_rate = min(d.slots / m.cut_time, d.cutter_cores / m.cut_cpu)
    working = min(d.cutters, d.partitions)
    parts = [
        Part("gateways' CPU", hits * m.hit_cpu + long_way * m.miss_gateway_cpu, d.gateways * d.gateway_cores, "cores",
             "more gateways"),
        Part("clip.ready, read whole by each gateway", long_way * m.ready_cpu, 1, "cores of one reader",
             "one topic for each region or group of feeds"),
        Part("resolvers' CPU", long_way * m.miss_resolver_cpu, min(d.resolvers, d.partitions), "cores", "more resolvers"),
        Part("cutters", cuts / cutter_rate + found * m.found_cpu / d.cutter_cores, working, "cutters",
             "more slots (6 a core at a distant store), then cutters and partitions"),
        Part("records in flight by partition", cuts * m.cut_time, d.partitions * m.in_flight, "records", "more partitions"),
        Part("GETs of the hottest episode's clips", rate * hottest, m.store_gets, "requests/s", "a CDN"),
        Part("PUTs of the hottest episode's clips", cuts * hottest, m.store_puts, "requests/s",
             "a part of the window before the episode in the key"),
    ]
    return {
        "deployment": d.name,
        "requests_per_s": rate,
        "hit_rate": hit_rate,
        "catalogue_clips": sum(count for count, _ in clips.ranges),
        "from_table": table,
        "found_in_bucket_per_s": found,
        "cut_per_s": cuts,
        "clips_in_bucket": live,
        "bucket_bytes": live * m.clip_bytes,
        "table_bytes_for_all": live * m.entry_bytes,
        "table_read_at_start_s": live * m.ready_cpu,
        "kafka_bytes_per_s": long_way * 3 * m.record_bytes,
        "clients_bits_per_s": rate * m.clip_bytes * 8,
        "parts": sorted(({"part": one.name, "used": one.used, "needed": one.needed, "there": one.there, "unit": one.unit,
                          "change": one.change} for one in parts), key=lambda one: -one["used"]),
    }
