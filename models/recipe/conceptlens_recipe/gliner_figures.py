"""F1 of mentions of named types, strict and relaxed. Needs no package."""

from __future__ import annotations

from collections.abc import Sequence

from .gliner_data import Gold

#: Probability, words `(first, last)`, label.
Found = tuple[float, tuple[int, int], str]


def flat(found: Sequence[Found], threshold: float) -> list[Found]:
    """gliner's flat decoding: the more probable of spans that overlap."""
    taken: list[Found] = []
    for one in found:
        first, last = one[1]
        if one[0] <= threshold:
            break
        if not any(a <= last and first <= b for _, (a, b), _ in taken):
            taken.append(one)
    return taken


def figures(measured: Sequence[tuple[Sequence[Found], Gold]], labels: Sequence[str], threshold: float) -> dict:
    """F1 at a threshold: strict (same words, same label) and relaxed (the label's mentions overlap)."""
    counts = {label: [0] * 5 for label in labels}
    for found, gold in measured:
        taken: dict[str, list[tuple[int, int]]] = {label: [] for label in labels}
        for _, span, label in flat(found, threshold):
            taken[label].append(span)
        for label, row in counts.items():
            own, wanted = taken[label], gold[label]
            row[0] += len(own)
            row[1] += len(wanted)
            row[2] += len(set(own) & wanted)
            row[3] += sum(any(a <= last and first <= b for a, b in wanted) for first, last in own)
            row[4] += sum(any(a <= last and first <= b for a, b in own) for first, last in wanted)

    def f1(precision: float, recall: float) -> float:
        return round(2 * precision * recall / max(1e-9, precision + recall), 4)

    def strict(row: Sequence[int]) -> float:
        return f1(row[2] / max(1, row[0]), row[2] / max(1, row[1]))

    n_found, n_gold, right, hits, gold_hits = (sum(row[i] for row in counts.values()) for i in range(5))
    return {
        "threshold": threshold, "f1": strict([n_found, n_gold, right]),
        "relaxed": f1(hits / max(1, n_found), gold_hits / max(1, n_gold)),
        "precision": round(right / max(1, n_found), 4), "recall": round(right / max(1, n_gold), 4), "gold": n_gold,
        "f1 by label": {label: strict(row) for label, row in counts.items()},
    }  # fmt: skip
