"""What stands around concepts in training text: `contexts.json` of the model folder.

For every concept the mean direction of the states of its mentions (as the score's head sees them: the mean over a
mention's pieces), projected to a few dimensions. Where several concepts have the very name, the one whose contexts are
nearest to the mention's is mostly meant. As sense embeddings: Loureiro and Jorge, Language Modelling Makes Sense, ACL 2019.

Training sees them without what the document at hand contributed: a mention must not vouch for itself (`Evidence`).
"""

from __future__ import annotations

import base64
import functools
import json
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .passages import Mention, Passage

#: As good as all 384, to a tenth of a point of Acc@1 on development documents.
DIMENSIONS = 48

#: How well a mention stands where a concept does: the cosine (times `trust`), and of how many mentions that is known; `None` for an
#: unknown concept.
FitOf = Callable[[str], tuple[float, int] | None]


@dataclass(frozen=True)
class Space:
    """`projection` `[dimensions, hidden]` and `offset` `[dimensions]` place a mention's state; only directions count."""

    projection: np.ndarray
    offset: np.ndarray

    def places(self, states: np.ndarray) -> np.ndarray:
        """Of states `[mentions, hidden]`; rows of length 1."""
        return directions(states @ self.projection.T + self.offset)


@dataclass(frozen=True)
class Contexts:
    """As shipped. `vectors` `[concepts, dimensions]` in int8, of which only the direction counts, and how many mentions each of
    `concepts` had."""

    space: Space
    concepts: tuple[str, ...]
    counts: tuple[int, ...]
    vectors: np.ndarray
    #: Other ids of them, and their rows.
    aliases: Mapping[str, int]
    #: Cosines are multiplied by it: what learned from them saw documents that the encoder had learned by heart.
    trust: float = 1.0

    @functools.cached_property
    def _rows(self) -> dict[str, int]:
        return {**self.aliases, **{concept: row for row, concept in enumerate(self.concepts)}}

    def fit_of(self, state: np.ndarray) -> FitOf:
        """Of a mention with this state `[hidden]`."""
        place = self.space.places(state[None])[0]

        def fit(concept: str) -> tuple[float, int] | None:
            row = self._rows.get(concept)
            if row is None:
                return None
            return self.trust * float(directions(self.vectors[row].astype(np.float32)) @ place), self.counts[row]

        return fit


@dataclass(frozen=True, eq=False)
class Evidence:
    """As training sees it. `places` `[mentions, dimensions]`; each mention's `keys` say where it is (see `key`), `documents` in which
    document, `owners` which concepts it is evidence of."""

    space: Space
    places: np.ndarray
    keys: tuple[str, ...]
    documents: tuple[str, ...]
    owners: tuple[tuple[str, ...], ...]
    #: Other ids of concepts, by which a vocabulary of one's own may know them.
    aliases: Mapping[str, str]

    @functools.cached_property
    def _place(self) -> dict[str, int]:
        return {key: row for row, key in enumerate(self.keys)}

    @functools.cached_property
    def _sums(self) -> dict[str, tuple[np.ndarray, int]]:
        return self._summed(range(len(self.keys)))

    @functools.cached_property
    def _of_document(self) -> dict[str, list[int]]:
        rows: defaultdict[str, list[int]] = defaultdict(list)
        for row, document in enumerate(self.documents):
            rows[document].append(row)
        return rows

    def _summed(self, rows: Iterable[int]) -> dict[str, tuple[np.ndarray, int]]:
        found: dict[str, tuple[np.ndarray, int]] = {}
        for row in rows:
            for concept in self.owners[row]:
                vector, count = found.get(concept, (0.0, 0))
                found[concept] = vector + self.places[row].astype(np.float64), count + 1
        return found

    @functools.lru_cache(maxsize=64)  # noqa: B019 (one object for a whole run)
    def _own(self, document: str) -> dict[str, tuple[np.ndarray, int]]:
        return self._summed(self._of_document.get(document, ()))

    def fit_of(self, passage: Passage, mention: Mention) -> FitOf | None:
        """Of a mention of training text, by what other documents say; `None` for one that was not read."""
        row = self._place.get(key(passage, mention))
        if row is None:
            return None
        place, own = self.places[row].astype(np.float64), self._own(passage.pmid)

        def fit(concept: str) -> tuple[float, int] | None:
            known = self.aliases.get(concept, concept)
            vector, count = self._sums.get(known, (0.0, 0))
            less, fewer = own.get(known, (0.0, 0))
            return (float(directions(vector - less) @ place), count - fewer) if count > fewer else None

        return fit

    def contexts(self) -> Contexts:
        """What ships, of all documents."""
        concepts = tuple(sorted(self._sums))
        rows = np.stack([self._sums[concept][0] for concept in concepts])
        vectors = np.round(127 * rows / np.maximum(np.abs(rows).max(1, keepdims=True), 1e-12)).astype(np.int8)
        rows_of = {concept: row for row, concept in enumerate(concepts)}
        aliases = {alias: rows_of[known] for alias, known in sorted(self.aliases.items()) if known in rows_of}
        return Contexts(self.space, concepts, tuple(self._sums[concept][1] for concept in concepts), vectors, aliases)


