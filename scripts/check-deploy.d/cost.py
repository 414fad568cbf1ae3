"""Holds scripts/cost to sums worked out by hand, and docs/scale.md to what scripts/cost and scripts/scale say."""

import json
import os
import pathlib
import pty
import re
import subprocess
import sys

faults = []
PAGE = pathlib.Path("docs/scale.md").read_text()


def need(holds, text):
    if not holds:
        faults.append(text)


def told(*words):
    return json.loads(subprocess.run(["scripts/cost", *words], check=True, capture_output=True, text=True).stdout)


def table(*words):
    """What a person sees at a terminal."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(["scripts/cost", *words], stdout=theirs, stdin=subprocess.DEVNULL)
    os.close(theirs)
    seen = b""
    try:
        while piece := os.read(ours, 4096):
            seen += piece
    # Linux says so when the other side is closed.
    except OSError:
        pass
    need(process.wait() == 0, "scripts/cost fails at a terminal")
    return seen.decode()


# 1,000,000 requests, 80 % hits, clips of 500,000 bytes: 200,000 made, so 100 GB stored and 500 GB sent, of which 100 for nothing.
# 100 × 0.02 = 2; 200,000 × (2 × 0.005 + 2 × 0.0005) / 1,000 + 1,000,000 × 0.0005 / 1,000 = 2.2 + 0.5; 400 × 0.1 = 40; 2 × (10 + 1) + 5 + 7.
worked = told("--requests", "1e6", "--hit-rate", "0.8", "--clip-bytes", "500000", "--storage", "0.02", "--put", "0.005", "--get",
              "0.0005", "--egress", "0.1", "--egress-free", "100", "--machines", "2", "--machine", "10", "--disk", "1", "--kafka", "5",
              "--mongodb", "7")
by_hand = {"storage": 2, "requests_to_s3": 2.7, "egress": 40, "machines": 22, "kafka": 5, "mongodb": 7, "total": 78.7,
           "clips_made": 200_000, "gigabytes_stored": 100, "gigabytes_sent": 500}
for name, value in by_hand.items():
    need(abs(worked[name] - value) < 1e-6, f"scripts/cost: {name} is {worked[name]} (by hand: {value})")

# As many requests as it says cost what the old system did.
usual = told()
again = told("--requests", str(usual["requests_for_the_old_price"]))
need(abs(again["total"] - usual["old_system"]) < 0.01, f"{usual['requests_for_the_old_price']:.0f} requests cost {again['total']}")
need(told("--old", "1")["requests_for_the_old_price"] is None, "a machine that costs more than the old system still buys requests")

(said,) = re.findall(r"come to about \$(\d+), beside the \$(\d+)", " ".join(PAGE.split())) or [("", "")]
need(said == (f"{usual['total']:.0f}", f"{usual['old_system']:.0f}"),
     f"docs/scale.md says {said} of ours and the old system's month (scripts/cost: {usual['total']:.0f}, {usual['old_system']:.0f})")
need(f"${usual['all_made_ahead']:.0f}" in PAGE, "docs/scale.md does not say what all clips made ahead cost")
seen = table()
for wanted in ("Cutroom, all of it", f"{usual['total']:,.2f} $", "the old system, as stated", f"{usual['old_system']:,.2f} $"):
    need(wanted in seen, f"scripts/cost does not say “{wanted}” at a terminal")

rows = re.findall(r"^\| ([\d,]+) \| (\d+) % \| (\d+) % \| ([\d,.]+) \| ([\d,.]+) \|", PAGE, re.MULTILINE)
simulated = {(one["requests_per_s"], round(one["hit_rate"] * 100)): one for one in map(json.loads, subprocess.run(
    ["scripts/scale", "--deployment", "large"], check=True, capture_output=True, text=True).stdout.splitlines())}
need(len(rows) == 9, f"docs/scale.md has {len(rows)} rows of results (expected: 9)")
for rate, hits, *cells in rows:
    one = simulated.get((float(rate.replace(",", "")), int(hits)))
    if one is None:
        faults.append(f"docs/scale.md has a row for {rate} requests/s and {hits} %, which scripts/scale does not simulate")
        continue
    for name, cell, value in zip(("from_table", "found_in_bucket_per_s", "cut_per_s"), cells,
                                 (one["from_table"] * 100, one["found_in_bucket_per_s"], one["cut_per_s"])):
        shown = float(cell.replace(",", ""))
        # To the last digit that the page gives.
        digit = 10.0 ** -len(cell.partition(".")[2])
        need(abs(shown - value) <= digit / 2 + 1e-9, f"docs/scale.md, {rate}/s and {hits} %: {name} is {cell} (scripts/scale: {value:.4g})")

print("\n".join(faults) if faults else f"{len(by_hand)} sums, {len(rows)} rows")
sys.exit(1 if faults else 0)
