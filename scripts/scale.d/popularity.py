"""How often each clip of a large catalogue is asked for (Zipf), and what share of requests a cache answers.

A catalogue of N clips is kept as ranges of ranks that grow by 2 %, so that 10¹⁰ clips cost no more than 1,000.
"""

import bisect
import math
import random


class Zipf:
    """Rank r is asked for in proportion to r^-exponent."""

    def __init__(self, clips, exponent):
        # (how many ranks, the probability of one of them)
        self.ranges, first = [], 1
        while first <= clips:
            last = min(clips, max(first, int(first * 1.02)))
            self.ranges.append((last - first + 1, math.exp(-exponent * (math.log(first) + math.log(last)) / 2)))
            first = last + 1
        total = sum(count * weight for count, weight in self.ranges)
        self.ranges = [(count, weight / total) for count, weight in self.ranges]

    def stored(self, rate, lifetime):
        """The share of requests whose clip is in the bucket, which keeps each for `lifetime` s from when it was made; and how
        many are there. By renewal: a clip asked for x times in a lifetime is there for x of x + 1 of its requests."""
        share = clips = 0.0
        for count, probability in self.ranges:
            expected = rate * probability * lifetime
            there = expected / (1 + expected)
            share += count * probability * there
            clips += count * there
        return share, clips

    def held(self, rate, lifetime, entries):
        """The share of requests that a table of the `entries` most recently used answers, by Che's approximation."""
        if self.stored(rate, lifetime)[1] <= entries:
            return self.stored(rate, lifetime)[0]
        low, high = 0.0, lifetime
        for _ in range(60):
            middle = (low + high) / 2
            used = sum(count * -math.expm1(-rate * probability * middle) for count, probability in self.ranges)
            low, high = (middle, high) if used < entries else (low, middle)
        share = 0.0
        for count, probability in self.ranges:
            expected = rate * probability * lifetime
            share += count * probability * -math.expm1(-rate * probability * low) * expected / (1 + expected)
        return share


def catalogue_for(hit_rate, rate, lifetime, exponent):
    """The size of the catalogue of which `hit_rate` of the requests find their clip stored."""
    low, high = 0.0, math.log(1e14)
    for _ in range(50):
        middle = (low + high) / 2
        share, _ = Zipf(round(math.exp(middle)), exponent).stored(rate, lifetime)
        low, high = (middle, high) if share > hit_rate else (low, middle)
    return Zipf(round(math.exp(low)), exponent)


def simulated(clips, exponent, entries, requests, seed=1):
    """The share of requests that a least recently used table answers, by playing them: what the formula is held against."""
    dice = random.Random(seed)
    weights, total = [], 0.0
    for rank in range(1, clips + 1):
        total += rank**-exponent
        weights.append(total)
    table, hits = {}, 0
    for number in range(2 * requests):
        clip = bisect.bisect_left(weights, dice.random() * total)
        # A dictionary keeps the order of insertion, so the first is the one that was not used for longest.
        if table.pop(clip, None):
            # The first half only fills the table.
            hits += number >= requests
        elif len(table) >= entries:
            del table[next(iter(table))]
        table[clip] = True
    return hits / requests
