"""One passage through the model: text pass, tags, and the scores of its mentions' candidates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from .contract import CONCEPT_GROUPS, HEADS, NONE_OFFSET
from .model import Keys, TwoStreamEncoder
from .passages import Mention, Passage
from .sampling import Segment
from .segments import Segmenter, pad


@dataclass
class ReadText:
    """A passage after the text pass. `states` and `logits` hold one row per piece, special tokens left out."""

    states: Tensor
    logits: Tensor
    keys: list[Keys]


def read(model: TwoStreamEncoder, segmenter: Segmenter, passage: Passage) -> ReadText:
    ids = segmenter.text(passage.pieces, model.arch.max_tokens)
    states, keys = model.encode_text(torch.tensor(ids))
    states = states[1:-1]
    return ReadText(states, model.tokens(states), keys)


def tag_loss(text: ReadText, passage: Passage) -> tuple[Tensor, int]:
    """Sum over words of -log p(allowed labels), and the number of words asked."""
    rows = [i for i, tag in enumerate(passage.tags) if tag]
    if not rows:
        return text.states.sum() * 0, 0
    head = HEADS[passage.head]
    width = len(head["labels"])
    logits = text.logits[rows, head["offset"] : head["offset"] + width]
    tags = torch.tensor([passage.tags[i] for i in rows])
    allowed = (tags[:, None] >> torch.arange(width)) & 1
    inside = logits.masked_fill(allowed == 0, -1e9).logsumexp(-1)
    return (logits.logsumexp(-1) - inside).sum(), len(rows)


def group_loss(text: ReadText, passage: Passage) -> Tensor:
    """Mean over the mentions of -log of the share of their group (`evaluate.group_shares`): ranking stands on it, and the
    loss of the tags, a mean over all words, says little about it."""
    rows, columns, groups = [], [], []
    for mention in passage.mentions:
        words = passage.pieces.words(mention.start, mention.end)
        if not words or mention.group not in CONCEPT_GROUPS:
            continue
        rows += [len(groups)] * len(words)
        columns += words
        groups.append(CONCEPT_GROUPS.index(mention.group))
    if not groups:
        return text.states.sum() * 0
    head = HEADS[0]
    by_label = text.logits[columns, head["offset"] : head["offset"] + len(head["labels"])].softmax(-1)
    by_group = by_label[:, 1::2] + by_label[:, 2::2]
    mass = torch.zeros(len(groups), len(CONCEPT_GROUPS)).index_add(0, torch.tensor(rows), by_group)
    of_gold = mass[torch.arange(len(groups)), torch.tensor(groups)]
    return (mass.sum(1).clamp_min(1e-9).log() - of_gold.clamp_min(1e-9).log()).mean()


def mask_states(
    model: TwoStreamEncoder,
    segmenter: Segmenter,
    passage: Passage,
    text: ReadText,
    asked: Sequence[tuple[Mention, Sequence[Segment]]],
    chunk: int = 32,
) -> tuple[Tensor, Tensor, list[Tensor]]:
    """Final `[MASK]` states and features of all segments in order, and every mention's logit of "none of these"."""
    rows, owners, values = [], [], []
    states, nones = [], []
    for index, (mention, segments) in enumerate(asked):
        tokens = passage.pieces.covering(mention.start, mention.end)
        span = slice(tokens.start, max(tokens.stop, tokens.start + 1))
        states.append(text.states[span].mean(0))
        nones.append(text.logits[span, NONE_OFFSET].mean())
        for s in segments:
            rows.append(segmenter.candidate(mention.lookup, s.name, s.preferred, s.label))
            owners.append(index)
            values.append(s.features)
    if not rows:
        return torch.zeros(0, model.arch.hidden), torch.zeros(0, model.arch.features), nones
    stacked = torch.stack(states)
    order = sorted(range(len(rows)), key=lambda i: len(rows[i]))
    found: list[Tensor] = []
    for at in range(0, len(order), chunk):
        part = order[at : at + chunk]
        ids, mask = pad([rows[i] for i in part], segmenter.pad)
        mentions = stacked[[owners[i] for i in part]]
        found.append(model.encode_candidates(torch.tensor(ids), torch.tensor(mask), text.keys, mentions))
    return torch.cat(found)[torch.argsort(torch.tensor(order))], torch.tensor(values), nones


def score(
    model: TwoStreamEncoder,
    segmenter: Segmenter,
    passage: Passage,
    text: ReadText,
    asked: Sequence[tuple[Mention, Sequence[Segment]]],
    chunk: int = 32,
) -> list[Tensor]:
    """For every mention the logits of its segments and, last, of "none of these"."""
    states, facts, nones = mask_states(model, segmenter, passage, text, asked, chunk)
    parts = model.score(states, facts).split([len(segments) for _, segments in asked])
    return [torch.cat([own, none[None]]) for own, none in zip(parts, nones, strict=True)]
