"""Dense cross-encoders: Acc@1 of given mentions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..candidates import Candidate
from .development import Marked, Text
from .encoders import EncoderTask
from .tasks import Answers
from .workloads import Rows

#: Candidates of a mention that are ranked, as the product has them.
RANKED = 7


class CrossEncoderTask(EncoderTask):
    """A dense cross-encoder in the packing by mention: `text [SEP] mention [MASK] name …`, a score at every [MASK]; Acc@1.
    Known: the mention of each row and its candidates."""

    kind = "cross-encoder"

    def rows(self, texts: Sequence[Text]) -> tuple[Rows, Sequence[tuple[Marked, list[Candidate]]]]:
        known, rows, at = [], [], []
        for text in texts:
            for m in text.mentions:
                candidates = self.retrieved[m.lookup][:RANKED]
                if not m.ids or not candidates:
                    continue
                start, end = next(((a, b) for a, b in text.sentences if a <= m.start < b), (m.start, m.end))
                row, masks = self._row(text.text[start:end], m.lookup, [c.name for c in candidates])
                known.append((m, candidates[: len(masks)]))
                rows.append(row)
                at.append(masks)
        return self._rows(rows, at), known

    def _row(self, text: str, mention: str, names: list[str]) -> tuple[list[int], list[int]]:
        own, masks = self.reader.ids(mention)[: self.window // 16], []
        row = [self.reader.cls, *self.reader.ids(text)[: self.window // 2], self.reader.sep]
        for name in names:
            pair = [*own, self.reader.mask, *self.reader.ids(name)[: self.window // 16]]
            if len(row) + len(pair) + 1 > self.window:
                break
            masks.append(len(row) + len(own))
            row += pair
        return [*row, self.reader.sep], masks

    def _scores(self, values: np.ndarray) -> np.ndarray:
        head = self.config.get("score_head")
        if head:
            return values @ np.array(head["weight"]) + head["bias"]
        return values[:, 1] - values[:, 0] if values.shape[1] == 2 else values[:, 0]

    def metrics(self, answers: Answers, samples: Sequence[int]) -> dict[str, float]:
        right = 0
        for choice, sample in zip(self.choices(answers, samples), samples, strict=True):
            mention, candidates = self.known[sample]
            right += candidates[choice].id in mention.gold
        return {"accuracyAt1": 100 * right / max(1, len(samples))}

    def choices(self, answers: Answers, samples: Sequence[int]) -> list[int]:
        return [int(self._scores(answer["values"]).argmax()) for answer in answers]
