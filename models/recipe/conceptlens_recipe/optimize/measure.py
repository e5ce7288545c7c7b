"""The process that runs one candidate: its memory is its own, and a graph that crashes ends nothing else.

    python -m conceptlens_recipe.optimize.measure ORDER.json

The order: `workload`, `graph`, `out`; `settings` of the candidate; and `speed` (with `base`, its settings and the seconds), or
`answers` (the range of samples).
"""

from __future__ import annotations

import json
import pickle
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime

from .workloads import Feeds, Run, TwoStream, Workload, company, spread

#: Names of onnxruntime's providers by those of the product.
PROVIDERS = {
    "cpu": "CPUExecutionProvider",
    "cuda": "CUDAExecutionProvider",
    "dml": "DmlExecutionProvider",
    "coreml": "CoreMLExecutionProvider",
    "webgpu": "WebGpuExecutionProvider",
}

#: Passages of the linker and rows of others on which speed and memory are measured.
SPEED_SAMPLES = {"TwoStream": 4, "Rows": 48}
LEAST_ROUNDS = 5


def available() -> tuple[str, ...]:
    """Providers that this installation has, the processor first."""
    own = onnxruntime.get_available_providers()
    return tuple(name for name, full in PROVIDERS.items() if full in own)


def open_run(graph: str | Path, provider: str = "cpu", threads: int = 1) -> Run:
    """A session as the product opens it: its graph optimisation is `basic`, what is beyond that is in the file."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    names = list(dict.fromkeys([PROVIDERS[provider], PROVIDERS["cpu"]]))
    session = onnxruntime.InferenceSession(str(graph), options, providers=names)
    if session.get_providers()[0] != names[0]:
        raise RuntimeError(f"{names[0]} was asked for, but the graph runs on {session.get_providers()[0]}")
    return lambda feeds, wanted: session.run(list(wanted), feeds)


def resident_mib(peak: bool) -> float:
    """Resident memory of this process, now or at its highest. Where /proc is missing the highest serves for both."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        import resource

        unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    key = "VmHWM:" if peak else "VmRSS:"
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(key))


def timed(workload: Workload, run: Run, samples: Sequence[int], batch: int) -> float:
    begun = time.perf_counter()
    workload.answer(run, samples, batch)
    return time.perf_counter() - begun


def speed(workload: Workload, order: dict) -> dict[str, float]:
    """Memory first, while the candidate is alone; then its time against that of the base, one round each in turn."""
    own, base = order["settings"], order["baseSettings"]
    samples = spread(len(workload), SPEED_SAMPLES[type(workload).__name__])
    before = resident_mib(peak=False)
    run = open_run(order["graph"], own["provider"], own["threads"])
    for _ in range(2):
        workload.answer(run, samples, own["batch"])
    memory = resident_mib(peak=True) - before
    # Of a passage each candidate is asked alone.
    few = samples[:2] if isinstance(workload, TwoStream) else samples[:16]
    difference = company(workload, run, few, own["batch"])
    other = open_run(order["base"], base["provider"], base["threads"])
    timed(workload, other, samples, base["batch"])
    ratios, times, until = [], [], time.perf_counter() + order["seconds"]
    while len(ratios) < LEAST_ROUNDS or time.perf_counter() < until:
        one = timed(workload, other, samples, base["batch"])
        times.append(timed(workload, run, samples, own["batch"]))
        ratios.append(times[-1] / one)
    latency = 1000 * statistics.median(times) / len(samples)
    return {
        "latencyRatio": statistics.median(ratios),
        "latencyMs": latency,
        "memoryMiB": memory,
        "company": difference,
        "rounds": len(ratios),
    }


def answers(workload: Workload, order: dict) -> list[dict[str, np.ndarray]]:
    own = order["settings"]
    run = checked(open_run(order["graph"], own["provider"], own["threads"]))
    return workload.answer(run, order["answers"], own["batch"])


def checked(run: Run) -> Run:
    """A run that refuses outputs that are no numbers."""

    def checking(feeds: Feeds, wanted: Sequence[str]) -> list[np.ndarray]:
        found = run(feeds, wanted)
        if not all(np.isfinite(value).all() for value in found):
            raise FloatingPointError("the graph gives values that are no numbers")
        return found

    return checking


def main(path: str) -> None:
    order = json.loads(Path(path).read_text(encoding="utf-8"))
    with open(order["workload"], "rb") as stream:
        workload: Workload = pickle.load(stream)
    result = answers(workload, order) if "answers" in order else speed(workload, order)
    with open(order["out"], "wb") as stream:
        pickle.dump(result, stream)


if __name__ == "__main__":
    main(sys.argv[1])
