"""What a search found, as JSON and as a table. Standard library only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from .pareto import Constraints, Figures, front
from .space import Configuration

#: Metrics as people read them.
NAMES = {"accuracyAt1": "Acc@1", "recallAt5": "recall@5", "strictF1": "strict F1"}


@dataclass(frozen=True)
class Row:
    configuration: Configuration
    figures: Figures


@dataclass(frozen=True)
class Found:
    """A finished or stopped search. `best`: index of the winner; None when no candidate keeps the constraints."""

    base: Row
    rows: Sequence[Row]
    best: int | None
    failures: Sequence[tuple[Configuration, str]]


def as_json(found: Found, about: dict[str, object], constraints: Constraints) -> dict[str, object]:
    """Everything that was measured; `about` says of what, on what, with which versions and seeds."""
    shown = set(front([row.figures for row in found.rows]))
    return {
        **about,
        "constraints": {key: value for key, value in asdict(constraints).items() if value not in (None, False)},
        "base": _row(found.base),
        "winner": None if found.best is None else _row(found.rows[found.best]) | _claims(found.rows[found.best], found.base),
        "candidates": [_row(row) | {"pareto": i in shown} for i, row in enumerate(found.rows)],
        "failed": [{"configuration": asdict(c), "why": why} for c, why in found.failures],
    }


def _row(row: Row) -> dict[str, object]:
    rounded = {
        key: {k: round(v, 3) for k, v in value.items()} if isinstance(value, dict) else value
        for key, value in asdict(row.figures).items()
    }
    rounded |= {key: round(value, 4) for key, value in rounded.items() if isinstance(value, float)}
    own = {"name": str(row.configuration), "configuration": asdict(row.configuration)}
    return own | rounded | {"exact": row.figures.is_exact}


def _claims(row: Row, base: Row) -> dict[str, float]:
    """The winner in the form that papers claim it: times as fast, memory and size saved in per cent."""
    return {
        "timesAsFast": round(1 / row.figures.latencyRatio, 2),
        "memorySavedPercent": round(100 * (1 - row.figures.memoryMiB / base.figures.memoryMiB), 1),
        "sizeSavedPercent": round(100 * (1 - row.figures.sizeMiB / base.figures.sizeMiB), 1),
    }


def table(found: Found) -> str:
    """The Pareto front, the fastest first, with the base and the winner marked."""
    metrics = list(found.base.figures.metrics)
    header = ["", "configuration", "× as fast", "ms", "MiB file", "MiB memory"]
    header += [*(NAMES.get(name, name) for name in metrics), "agreement", "in company"]
    rows = [("base", found.base)]
    rows += [("best" if i == found.best else "", found.rows[i]) for i in _shown(found)]
    cells = [header] + [[mark, *_cells(row, metrics)] for mark, row in rows]
    widths = [max(len(row[i]) for row in cells) for i in range(len(header))]
    # Words to the left, numbers to the right.
    lines = [
        "  ".join(cell.ljust(w) if i < 2 else cell.rjust(w) for i, (cell, w) in enumerate(zip(row, widths, strict=True)))
        for row in cells
    ]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _shown(found: Found) -> list[int]:
    """The front; the winner is on it but where several figures are equal."""
    on_front = front([row.figures for row in found.rows])
    return on_front if found.best is None or found.best in on_front else [found.best, *on_front]


def _cells(row: Row, metrics: Sequence[str]) -> list[str]:
    f = row.figures
    return [
        str(row.configuration),
        f"{1 / f.latencyRatio:.2f}",
        f"{f.latencyMs:.2f}",
        f"{f.sizeMiB:.1f}",
        f"{f.memoryMiB:.0f}",
        *(f"{f.metrics[name]:.2f}" for name in metrics),
        f"{f.agreement:.2f}",
        "same" if f.is_exact else f"differs {f.company:.2g} σ",
    ]
