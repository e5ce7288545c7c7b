"""What the answers are worth, and the table."""

from __future__ import annotations

import os
import platform
import re
import sqlite3
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

from names import LIMIT, N_WARM, Similarity, fold, read, read_names

#: Two scores closer than this are a tie: either order is right.
TIE = 1e-6
TITLES = {
    "conceptlens": "ConceptLens",
    "brute-force": "scikit-learn TF-IDF, brute force",
    "nmslib": "scikit-learn TF-IDF, nmslib as in scispaCy",
    "nmslib-light": "the same, a smaller graph (M 16, efConstruction 200)",
    "simstring": "simstring as in QuickUMLS (Jaccard ≥ 0.7)",
    "sqlite": "SQLite FTS5, trigrams",
    "conceptlens-kb": "ConceptLens, the whole knowledge base",
}
COLUMNS = {
    "build s": "buildS",
    "build peak MiB": "buildPeakMiB",
    "disk MiB": "diskMiB",
    "open s": "openS",
    "resident MiB": "residentMiB",
    "p50 ms": "50",
    "p95 ms": "95",
    "p99 ms": "99",
    "cpu ms": "cpuMs",
    "recall@10": "recall10",
    "recall@64": "recall64",
    "hits@64": "hits",
}


def recall(best: Sequence[float], found: Sequence[float], first: int) -> tuple[int, int]:
    """How many of the first best scores the scores found reach, place by place, and how many there are."""
    expected, ranked = best[:first], sorted(found, reverse=True)[:first]
    return sum(score >= wanted - TIE for wanted, score in zip(expected, ranked, strict=False)), len(expected)


def judge(work: Path, rows: Iterable[dict]) -> None:
    """Adds recall and hits to the rows that have answers: of names, by number or text, or of concepts, by id."""
    rows = [row for row in rows if row.get("found")]
    wanted = {answer for row in rows for answers in row["found"] for answer in answers}
    known: dict[int | str, tuple[str, list[str]]] = {}
    for number, (name, owners) in enumerate(read_names(work)):
        for key in wanted & {number, name}:
            known[key] = (name, owners)
    exact = read(work / "exact.json")
    similarity = Similarity(exact["frequency"], exact["nNames"])
    queries = read(work / "queries.json")[N_WARM:]
    best = dict(zip(exact["checked"], exact["best"], strict=True))
    for row in rows:
        row |= hits(row["found"], queries, known)
        if row["name"] == "conceptlens-kb":
            continue  # concepts have no place among names
        for first in (10, LIMIT):
            counts = [
                recall(best[q], [similarity.cosine(fold(queries[q]["text"]), known[a][0]) for a in answers], first)
                for q, answers in enumerate(row["found"])
                if q in best
            ]
            row[f"recall{first}"] = sum(n for n, _ in counts) / max(1, sum(n for _, n in counts))


def hits(found: Sequence[Sequence], queries: Sequence[dict], known: dict) -> dict[str, float]:
    """The share of queries whose gold concept is found, of those whose gold concept the names have."""
    with_gold = [(answers, set(query["gold"])) for answers, query in zip(found, queries, strict=False) if query["gold"]]
    hit = sum(any(gold & {a, *known.get(a, ("", []))[1]} for a in answers) for answers, gold in with_gold)
    return {"hits": hit / len(with_gold)} if with_gold else {}


def cell(row: dict, column: str) -> str:
    value = row.get("quantiles", {}).get(column, row.get(column))
    if value is None:
        return "–"
    if column in ("recall10", "recall64", "hits"):
        return f"{value:.3f}"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def table(rows: Sequence[dict], n_queries: int) -> str:
    lines = ["| | " + " | ".join([*COLUMNS, "note"]) + " |", "|---" * (len(COLUMNS) + 2) + "|"]
    for row in rows:
        n = len(row.get("found", ()))
        partly = f"{n} of {n_queries} queries in the time given" if 0 < n < n_queries else ""
        cells = [cell(row, column) for column in COLUMNS.values()]
        lines.append("| " + " | ".join([TITLES[row["name"]], *cells, row.get("note", partly)]) + " |")
    return "\n".join(lines)


def heading(work: Path) -> str:
    """What was compared, and on what."""
    n_names, queries = read(work / "exact.json")["nNames"], read(work / "queries.json")[N_WARM:]
    with_gold = sum(bool(query["gold"]) for query in queries)
    processor = re.search(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    return (
        f"{n_names:,} distinct names, {len(queries):,} queries ({with_gold:,} with a gold concept among the names). "
        f"{processor[1] if processor else platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; "
        f"Node {node}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}."
    )


def report(work: Path, rows: Sequence[dict]) -> str:
    """The Markdown table of measured rows, with a heading."""
    judge(work, rows)
    return f"{heading(work)}\n\n{table(rows, len(read(work / 'queries.json')) - N_WARM)}\n"
