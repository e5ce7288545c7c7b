"""Makes the graph of a configuration and measures it, each part in a process of its own."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import graphs
from .graphs import Source
from .measure import open_run
from .pareto import Constraints, Figures
from .space import OWN, Configuration, Space
from .tasks import Answers, Task, agreement
from .workloads import recorded, spread

#: Part of the samples that every candidate is measured on, and agreement below which the rest is not worth the time.
PROBED = 5
LEAST_AGREEMENT = 85.0
#: Longest time that a part of a measurement may take before the candidate counts as failed.
PATIENCE_S = 1800


@dataclass(frozen=True)
class Plan:
    """How long, how far, and what for."""

    space: Space
    constraints: Constraints
    trials: int
    minutes: float
    seed: int = 1
    #: Seconds of alternating rounds per candidate.
    seconds: float = 4.0


class Bench:
    """Makes and measures candidates of one task."""

    def __init__(self, task: Task, plan: Plan, work: Path):
        self.task, self.plan, self.work = task, plan, work
        self.base = work / "base.onnx"
        graphs.save(task.model, self.base)
        run = open_run(self.base)
        calibration = spread(len(task.calibration), len(task.calibration))
        self.source = Source.of(task.model, recorded(task.calibration, run, calibration, task.batches[0]))
        with (work / "workload.pkl").open("wb") as stream:
            pickle.dump(task.workload, stream)
        self.samples = list(range(len(task.workload)))
        self.probe = spread(len(self.samples), max(4, len(self.samples) // PROBED))
        self.rest = sorted(set(self.samples) - set(self.probe))
        self._expected: dict[bool, tuple[dict[str, float], list[int]]] = {}

    def graph(self, configuration: Configuration, path: Path) -> None:
        if configuration.method.startswith(OWN):
            plain = path.with_suffix(".plain.onnx")
            self.task.write_own(configuration, plain)
            graphs.fuse(plain, configuration.level, path)
            plain.unlink(missing_ok=True)
        else:
            graphs.write(self.source, configuration, path)

    def measure_base(self) -> Figures:
        """The fp32 base against itself: how far figures move by themselves shows in its ratio."""
        quick = self._child(self.plan.space.base, self.base, {"base": str(self.base), "seconds": self.plan.seconds})
        metrics = self.expected(whole=True)[0]
        size = self.base.stat().st_size / (1 << 20)
        return Figures(
            quick["latencyRatio"], quick["latencyMs"], size, quick["memoryMiB"], metrics, company=quick["company"]
        )

    def measure(self, configuration: Configuration) -> Figures:
        path = self.work / "candidate.onnx"
        try:
            self.graph(configuration, path)
            size = path.stat().st_size / (1 << 20)
            quick = self._child(configuration, path, {"base": str(self.base), "seconds": self.plan.seconds})
            answers = self._child(configuration, path, {"answers": self.probe})
            figures = self._figures(quick, size, self.probe, answers)
            gain = self.plan.constraints.min_latency_gain
            # A tenth more is given to what is nearly fast enough: it belongs in the picture.
            if figures.agreement < LEAST_AGREEMENT or (gain is not None and quick["latencyRatio"] > 1.1 * (1 - gain)):
                return figures
            later = self._child(configuration, path, {"answers": self.rest}) if self.rest else []
            by_sample = dict(zip([*self.probe, *self.rest], [*answers, *later], strict=True))
            return self._figures(quick, size, self.samples, [by_sample[i] for i in self.samples])
        finally:
            path.unlink(missing_ok=True)

    def _figures(self, quick: dict[str, float], size: float, samples: Sequence[int], answers: Answers) -> Figures:
        whole = len(samples) == len(self.samples)
        before, chosen = self.expected(whole)
        metrics = self.task.metrics(answers, samples)
        return Figures(
            quick["latencyRatio"],
            quick["latencyMs"],
            size,
            quick["memoryMiB"],
            metrics,
            max(before[name] - metrics[name] for name in before),
            agreement(chosen, self.task.choices(answers, samples)),
            quick["company"],
            partial=not whole,
        )

    def expected(self, whole: bool) -> tuple[dict[str, float], list[int]]:
        """Metrics and choices of the fp32 base, on all samples or on those of the probe."""
        if not self._expected:
            answers = self._child(self.plan.space.base, self.base, {"answers": self.samples})
            some = [answers[i] for i in self.probe]
            self._expected = {
                True: (self.task.metrics(answers, self.samples), self.task.choices(answers, self.samples)),
                False: (self.task.metrics(some, self.probe), self.task.choices(some, self.probe)),
            }
        return self._expected[whole]

    def _child(self, configuration: Configuration, graph: Path, what: dict[str, Any]) -> Any:
        own = {"provider": configuration.provider, "threads": configuration.threads, "batch": configuration.batch}
        base = self.plan.space.base
        order, out = self.work / "order.json", self.work / "measured.pkl"
        content = {
            "workload": str(self.work / "workload.pkl"),
            "graph": str(graph),
            "out": str(out),
            "settings": own,
            "baseSettings": {"provider": base.provider, "threads": base.threads, "batch": base.batch},
        }
        order.write_text(json.dumps(content | what), encoding="utf-8")
        module = f"{__package__}.measure"
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
        done = subprocess.run(
            [sys.executable, "-m", module, str(order)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            timeout=PATIENCE_S,
            env=environment,
            check=False,
        )
        if done.returncode != 0:
            lines = done.stderr.strip().splitlines() or [f"ended with status {done.returncode}"]
            raise RuntimeError(lines[-1])
        with out.open("rb") as stream:
            return pickle.load(stream)
