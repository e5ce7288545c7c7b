"""One search from the model's folder to the winner's."""

from __future__ import annotations

import argparse
import json
import logging
import shutil
from dataclasses import asdict
from pathlib import Path

from ..manifest import sha256
from . import folder, machine, picture, report
from .bench import Bench, Plan
from .cross_encoder import CrossEncoderTask
from .encoders import kind_of
from .linker import LinkerTask
from .matrices import matrices, named
from .measure import available
from .names import NamesTask
from .pareto import Constraints, winner
from .report import Found, Row
from .search import Search
from .space import Space
from .tagger import TaggerTask
from .tasks import Asked, Task

log = logging.getLogger(__name__)

TASKS = {"linker": LinkerTask, "tagger": TaggerTask, "names": NamesTask, "cross-encoder": CrossEncoderTask}


def run(options: argparse.Namespace, constraints: Constraints) -> int:
    """Searches, writes what was found, and prints the table. Gives the exit status."""
    work: Path = options.work
    work.mkdir(parents=True, exist_ok=True)
    kind = options.task or kind_of(options.model)
    asked = Asked(options.model, options.development, options.kb, work, options.command, options.every)
    log.info("%s is a model of the kind %s; preparing what it is asked …", options.model, kind)
    task: Task = TASKS[kind](asked)
    batches = tuple(options.batches or task.batches)
    count = len(matrices(named(task.model)))
    space = Space(tuple(options.methods), task.own, count, available(), tuple(options.threads), batches)
    plan = Plan(space, constraints, options.trials, options.minutes, options.seed, options.seconds)
    bench = Bench(task, plan, work)
    log.info("%d samples, %d matrices; measuring fp32 …", len(bench.samples), len(bench.source.sensitive))
    base = Row(space.base, bench.measure_base())
    about = {
        "model": options.model.name,
        "task": kind,
        "sha256": sha256(options.model / task.graph),
        "samples": len(bench.samples),
        "every": options.every,
        "seed": options.seed,
        "machine": machine.description(),
        "sensitive": [m.node for m in bench.source.sensitive[:12]],
    }
    identity = [about["sha256"], sha256(options.development), options.every, asdict(space), options.seed, kind]
    search = Search(plan, work, identity)
    try:
        search.run(bench.measure)
    finally:
        # What was measured before a stop is worth a look, too.
        found = gathered(base, search, constraints, options.goal)
        say(found, about, constraints, work)
    print(report.table(found), end="")
    if found.best is None:
        log.info("No candidate keeps the constraints; %s has what was measured. Allow more, or search longer.", work)
        return 1
    deliver(bench, found, asked, options.out)
    log.info("wrote %s", options.out)
    return 0


def gathered(base: Row, search: Search, constraints: Constraints, goal: str) -> Found:
    done = search.done()
    rows = [Row(c.configuration, c.figures) for c in done if c.figures]
    failures = [(c.configuration, c.failure) for c in done if c.figures is None]
    return Found(base, rows, winner([row.figures for row in rows], constraints, goal), failures)


def say(found: Found, about: dict[str, object], constraints: Constraints, work: Path) -> None:
    """Writes report, table and picture into the work folder."""
    content = report.as_json(found, about, constraints)
    (work / folder.REPORT).write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    (work / folder.TABLE).write_text(report.table(found), encoding="utf-8")
    own = about["machine"]
    assert isinstance(own, dict)
    title = f"{about['model']} ({about['task']}), {own['processor']}, {own['processorClass']}"
    picture.draw(found, title, work / folder.PICTURE)


def deliver(bench: Bench, found: Found, asked: Asked, out: Path) -> None:
    """Makes the winner's graph once more, and its folder with the report."""
    assert found.best is not None
    row = found.rows[found.best]
    graph = asked.work / "winner.onnx"
    bench.graph(row.configuration, graph)
    folder.write(bench.task, row, graph, asked.folder, out)
    for name in (folder.REPORT, folder.TABLE, folder.PICTURE):
        shutil.copy(asked.work / name, out / name)
