"""Encoders of names, as SapBERT: Acc@1 and recall@5."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from .development import Text
from .encoders import EncoderTask
from .tasks import Answers, Asked
from .workloads import Rows

#: Names among which those of the right concepts must be found, at most.
MOST_NAMES = 2000
#: So many of each mention's candidates give their names.
CANDIDATES = 16


@dataclass(frozen=True)
class Right:
    """What a row means: a mention's gold concepts, or the concepts that have a name."""

    concepts: frozenset[str]
    is_name: bool


class NamesTask(EncoderTask):
    """An encoder of names, as SapBERT: each mention against all names that are alike for any of the mentions; Acc@1 and
    recall@5 of its concept. Mentions whose text is a name letter by letter are not asked, they would be found without a model.
    Known: what each row means."""

    kind = "names"

    def __init__(self, asked: Asked):
        pooling = asked.folder / "1_Pooling" / "config.json"
        is_mean = pooling.exists() and json.loads(pooling.read_text(encoding="utf-8")).get("pooling_mode_mean_tokens")
        self.read = "mean" if is_mean else "cls"
        super().__init__(asked)
        if len(self.model.graph.output[0].type.tensor_type.shape.dim) == 2:
            self.workload, self.calibration = (replace(w, read="whole") for w in (self.workload, self.calibration))

    def rows(self, texts: Sequence[Text]) -> tuple[Rows, Sequence[Right]]:
        names: dict[str, set[str]] = {}
        mentions: dict[str, frozenset[str]] = {}
        for m in (m for text in texts for m in text.mentions):
            candidates = self.retrieved[m.lookup]
            is_plain = bool(candidates) and candidates[0].exact
            if not m.gold or m.lookup in mentions or is_plain or len(names) >= MOST_NAMES:
                continue
            mentions[m.lookup] = m.gold
            for c in candidates[:CANDIDATES]:
                names.setdefault(c.name, set()).add(c.id)
        most = min(self.window, 64) - 2
        rows = [[self.reader.cls, *self.reader.ids(text)[:most], self.reader.sep] for text in (*mentions, *names)]
        known = [Right(gold, False) for gold in mentions.values()]
        known += [Right(frozenset(own), True) for own in names.values()]
        return self._rows(rows, [[0] for _ in rows]), known

    def _nearest(self, answers: Answers, samples: Sequence[int]) -> list[tuple[int, list[int]]]:
        """The rows of the five nearest names for each mention, of those that were answered."""
        vectors = np.stack([answer["values"] for answer in answers]).astype(np.float64)
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
        is_name = np.array([self.known[i].is_name for i in samples])
        names = np.array(samples)[is_name]
        order = np.argsort(-(vectors[~is_name] @ vectors[is_name].T), axis=1, kind="stable")[:, :5]
        return [(m, names[row].tolist()) for m, row in zip(np.array(samples)[~is_name].tolist(), order, strict=True)]

    def metrics(self, answers: Answers, samples: Sequence[int]) -> dict[str, float]:
        known = [right.concepts for right in self.known]
        hits = [[bool(known[m] & known[i]) for i in found] for m, found in self._nearest(answers, samples)]
        n = max(1, len(hits))
        return {"accuracyAt1": 100 * sum(h[0] for h in hits) / n, "recallAt5": 100 * sum(map(any, hits)) / n}

    def choices(self, answers: Answers, samples: Sequence[int]) -> list[int]:
        return [found[0] for _, found in self._nearest(answers, samples)]
