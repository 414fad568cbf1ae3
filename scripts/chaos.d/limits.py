"""How long things last, how many there are, and what the services are held to: all in one place.

Durations are in seconds. `Short` is for scripts/test, which also runs on builds without optimization."""

import os


class Limits:
    # What a request gets: its wait is the longest that the contract allows, and its work has the default deadline.
    wait = 60
    work_deadline = 120
    # Beyond its wait a client gives the answer this long to arrive.
    answer_slack = 15
    # From asking once more, after the fault is lifted, to the clip.
    second_try = 30
    # Ready at the first try, of all whose gateway was not killed: cases 1 and 2, and each outage of case 3.
    first_try_kills = 0.99
    first_try_outages = 0.95

    # Services and components that start, and moments that have to come.
    start = 60
    moment = 30

    clip_ms = 2_000
    # Fewer where the machine has other work; then cases that ask for more clips ask for so many.
    quiet_clips = int(os.environ.get("CUTROOM_CHAOS_CLIPS", 500))
    quiet_at_once = 16

    kill_in_flight = 300
    # What a supervisor needs to start a process again.
    restart_after = 1
    kill_moments = ("before", "middle", "stored")

    cutters_clips = 500
    # Of those, ready before one cutter is killed; and when another is added.
    cutters_kill_at = 0.2
    cutters_add_at = 0.4

    outage = 20
    # New clips asked for in each second of an outage, and how long before and after it.
    outage_rate = 5
    outage_before = 2
    outage_after = 4
    idle = 5
    idle_clips = 50
    # Longer than a consumer's session, so that the groups form anew.
    idle_gone = 17
    # How long a service goes without what it needs before that comes.
    absent = 4
    absent_clips = 20
    # From then on, until it tells what is missing.
    tells_within = 10

    bad_records = 10_000
    good_records = 200
    # In clip.failed, which only gateways read.
    bad_failures = 500
    records_settle = 90
    # Unreadable records that a gateway logs in a minute, at most.
    logged_per_minute = 60

    bad_requests = 10_000
    requests_at_once = 24
    # Requests a second of well-behaved clients meanwhile, and the longest that one may take.
    unharmed_rate = 50
    unharmed_p99 = 0.25
    loris_connections = 100
    loris = 10

    # Resident memory after the storm, against before it: a share of it, and MiB for what is only allocated once.
    flat_share = 1.15
    flat_mib = 6

    overload = 60
    overload_factor = 5
    overload_hits = 1_000
    # Clips cut one after the other by so many clients, to find the rate that the machine manages.
    overload_measure = 8
    overload_clients = 16
    # GATEWAY_WAIT: how long those wait who ask too much, and so how long the queue gets.
    overload_wait = 5
    hits_p99_factor = 3
    hits_p99_floor_ms = 10
    normal_after = 5

    rolling_rate = 50
    # Clips that are new among those requests.
    rolling_new = 0.1
    rolling_pause = 2

    # Three brokers. New clips a second (fewer on a machine that has other work), and how long before anything breaks.
    brokers_rate = float(os.environ.get("CUTROOM_CHAOS_RATE", 6))
    brokers_before = 5
    brokers_gone = 35
    brokers_frozen = 50
    brokers_after = 10
    # How long a topic or a right stays away once every service has said so.
    brokers_missing = 3
    brokers_raised = 35
    # From the fault until /readyz names it, and from the mend until it says 200.
    brokers_said = 15
    brokers_mended = 5
    # The worst clip where a broker is killed or frozen.
    brokers_worst = 20
    first_try_brokers = 0.99
    # With exactly the rights that the documentation gives; then each is taken away, and so many there are at least.
    rights_clips = 20
    rights_bad_records = 8
    rights_tried = 28

    # Clips that are there before a store is lost; and from the operator's first step until all of them are back.
    disaster_clips = 40
    disaster_back = 90


class Short(Limits):
    quiet_clips = 120
    kill_in_flight = 60
    kill_moments = ("middle",)
    outage = 10
    outage_rate = 4
    outage_after = 2
    bad_records = 1_000
    good_records = 40
    bad_failures = 100
    bad_requests = 1_000
    loris_connections = 20
    loris = 3
    unharmed_p99 = 1


# Cases that the short form runs, by their names.
SHORT = ("kill9-gateway", "kill9-resolver", "kill9-cutter", "broker-stop", "malformed-records", "malformed-requests")
