"""Development documents as `conceptlens optimize` writes them for this search. Offsets are code points of a passage's text.

    [{"id": "123", "convention": "concepts", "groups": ["DISO"], "passages": [{"text": "…", "sentences": [[0, 40]],
      "mentions": [{"start": 0, "end": 7, "type": "Disease", "groups": ["DISO"], "ids": ["MESH:D…"], "gold": ["UMLS:C…"]}]}]}]

`ids` are the corpus's own, `gold` the concepts of the knowledge base that they name.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from ..abbreviations import abbreviations


@dataclass(frozen=True)
class Marked:
    """A mention that people marked. `lookup`: its expansion where the document defines it as an abbreviation."""

    start: int
    end: int
    text: str
    lookup: str
    type: str
    groups: tuple[str, ...]
    ids: tuple[str, ...]
    gold: frozenset[str]


@dataclass(frozen=True)
class Text:
    """A passage. `head`: index of the tagging convention."""

    document: str
    head: int
    groups: tuple[str, ...]
    text: str
    sentences: list[tuple[int, int]]
    mentions: list[Marked]


CONVENTIONS = ("concepts", "entities")
#: Of ten documents one is kept for ranges of activations, and never measured on.
CALIBRATION_PART = 10


def read(path: Path) -> list[list[Text]]:
    """Passages of every document."""
    found = []
    for record in json.loads(path.read_text(encoding="utf-8")):
        short = abbreviations("\n".join(p["text"] for p in record["passages"]))
        head = CONVENTIONS.index(record["convention"])
        texts = []
        for p in record["passages"]:
            marked = []
            for m in p["mentions"]:
                surface = p["text"][m["start"] : m["end"]]
                lookup = short.get(surface, surface)
                ids, groups = tuple(m["ids"]), tuple(m["groups"])
                marked.append(
                    Marked(m["start"], m["end"], surface, lookup, m["type"], groups, ids, frozenset(m["gold"]))
                )
            sentences = [(a, b) for a, b in p["sentences"]]
            texts.append(Text(record["id"], head, tuple(record["groups"]), p["text"], sentences, longest(marked)))
        found.append(texts)
    return found


def longest(mentions: list[Marked]) -> list[Marked]:
    """Mentions without those that overlap a longer one, in reading order."""
    kept: list[Marked] = []
    for m in sorted(mentions, key=lambda m: (m.start - m.end, m.start)):
        if all(m.end <= other.start or other.end <= m.start for other in kept):
            kept.append(m)
    return sorted(kept, key=lambda m: m.start)


def parted(documents: list[list[Text]], every: int) -> tuple[list[Text], list[Text]]:
    """Passages to measure on, of every n-th document, and passages to calibrate with, of documents that are not measured on."""
    aside = documents[CALIBRATION_PART - 1 :: CALIBRATION_PART]
    rest = [d for i, d in enumerate(documents) if i % CALIBRATION_PART != CALIBRATION_PART - 1]
    measured = rest[::every]
    aside = aside or [d for i, d in enumerate(rest) if i % every] or measured
    return [t for d in measured for t in d], [t for d in aside for t in d]
