"""A concepts table (`#conceptlens-kb`) read and written as it is: a line for each concept, then one for each of its names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from .corpora import open_text


@dataclass(slots=True)
class Concept:
    """A concept of the starter table. ``head``: the fields of its line. ``names``: (kind, source, count, text), the
    preferred one first."""

    head: list[str]
    names: list[tuple[str, str, str, str]]

    @property
    def id(self) -> str:
        return self.head[1]

    def ids(self) -> Iterator[str]:
        yield self.id
        yield from filter(None, self.head[5].split("|"))


def read_concepts(path: Path) -> tuple[str, list[Concept]]:
    """The first line of a concepts table, and its concepts."""
    lines = open_text(path)
    header = next(lines).rstrip("\n")
    concepts: list[Concept] = []
    for line in lines:
        fields = line.rstrip("\n").split("\t")
        if fields[0] == "C":
            concepts.append(Concept(fields, []))
        else:
            concepts[-1].names.append((fields[1], fields[2], fields[3], fields[4]))
    return header, concepts


def concept_lines(header: str, concepts: Iterable[Concept]) -> Iterator[str]:
    """The lines of a table, without their ends."""
    yield header
    for concept in concepts:
        yield "\t".join(concept.head)
        for name in concept.names:
            yield "\t".join(("N", *name))
