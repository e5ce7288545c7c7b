"""What a GLiNER model finds on MedMentions' development documents: strict and relaxed F1, for types that it was trained on
and for types that it never heard of."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import torch
from gliner import GLiNER

from . import gliner_data as data_of
from .corpora import development_documents
from .gliner_data import Example
from .gliner_figures import Found, figures
from .gliner_model import Labels, read_words, score

log = logging.getLogger(__name__)

#: Trained types that are asked for together: the commonest that a reader would name, by the names of the UMLS.
SEEN = ("therapeutic or preventive procedure", "disease or syndrome", "amino acid, peptide, or protein", "geographic area",
        "body part, organ, or organ component", "research activity", "laboratory procedure", "neoplastic process",
        "population group", "pharmacologic substance")  # fmt: skip


def every_span(n_words: int, max_width: int) -> list[tuple[int, int]]:
    """As gliner lays them out: `max_width` spans of every word; those beyond the text have no words and never count."""
    return [(first, first + width) for first in range(n_words) for width in range(max_width)]


@torch.no_grad()
def predictions(model: GLiNER, labels: Sequence[str], embed: Labels, batch: Sequence[Example]) -> list[list[Found]]:
    """For every passage all spans with their best label, the most probable first."""
    longest, width = max(len(one.words) for one in batch), model.config.max_width
    spans = every_span(longest, width)
    inside = [(first, min(last, longest - 1)) for first, last in spans]
    best, which = score(model, read_words(model, batch), [inside] * len(batch), embed(labels)).sigmoid().max(-1)
    found = []
    for one, ps, at in zip(batch, best.tolist(), which.tolist(), strict=True):
        own = [(p, span, labels[i]) for p, span, i in zip(ps, spans, at, strict=True) if span[1] < len(one.words)]
        found.append(sorted(own, key=lambda each: -each[0]))
    return found


def report(model: GLiNER, data: Path, names: data_of.TypeNames, n_documents: int | None, batch: int = 8) -> dict:
    """F1 of the types left out of training, all asked for together, and of ten types that were trained. The threshold of each
    is chosen on every other document; the rest is reported on, at that threshold and at 0.5."""
    was_training = model.training
    model.eval()
    documents = list(development_documents(data, "medmentions-full"))[:n_documents]
    seen = {name: (tui,) for tui, (name, _) in names.of_type.items() if name in SEEN}
    assert len(seen) == len(SEEN) and not any(map(data_of.is_held_out, seen)), seen
    found: dict = {"documents": len(documents), "reported on": len(documents[1::2])}
    for title, types in (("held out", data_of.HELD_OUT), ("trained", seen)):
        labels, embed, halves = list(types), Labels(model), []
        for half in (documents[0::2], documents[1::2]):
            passages = list(data_of.gold_passages(half, types, model.config.max_width))
            passages.sort(key=lambda one: len(one[0].words))
            measured = []
            for at in range(0, len(passages), batch):
                part = passages[at : at + batch]
                spans = predictions(model, labels, embed, [example for example, _ in part])
                measured += list(zip(spans, (gold for _, gold in part), strict=True))
            halves.append(measured)
        best = max((step / 20 for step in range(1, 20)), key=lambda at: figures(halves[0], labels, at)["f1"])
        found[title] = {"at 0.5": figures(halves[1], labels, 0.5), "at the chosen threshold": figures(halves[1], labels, best)}
    model.train(was_training)
    return found
