"""The Pareto front as a picture: time against accuracy, size as area. Readable on light and on dark ground: nothing behind it,
marks and words in tones between."""

from __future__ import annotations

from pathlib import Path

import matplotlib

from .pareto import front
from .report import NAMES, Found

WORDS = "#7d8590"
COLOURS = {"base": "#7d8590", "best": "#d9730d", "front": "#2f81f7", "other": "#9aa4b0"}
#: Area of a mark, points², of the largest file.
LARGEST = 420


def draw(found: Found, title: str, path: Path) -> None:
    """Writes an SVG; the same figures give the same file."""
    matplotlib.use("svg")
    matplotlib.rcParams.update({"svg.hashsalt": "conceptlens", "svg.fonttype": "none", "font.family": "sans-serif"})
    from matplotlib import pyplot

    metric = next(iter(found.base.figures.metrics))
    rows = [("base", found.base)]
    on_front = set(front([row.figures for row in found.rows]))
    for i, row in enumerate(found.rows):
        if not row.figures.partial:
            rows.append(("best" if i == found.best else "front" if i in on_front else "other", row))
    most = max(row.figures.sizeMiB for _, row in rows)
    figure, axes = pyplot.subplots(figsize=(8, 4.6))
    for role in ("other", "front", "best", "base"):
        own = [row.figures for kind, row in rows if kind == role]
        if not own:
            continue
        axes.scatter(
            [1 / f.latencyRatio for f in own],
            [f.metrics[metric] for f in own],
            s=[max(18, LARGEST * f.sizeMiB / most) for f in own],
            color=COLOURS[role],
            alpha=0.45 if role == "other" else 0.8,
            label={"base": "fp32", "best": "best", "front": "on the front", "other": "the rest"}[role],
            linewidths=0,
        )
    _name(axes, [(kind, row) for kind, row in rows if kind != "other"], metric)
    axes.set_xlabel("times as fast as fp32")
    axes.set_ylabel(f"{NAMES.get(metric, metric)}, %")
    axes.set_title(title, color=WORDS, fontsize=11, loc="left")
    axes.tick_params(colors=WORDS)
    axes.xaxis.label.set_color(WORDS)
    axes.yaxis.label.set_color(WORDS)
    axes.grid(color=WORDS, alpha=0.25, linewidth=0.6)
    axes.set_axisbelow(True)
    for side, spine in axes.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color(WORDS)
    # Room for the names, and the legend beside what it could cover.
    axes.margins(0.12)
    place = {"loc": "upper left", "bbox_to_anchor": (1.01, 1)}
    legend = axes.legend(frameon=False, labelcolor=WORDS, fontsize=9, title="area: file size", **place)
    legend.get_title().set_color(WORDS)
    for handle in legend.legend_handles:
        handle.set_sizes([60])
    figure.tight_layout()
    temporary = path.with_suffix(".part")
    figure.savefig(temporary, format="svg", transparent=True, metadata={"Date": None})
    temporary.replace(path)
    pyplot.close(figure)


def _name(axes: matplotlib.axes.Axes, rows: list, metric: str) -> None:
    """Names of what is on the front, above and below in turn, so that neighbours do not cover each other."""
    ordered = sorted(rows, key=lambda pair: pair[1].figures.latencyRatio)
    for place, (kind, row) in enumerate(ordered):
        f = row.figures
        axes.annotate(
            "fp32" if kind == "base" else row.configuration.method,
            (1 / f.latencyRatio, f.metrics[metric]),
            xytext=(0, 13 if place % 2 else -19),
            textcoords="offset points",
            ha="center",
            fontsize=8,
            color=WORDS,
        )
