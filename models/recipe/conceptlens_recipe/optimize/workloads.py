"""What a model is asked in a search: plain arrays, and how to put them to a session. Needs numpy alone.

`Run` takes inputs by name and the wanted outputs; everything that measures, calibrates or compares goes through it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

Feeds = dict[str, np.ndarray]
Run = Callable[[Feeds, Sequence[str]], list[np.ndarray]]


class Workload(Protocol):
    """Samples that are answered one by one or in batches; the answers of a sample do not depend on which others are asked."""

    def __len__(self) -> int: ...

    def answer(self, run: Run, samples: Sequence[int], batch: int) -> list[dict[str, np.ndarray]]:
        """Arrays by name for each of the samples."""
        ...


def padded(rows: Sequence[Sequence[int]], pad: int, dtype: type) -> tuple[np.ndarray, np.ndarray]:
    """Rows of one length, and the mask of what is real in `dtype`."""
    width = max(map(len, rows))
    ids, mask = np.full((len(rows), width), pad, np.int64), np.zeros((len(rows), width), dtype)
    for i, row in enumerate(rows):
        ids[i, : len(row)], mask[i, : len(row)] = row, 1
    return ids, mask


def by_length(rows: Sequence[Sequence[int]], batch: int) -> list[list[int]]:
    """Indices in batches, the short ones first, so that little is padded."""
    order = sorted(range(len(rows)), key=lambda i: len(rows[i]))
    return [order[at : at + batch] for at in range(0, len(order), batch)]


@dataclass(frozen=True)
class LinkedText:
    """A passage with its tokens, and the segments of its mentions' candidates. `spans`: tokens of each mention, without [CLS];
    `owners`: the mention of each segment."""

    ids: list[int]
    spans: list[tuple[int, int]]
    segments: list[list[int]]
    owners: list[int]
    features: np.ndarray


@dataclass(frozen=True)
class TwoStream:
    """The linker's model: a text is read once, then the segments of its candidates, `batch` at a time, as the product does.
    Answers: `logits` of the text's pieces, `marks`: the states of its mentions, `scores` of the segments."""

    texts: list[LinkedText]
    layers: int
    heads: int
    head_dim: int
    pad: int

    def __len__(self) -> int:
        return len(self.texts)

    def answer(self, run: Run, samples: Sequence[int], batch: int) -> list[dict[str, np.ndarray]]:
        return [self._answer(run, self.texts[i], batch) for i in samples]

    def _answer(self, run: Run, text: LinkedText, batch: int) -> dict[str, np.ndarray]:
        names = [f"{kind}_{i}" for kind in ("key", "value") for i in range(self.layers)]
        nothing = np.zeros((self.heads, 0, self.head_dim), np.float32)
        hidden, width = self.heads * self.head_dim, text.features.shape[1]
        states, logits, *kept = run(
            {
                "input_ids": np.array([text.ids], np.int64),
                "attention_mask": np.ones((1, len(text.ids)), np.float32),
                "mention_state": np.zeros((1, hidden), np.float32),
                "features": np.zeros((1, width), np.float32),
                **{f"text_{name}": nothing for name in names},
            },
            ["states", "token_logits", *names],
        )
        # Of one segment; whether segments or heads come first depends on the graph's version.
        shape = self.heads, len(text.ids), self.head_dim
        read = {f"text_{name}": value.reshape(shape) for name, value in zip(names, kept, strict=True)}
        pieces = states[0, 1:-1]
        marks = np.stack([pieces[a : max(b, a + 1)].mean(0) for a, b in text.spans]) if text.spans else pieces[:0]
        scores = np.zeros(len(text.segments), np.float32)
        for part in by_length(text.segments, batch):
            ids, mask = padded([text.segments[i] for i in part], self.pad, np.float32)
            own = {
                "input_ids": ids,
                "attention_mask": mask,
                "mention_state": marks[[text.owners[i] for i in part]],
                "features": text.features[part],
            }
            scores[part] = run(own | read, ["score"])[0]
        return {"logits": logits[0, 1:-1], "marks": marks, "scores": scores}


@dataclass(frozen=True)
class Rows:
    """An ordinary encoder: rows of tokens, one output. `read`: `tokens` gives the output at the places in `at`, `cls` that of
    the first token, `mean` the mean over the real ones, `whole` an output that has no tokens. Answers: `values`."""

    rows: list[list[int]]
    at: list[list[int]]
    pad: int
    inputs: tuple[str, ...]
    output: str
    read: str

    def __len__(self) -> int:
        return len(self.rows)

    def answer(self, run: Run, samples: Sequence[int], batch: int) -> list[dict[str, np.ndarray]]:
        asked = [self.rows[i] for i in samples]
        found: list[dict[str, np.ndarray]] = [{}] * len(asked)
        for part in by_length(asked, batch):
            ids, mask = padded([asked[i] for i in part], self.pad, np.int64)
            every = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
            output = run({name: every[name] for name in self.inputs}, [self.output])[0]
            for place, i in enumerate(part):
                found[i] = {"values": self._values(output[place], len(asked[i]), self.at[samples[i]])}
        return found

    def _values(self, own: np.ndarray, tokens: int, at: list[int]) -> np.ndarray:
        if self.read == "tokens":
            return own[at].copy()
        if self.read == "mean":
            return own[:tokens].mean(0)
        return (own[0] if self.read == "cls" else own).copy()


def spread(count: int, wanted: int) -> list[int]:
    """So many indices, evenly over all; all of them when there are fewer."""
    wanted = min(count, wanted)
    return sorted({round(i * (count - 1) / max(1, wanted - 1)) for i in range(wanted)})


def recorded(workload: Workload, run: Run, samples: Sequence[int], batch: int) -> list[Feeds]:
    """Every input that answering the samples puts to the model."""
    found: list[Feeds] = []

    def note(feeds: Feeds, wanted: Sequence[str]) -> list[np.ndarray]:
        found.append(feeds)
        return run(feeds, wanted)

    workload.answer(note, samples, batch)
    return found


def company(workload: Workload, run: Run, samples: Sequence[int], batch: int) -> float:
    """The largest difference between an output alone and in company, as a share of the outputs' standard deviation."""
    together = workload.answer(run, samples, batch)
    alone = [workload.answer(run, [i], 1)[0] for i in samples]
    worst = 0.0
    for name in together[0]:
        one, many = (np.concatenate([answer[name].ravel() for answer in found]) for found in (alone, together))
        if one.size:
            worst = max(worst, float(np.abs(one - many).max() / max(float(one.std()), 1e-9)))
    return worst
