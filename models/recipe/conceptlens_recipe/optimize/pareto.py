"""What is measured of a candidate, what the user asks for, and which candidates are worth a look. Standard library only."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

#: What a candidate can be better or worse at; smaller is better for each.
AXES = ("latencyRatio", "sizeMiB", "memoryMiB", "loss")
GOALS = {"latency": "latencyRatio", "size": "sizeMiB", "memory": "memoryMiB"}


@dataclass(frozen=True)
class Figures:
    """Of one candidate. `latencyRatio`: its time over that of the fp32 base, alternating in one process, median of the ratios.
    `metrics`: in per cent, by name; `loss`: points that the worst of them lost against the base, negative when all gained.
    `agreement`: how often it puts first what the base does, in per cent. `company`: largest difference of an output alone and
    in company, as a share of the outputs' standard deviation. `partial`: given up after a part of the documents."""

    latencyRatio: float
    latencyMs: float
    sizeMiB: float
    memoryMiB: float
    metrics: dict[str, float] = field(default_factory=dict)
    loss: float = 0.0
    agreement: float = 100.0
    company: float = 0.0
    partial: bool = False

    @property
    def is_exact(self) -> bool:
        """Whether a score is the same alone and in company, but for the order of additions in fp32."""
        return self.company <= 1e-3


@dataclass(frozen=True)
class Constraints:
    """What a winner must keep. Shares of 1, points of the metric, MiB; None: no constraint."""

    max_accuracy_loss: float | None = None
    min_latency_gain: float | None = None
    max_size: float | None = None
    max_memory: float | None = None
    must_be_exact: bool = False

    def violations(self, figures: Figures) -> tuple[float, ...]:
        """By how much each constraint is missed, 0 or less where it is kept; in the order of the fields, without absent."""
        found = []
        if self.max_accuracy_loss is not None:
            found.append(figures.loss - self.max_accuracy_loss)
        if self.min_latency_gain is not None:
            found.append(figures.latencyRatio - (1 - self.min_latency_gain))
        if self.max_size is not None:
            found.append(figures.sizeMiB / self.max_size - 1)
        if self.max_memory is not None:
            found.append(figures.memoryMiB / self.max_memory - 1)
        if self.must_be_exact:
            found.append(0.0 if figures.is_exact else 1.0)
        # Floating point: a loss of exactly the limit is allowed.
        return tuple(0.0 if 0 < v < 1e-9 else v for v in found)

    def allow(self, figures: Figures) -> bool:
        return not figures.partial and all(v <= 0 for v in self.violations(figures))


def share(text: str) -> float:
    """`20%` or `0.2` → 0.2."""
    match = re.fullmatch(r"\s*(-?\d+(?:[.]\d+)?)\s*(%?)\s*", text)
    if not match:
        raise ValueError(f"{text!r} is not a share; write it as 20% or 0.2")
    return float(match[1]) / (100 if match[2] else 1)


def points(text: str) -> float:
    """`0.5%` → 0.5: points of a metric in per cent."""
    match = re.fullmatch(r"\s*(\d+(?:[.]\d+)?)\s*%\s*", text)
    if not match:
        raise ValueError(f"{text!r} is not a loss; write it in points with a per cent sign, as 0.5%")
    return float(match[1])


def dominates(a: Figures, b: Figures) -> bool:
    """At least as good everywhere and better somewhere."""
    pairs = [(getattr(a, axis), getattr(b, axis)) for axis in AXES]
    return all(x <= y for x, y in pairs) and any(x < y for x, y in pairs)


def front(candidates: Sequence[Figures]) -> list[int]:
    """Indices of the whole candidates that no other one dominates, the fastest first. Of equals the first stays."""
    whole = [i for i, c in enumerate(candidates) if not c.partial]
    kept = [
        i
        for i in whole
        if not any(
            dominates(candidates[j], candidates[i]) or (j < i and _same(candidates[j], candidates[i]))
            for j in whole
            if j != i
        )
    ]
    return sorted(kept, key=lambda i: candidates[i].latencyRatio)


def _same(a: Figures, b: Figures) -> bool:
    return all(getattr(a, axis) == getattr(b, axis) for axis in AXES)


def winner(candidates: Sequence[Figures], constraints: Constraints, goal: str = "latency") -> int | None:
    """The best by the goal of those that keep every constraint, then by loss; None when none does."""
    allowed = [i for i, c in enumerate(candidates) if constraints.allow(c)]
    return min(allowed, key=lambda i: (getattr(candidates[i], GOALS[goal]), candidates[i].loss), default=None)
