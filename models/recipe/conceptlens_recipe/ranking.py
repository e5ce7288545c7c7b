"""One passage through the model: text pass, tags, and the scores of its mentions' candidates."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from .contract import CONCEPT_GROUPS, HEADS, NONE_OFFSET
from .model import Candidates, Keys, TwoStreamEncoder
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
    return read_all(model, segmenter, [passage])[0]


def read_all(
    model: TwoStreamEncoder,
    segmenter: Segmenter,
    passages: Sequence[Passage],
    hidden: float = 0.0,
    rng: random.Random | None = None,
) -> list[ReadText]:
    """In one batch, each as if it were alone. In training a share of the pieces can be `hidden` behind `[MASK]`: what a word
    is must then be told from those around it, as for words that were never seen."""
    ids = []
    for passage in passages:
        own = segmenter.text(passage.pieces, model.arch.max_tokens)
        if rng and hidden:
            own[1:-1] = [segmenter.mask if rng.random() < hidden else piece for piece in own[1:-1]]
        ids.append(torch.tensor(own))
    return [ReadText(states[1:-1], model.tokens(states[1:-1]), keys) for states, keys in model.encode_texts(ids)]


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


#: A mention and the segments of its candidates.
Asked = Sequence[tuple[Mention, Sequence[Segment]]]


def mask_states(
    model: TwoStreamEncoder, segmenter: Segmenter, passage: Passage, text: ReadText, asked: Asked, chunk: int = 32
) -> tuple[Tensor, Tensor, list[Tensor]]:
    """Final `[MASK]` states and features of all segments in order, and every mention's logit of "none of these"."""
    return all_mask_states(model, segmenter, [(passage, text, asked)], chunk)


def all_mask_states(
    model: TwoStreamEncoder, segmenter: Segmenter, parts: Sequence[tuple[Passage, ReadText, Asked]], chunk: int = 32
) -> tuple[Tensor, Tensor, list[Tensor]]:
    """The same of several passages, one after the other, in one batch. Segments of a passage are padded to one length by
    `chunk`, those of like length together."""
    blocks: list[Candidates] = []
    order: list[int] = []
    values: list[list[float]] = []
    nones: list[Tensor] = []
    for passage, text, asked in parts:
        rows, owners, states = [], [], []
        for index, (mention, segments) in enumerate(asked):
            span = passage.rows(mention)
            states.append(text.states[span].mean(0))
            nones.append(text.logits[span, NONE_OFFSET].mean())
            for s in segments:
                rows.append(segmenter.candidate(mention.lookup, s.name, s.preferred, s.label))
                owners.append(index)
        if rows:
            stacked = torch.stack(states)
            by_length = sorted(range(len(rows)), key=lambda i: len(rows[i]))
            for at in range(0, len(rows), chunk):
                some = by_length[at : at + chunk]
                ids, mask = pad([rows[i] for i in some], segmenter.pad)
                mentions = stacked[[owners[i] for i in some]]
                blocks.append(Candidates(torch.tensor(ids), torch.tensor(mask), text.keys, mentions))
            order += [len(values) + i for i in by_length]
            values += [s.features for _, segments in asked for s in segments]
    if not blocks:
        return torch.zeros(0, model.arch.hidden), torch.zeros(0, model.arch.features), nones
    return model.encode_all_candidates(blocks)[torch.argsort(torch.tensor(order))], torch.tensor(values), nones


def score(
    model: TwoStreamEncoder, segmenter: Segmenter, passage: Passage, text: ReadText, asked: Asked, chunk: int = 32
) -> list[Tensor]:
    """For every mention the logits of its segments and, last, of "none of these"."""
    return score_all(model, segmenter, [(passage, text, asked)], chunk)


def score_all(
    model: TwoStreamEncoder, segmenter: Segmenter, parts: Sequence[tuple[Passage, ReadText, Asked]], chunk: int = 32
) -> list[Tensor]:
    """The same of the mentions of several passages, one after the other."""
    states, facts, nones = all_mask_states(model, segmenter, parts, chunk)
    sizes = [len(segments) for _, _, asked in parts for _, segments in asked]
    each = model.score(states, facts).split(sizes)
    return [torch.cat([own, none[None]]) for own, none in zip(each, nones, strict=True)]
