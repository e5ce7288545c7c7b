"""Token classification checkpoints: strict F1."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from .development import Text
from .encoders import EncoderTask
from .tasks import Answers, Asked
from .workloads import Rows


class TaggerTask(EncoderTask):
    """Token classification with labels `O`, `B-…`, `I-…`: strict F1 over spans and types, where the corpus has the model's
    types (compared without case), else over spans alone. Known: texts with the spans of their words."""

    kind = "tagger"

    def prepare(self, texts: Sequence[Text], asked: Asked) -> None:
        labels = self.config["id2label"]
        self.labels = [labels[key] for key in sorted(labels, key=int)]
        self.types = {label[2:].lower() for label in self.labels if label[:2] in ("B-", "I-")}
        self.typed = self.types <= {m.type.lower() for t in texts for m in t.mentions}

    def rows(self, texts: Sequence[Text]) -> tuple[Rows, Sequence[tuple[Text, list[tuple[int, int]]]]]:
        known, rows, at = [], [], []
        for text in texts:
            ids, first, spans = self.reader.words(text.text)
            first = [i for i in first if i < self.window - 2]
            if first:
                known.append((text, spans[: len(first)]))
                rows.append([self.reader.cls, *ids[: self.window - 2], self.reader.sep])
                at.append([i + 1 for i in first])
        return self._rows(rows, at), known

    def _found(self, values: np.ndarray, spans: list[tuple[int, int]]) -> set[tuple[int, int, str]]:
        """Spans of the best label of every word; `I-X` after anything but X begins one, as the CoNLL evaluation reads it."""
        found: list[list] = []
        before = ""
        for label, (start, end) in zip((self.labels[i] for i in values.argmax(-1)), spans, strict=True):
            kind = label[2:].lower() if label[:2] in ("B-", "I-") else ""
            if kind and label.startswith("I-") and before == kind:
                found[-1][1] = end
            elif kind:
                found.append([start, end, kind])
            before = kind
        return {(s, e, k if self.typed else "") for s, e, k in found}

    def metrics(self, answers: Answers, samples: Sequence[int]) -> dict[str, float]:
        counts: Counter[str] = Counter()
        for answer, sample in zip(answers, samples, strict=True):
            text, spans = self.known[sample]
            found = self._found(answer["values"], spans)
            gold = {(m.start, m.end, m.type.lower() if self.typed else "") for m in text.mentions}
            if self.typed:
                gold = {g for g in gold if g[2] in self.types}
            counts.update(found=len(found), gold=len(gold), right=len(found & gold))
        return {"strictF1": 200 * counts["right"] / max(1, counts["found"] + counts["gold"])}

    def choices(self, answers: Answers, samples: Sequence[int]) -> list[int]:
        return [int(label) for answer in answers for label in answer["values"].argmax(-1)]
