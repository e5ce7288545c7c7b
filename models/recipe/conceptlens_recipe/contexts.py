"""What stands around concepts in training text: `contexts.json` of the model folder.

For every concept the mean direction of the states of its mentions (as the score's head sees them: the mean over a
mention's pieces), projected to a few dimensions. Where several concepts have the very name, the one whose contexts are
nearest to the mention's is mostly meant. As sense embeddings: Loureiro and Jorge, Language Modelling Makes Sense, ACL 2019.
"""

from __future__ import annotations

import base64
import functools
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

#: As good as all 384, to a tenth of a point of Acc@1 on development documents.
DIMENSIONS = 48


@dataclass(frozen=True)
class Contexts:
    """`projection` `[dimensions, hidden]` and `offset` `[dimensions]` place a mention's state; `vectors` `[concepts,
    dimensions]`, of which only the direction counts, have a row for each of `concepts`."""

    projection: np.ndarray
    offset: np.ndarray
    concepts: tuple[str, ...]
    vectors: np.ndarray
    weight: float = 1.0

    @functools.cached_property
    def rows(self) -> dict[str, int]:
        return {concept: row for row, concept in enumerate(self.concepts)}

    def fits(self, state: np.ndarray, concepts: Sequence[str]) -> list[float]:
        """The cosine of a mention's state and each concept, times the weight; 0 for a concept that training text lacks."""
        place = directions((self.projection @ state + self.offset)[None])[0]
        known = [concept for concept in concepts if concept in self.rows]
        cosines = directions(self.vectors[[self.rows[concept] for concept in known]].astype(np.float32)) @ place
        found = dict(zip(known, (self.weight * cosines).tolist(), strict=True))
        return [found.get(concept, 0.0) for concept in concepts]


def directions(rows: np.ndarray) -> np.ndarray:
    """Rows of length 1; those of length 0 stay as they are."""
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)


def made(states: np.ndarray, owners: Sequence[Iterable[str]], dimensions: int = DIMENSIONS) -> Contexts:
    """From the states of mentions `[mentions, hidden]` and the concepts of each. Principal components, each divided by the
    fourth root of its variance, so that the first ones do not say everything."""
    mean = states.mean(0)
    variances, components = np.linalg.eigh(np.cov((states - mean).T))
    first = np.argsort(-variances)[:dimensions]
    projection = (components[:, first] / np.maximum(variances[first], 1e-12) ** 0.25).T.astype(np.float32)
    offset = -projection @ mean
    places = directions(states @ projection.T + offset)
    sums: defaultdict[str, np.ndarray] = defaultdict(lambda: np.zeros(len(projection), np.float64))
    for place, concepts in zip(places, owners, strict=True):
        for concept in concepts:
            sums[concept] += place
    order = sorted(sums)
    rows = np.stack([sums[concept] for concept in order])
    vectors = np.round(127 * rows / np.maximum(np.abs(rows).max(1, keepdims=True), 1e-12)).astype(np.int8)
    return Contexts(projection, offset.astype(np.float32), tuple(order), vectors)


def write(contexts: Contexts, path: Path) -> None:
    def encoded(values: np.ndarray) -> str:
        return base64.b64encode(np.ascontiguousarray(values).tobytes()).decode("ascii")

    content = {
        "weight": round(contexts.weight, 4),
        "dimensions": len(contexts.offset),
        "projection": encoded(contexts.projection.astype("<f4")),
        "offset": encoded(contexts.offset.astype("<f4")),
        "concepts": contexts.concepts,
        "vectors": encoded(contexts.vectors.astype(np.int8)),
    }
    path.write_text(json.dumps(content, separators=(",", ":")) + "\n", encoding="utf-8")


def read(path: Path) -> Contexts:
    """What `write` wrote."""
    content = json.loads(path.read_text(encoding="utf-8"))

    def decoded(name: str, kind: str) -> np.ndarray:
        return np.frombuffer(base64.b64decode(content[name]), kind).reshape(-1, content["dimensions"])

    projection = np.frombuffer(base64.b64decode(content["projection"]), "<f4").reshape(content["dimensions"], -1)
    concepts = tuple(content["concepts"])
    return Contexts(projection, decoded("offset", "<f4")[0], concepts, decoded("vectors", "i1"), content["weight"])
