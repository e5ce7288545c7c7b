"""A dense cross-encoder in PyTorch, and the two-stream encoder with the same score: both begin as all-MiniLM-L6-v2 and are made
of the same layers, so that only the way of reading differs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import torch
from torch import Tensor, nn

from .contract import Architecture
from .dense_data import Ranking
from .dense_pack import Pack, Special, pack
from .model import Block, Candidates, TwoStreamEncoder, first_rows, from_minilm, masked
from .passages import Mention
from .ranking import mask_states, read
from .sampling import Segment
from .segments import Segmenter, pad

#: Tokens that are read at once, padding and all: sequences of like length together.
BATCH_TOKENS = 2048


class _Scored(nn.Module):
    """`score` of all gives one tensor a mention: the logits of its names."""

    def __init__(self, segmenter: Segmenter, kind: type[TwoStreamEncoder] = TwoStreamEncoder):
        super().__init__()
        self.encoder, self.segmenter = from_minilm(Architecture(), kind), segmenter
        self.head = nn.Linear(self.encoder.arch.hidden, 1)
        nn.init.normal_(self.head.weight, std=0.02)
        nn.init.zeros_(self.head.bias)


class DenseRanker(_Scored):
    """Reads a document's pairs in the packing `mode`; a score at every `[MASK]`."""

    def __init__(self, segmenter: Segmenter, mode: str, context: str = "sentence"):
        super().__init__(segmenter)
        self.mode, self.context = mode, context
        self.special = Special(segmenter.cls, segmenter.sep, segmenter.mask)

    def packs(self, ranking: Ranking) -> list[Pack]:
        ids_of = lambda text: self.segmenter.tokenizer.encode(text, add_special_tokens=False).ids  # noqa: E731
        window = self.encoder.arch.max_tokens
        return pack(ranking.passages, self.mode, ids_of, self.special, window, self.context)

    def score(self, ranking: Ranking) -> list[Tensor]:
        places, scores = [], []
        for batch in batched(self.packs(ranking)):
            ids, mask = pad([one.ids for one in batch], self.segmenter.pad)
            states = self.states(torch.tensor(ids), torch.tensor(mask))
            rows = [row for row, one in enumerate(batch) for _ in one.masks]
            columns = [at for one in batch for at, _ in one.masks]
            scores.append(self.head(states[rows, columns]).squeeze(-1))
            places += [place for one in batch for _, place in one.masks]
        if not places:
            return [torch.zeros(0) for _ in range(ranking.n_mentions)]
        order = sorted(range(len(places)), key=places.__getitem__)
        sizes = [len(mention.names) for passage in ranking.passages for mention in passage.mentions]
        return list(torch.cat(scores)[order].split(sizes))

    def states(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Final states `[sequences, tokens, hidden]`."""
        x, blocks = self.encoder.embed(ids, None).flatten(0, 1), [Block(*ids.shape, masked(mask))]
        for layer in self.encoder.layers:
            x, _ = layer(x, blocks)
        return x.view(*ids.shape, -1)


def batched(packs: Sequence[Pack], most: int = BATCH_TOKENS) -> Iterator[list[Pack]]:
    """Sequences of like length, together at most so many tokens, or one alone."""
    batch: list[Pack] = []
    for one in sorted(packs, key=lambda each: len(each.ids)):
        if batch and (len(batch) + 1) * len(one.ids) > most:
            yield batch
            batch = []
        batch.append(one)
    if batch:
        yield batch


class TwoStreamRanker(_Scored):
    """Reads a passage once, then every name for itself; the score at its `[MASK]`."""

    def score(self, ranking: Ranking) -> list[Tensor]:
        found: list[Tensor] = []
        for source, passage in zip(ranking.read, ranking.passages, strict=True):
            if not passage.mentions:
                continue
            asked = [
                (Mention(m.start, m.end, m.text, m.text, (), None), [Segment(name, "", "", []) for name in m.names])
                for m in passage.mentions
            ]
            states, _, _ = mask_states(self.encoder, self.segmenter, source, read(self.encoder, self.segmenter, source), asked)
            found += self.head(states).squeeze(-1).split([len(names) for _, names in asked])
        return found


class LateEncoder(TwoStreamEncoder):
    """Names that see the text from the third layer on, and learn only there which mention is meant: what the first two
    layers make of one could be kept by its words, whatever text it is ranked in. For an ablation."""

    text_from = 2

    def encode_all_candidates(self, parts: Sequence[Candidates]) -> Tensor:
        x = torch.cat([self.embed(part.input_ids, None).flatten(0, 1) for part in parts])
        blocks = [Block(*part.input_ids.shape, masked(part.attention_mask)) for part in parts]
        for layer in self.layers:
            if layer.index == self.text_from:
                meant = self.mention(torch.cat([part.mention_state for part in parts]))
                x = x.index_add(0, first_rows(blocks), meant)
                blocks = [replace(block, text=part.text) for block, part in zip(blocks, parts, strict=True)]
            x, _ = layer(x, blocks, first_only=layer.index == len(self.layers) - 1)
        return x
