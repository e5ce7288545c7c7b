"""What every kind of model must offer to be searched for, and how its answers are compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import onnx

from .space import Configuration
from .workloads import Workload

Answers = Sequence[dict[str, np.ndarray]]


@dataclass(frozen=True)
class Asked:
    """What a search needs of a command line. `command`: how to call `conceptlens`, for candidates of mentions."""

    folder: Path
    development: Path
    kb: Path
    work: Path
    command: list[str]
    every: int = 1


class Task(Protocol):
    """A model and what it is measured on.

    `kind`: `linker`, `tagger`, `names` or `cross-encoder`. `graph`: the file's name in the folder. `calibration`: samples of a
    workload of their own, on texts that are not measured."""

    kind: str
    graph: str
    model: onnx.ModelProto
    workload: Workload
    calibration: Workload
    batches: tuple[int, ...]
    own: tuple[str, ...]

    def metrics(self, answers: Answers, samples: Sequence[int]) -> dict[str, float]:
        """Figures in per cent over the questions that these samples answer whole."""
        ...

    def choices(self, answers: Answers, samples: Sequence[int]) -> list[int]:
        """What is put first, question by question: rank agreement compares them."""
        ...

    def write_own(self, configuration: Configuration, path: Path) -> None:
        """The graph of one of the recipe's own precisions."""
        ...


def agreement(base: Sequence[int], other: Sequence[int]) -> float:
    """How often both choose the same, in per cent."""
    same = sum(a == b for a, b in zip(base, other, strict=True))
    return 100 * same / max(1, len(base))


def precision_of(configuration: Configuration) -> str:
    """`precision` of the product's manifests, by what the matrices are multiplied in."""
    if configuration.method.startswith("recipe:"):
        return configuration.method.partition(":")[2]
    known = {"fp32": "fp32", "fp16": "fp16", "stored8": "fp32-arithmetic", "nbits4": "int4"}
    return known.get(configuration.method, "int8")