def key(passage: Passage, mention: Mention) -> str:
    """Where a mention is. Corpora share documents, and cut them alike."""
    return f"{passage.pmid}:{zlib.crc32(passage.text.encode()):08x}:{mention.start}:{mention.end}"


def directions(rows: np.ndarray) -> np.ndarray:
    """Rows of length 1; those of length 0 stay as they are."""
    return rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-12)


def space_of(states: np.ndarray, dimensions: int = DIMENSIONS) -> Space:
    """Principal components of states `[mentions, hidden]`, each divided by the fourth root of its variance, so that the first
    ones do not say everything."""
    mean = states.mean(0)
    variances, components = np.linalg.eigh(np.cov((states - mean).T))
    first = np.argsort(-variances)[:dimensions]
    projection = (components[:, first] / np.maximum(variances[first], 1e-12) ** 0.25).T.astype(np.float32)
    return Space(projection, (-projection @ mean).astype(np.float32))


def evidence_of(
    states: np.ndarray,
    keys: Sequence[str],
    documents: Sequence[str],
    owners: Sequence[Iterable[str]],
    aliases: Mapping[str, str],
    dimensions: int = DIMENSIONS,
) -> Evidence:
    """From the states of mentions `[mentions, hidden]`."""
    owned = tuple(tuple(sorted(concepts)) for concepts in owners)
    space = space_of(states[[bool(concepts) for concepts in owned]], dimensions)
    return Evidence(space, space.places(states).astype(np.float16), tuple(keys), tuple(documents), owned, aliases)


def save(evidence: Evidence, path: Path) -> None:
    """For `load`, in a work folder."""
    space = {"projection": evidence.space.projection, "offset": evidence.space.offset}
    mentions = {"keys": evidence.keys, "documents": evidence.documents, "owners": ["|".join(own) for own in evidence.owners]}
    aliases = {"aliases": json.dumps(evidence.aliases)}
    np.savez(path, places=evidence.places, **space, **{name: np.array(column) for name, column in (mentions | aliases).items()})


def load(path: Path) -> Evidence:
    with np.load(path) as content:
        owners = tuple(tuple(filter(None, own.split("|"))) for own in content["owners"].tolist())
        columns = (tuple(content[name].tolist()) for name in ("keys", "documents"))
        space, aliases = Space(content["projection"], content["offset"]), json.loads(str(content["aliases"]))
        return Evidence(space, content["places"], *columns, owners, aliases)


def write(contexts: Contexts, path: Path) -> None:
    """`contexts.json` of a model folder."""

    def encoded(values: np.ndarray) -> str:
        return base64.b64encode(np.ascontiguousarray(values).tobytes()).decode("ascii")

    content = {
        "trust": contexts.trust,
        "dimensions": len(contexts.space.offset),
        "projection": encoded(contexts.space.projection.astype("<f4")),
        "offset": encoded(contexts.space.offset.astype("<f4")),
        "concepts": contexts.concepts,
        "counts": contexts.counts,
        "aliases": contexts.aliases,
        "vectors": encoded(contexts.vectors.astype(np.int8)),
    }
    path.write_text(json.dumps(content, separators=(",", ":")) + "\n", encoding="utf-8")


def read(path: Path) -> Contexts | None:
    """What `write` wrote; `None` where there is no such file, as in a model without contexts."""
    if not path.exists():
        return None
    content = json.loads(path.read_text(encoding="utf-8"))

    def decoded(name: str, kind: str) -> np.ndarray:
        return np.frombuffer(base64.b64decode(content[name]), kind)

    space = Space(decoded("projection", "<f4").reshape(content["dimensions"], -1), decoded("offset", "<f4"))
    vectors = decoded("vectors", "i1").reshape(-1, content["dimensions"])
    return Contexts(space, tuple(content["concepts"]), tuple(content["counts"]), vectors, content["aliases"], content["trust"])
