"""What was measured, as tables for people and as JSON for machines."""

import dataclasses
import json


@dataclasses.dataclass
class Row:
    part: str
    what: str
    unit: str
    cutroom: float
    peer: float | None = None
    # What is better, "more" or "less": decides which way round the ratio is.
    better: str = "less"
    # The least (or most) that ours is held to, and the least ratio.
    held_to: float | None = None
    held_to_ratio: float | None = None

    @property
    def ratio(self):
        """How many times better ours is."""
        if self.peer is None or not self.peer or not self.cutroom:
            return None
        return self.cutroom / self.peer if self.better == "more" else self.peer / self.cutroom

    @property
    def met(self):
        """None where nothing is asked, or nothing was there to compare with."""
        verdicts = []
        if self.held_to is not None:
            verdicts.append(self.cutroom >= self.held_to if self.better == "more" else self.cutroom <= self.held_to)
        if self.held_to_ratio is not None and self.ratio is not None:
            verdicts.append(self.ratio >= self.held_to_ratio)
        return all(verdicts) if verdicts else None

    def as_json(self):
        return {**dataclasses.asdict(self), "ratio": self.ratio, "met": self.met}


def number(value):
    if value is None:
        return ""
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if value < 100 else f"{value:.0f}"


def target(row):
    asked = []
    if row.held_to is not None:
        asked.append(("≥ " if row.better == "more" else "≤ ") + number(row.held_to))
    if row.held_to_ratio is not None:
        asked.append(f"≥ {number(row.held_to_ratio)} ×")
    if not asked:
        return ""
    return ", ".join(asked) + {True: ": met", False: ": **missed**", None: ""}[row.met]


def markdown(run):
    lines = [
        "# Benchmarks", "",
        "Written by `scripts/bench`. Absolute numbers are only good back to back: load generator, services, Kafka, "
        "FerretDB and versitygw shared the machine, and the same run an hour later differs by a fifth. The ratios compare "
        "with another implementation of the same API, measured in turns with ours in the same run; more than 1 is better.",
        "",
    ]
    lines += [f"- {name}: {value}" for name, value in run["machine"].items()]
    lines += [f"- {name}: {value}" for name, value in run["checks"].items()]
    for part in dict.fromkeys(row.part for row in run["rows"]):
        lines += ["", f"## {part}", "", "| | unit | Cutroom | the other | ratio | held to |", "|---|---|---:|---:|---:|---|"]
        for row in run["rows"]:
            if row.part == part:
                ratio = f"{number(row.ratio)} ×" if row.ratio else ""
                lines.append(
                    f"| {row.what} | {row.unit} | {number(row.cutroom)} | {number(row.peer)} | {ratio} | {target(row)} |")
    lines += ["", "## Commands", "", *(f"    {command}" for command in run["commands"]), ""]
    return "\n".join(lines)


def as_json(run):
    return json.dumps({**run, "rows": [row.as_json() for row in run["rows"]]}, indent=2, ensure_ascii=False) + "\n"
