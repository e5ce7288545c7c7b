"""Training pairs a second, two-stream against each packing, on texts of one length.

    .venv/bin/python -m conceptlens_recipe.dense_speed --rounds 5

Every way takes whole training steps (forward, backward, optimiser) on the same passages of 256 tokens in turn, in one process
and on one thread; what counts is the fastest round in processor time, as whatever else the machine does only ever slows down.
`pair` and `mention` read the whole passage, as the others do. A way that reads every pair or mention for itself is timed on
some of them: each costs the same.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from dataclasses import replace
from pathlib import Path

import torch

from . import corpora
from .dense_data import Ranking
from .dense_model import DenseRanker, TwoStreamRanker
from .dense_pack import MODES, MentionToRank, PassageToRank
from .dense_train import CORPORA, Model, Plan, loss_of, optimiser
from .model import fast_products, minilm_vocabulary
from .passages import Passage, sentences
from .segments import Segmenter
from .train import corpus_passages

#: Words and special tokens of a text.
TEXT_TOKENS = 256
#: Of a pair, with `[SEP]` and `[MASK]`: mentions and names are words of the text.
MENTION_TOKENS, NAME_TOKENS = 4, 6


def passage_of(words: list[str], segmenter: Segmenter, n_mentions: int, n_names: int, rng: random.Random) -> Ranking:
    """A text of exactly so many tokens: every word is one piece. Mentions stand evenly in it."""
    text = " ".join(words)
    starts = [0]
    for word in words:
        starts.append(starts[-1] + len(word) + 1)
    mentions = []
    for index in range(n_mentions):
        first = index * (len(words) - MENTION_TOKENS) // n_mentions
        last = first + MENTION_TOKENS - 1
        begin, end = starts[first], starts[last] + len(words[last])
        names = tuple(" ".join(rng.sample(words, NAME_TOKENS)) for _ in range(n_names))
        mentions.append(MentionToRank(begin, end, text[begin:end], names))
    pieces = segmenter.pieces(text)
    assert len(pieces.ids) == len(words), (len(pieces.ids), len(words))
    ranked = PassageToRank(text, tuple(sentences(text, 0, len(text))), tuple(mentions))
    right = tuple(frozenset({rng.randrange(n_names)}) for _ in mentions)
    return Ranking((Passage("", "", text, pieces, 0, [], []),), (ranked,), (right,))


def first_mentions(ranking: Ranking, n: int) -> Ranking:
    (passage,), (right,) = ranking.passages, ranking.right
    return Ranking(ranking.read, (replace(passage, mentions=passage.mentions[:n]),), (right[:n],))


def step(model: Model, optimizer: torch.optim.Optimizer, ranking: Ranking) -> float:
    """Processor time of one step."""
    begun = time.process_time()
    with fast_products(model):
        loss_of(model.score(ranking), ranking).backward()
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    return time.process_time() - begun


def measure(segmenter: Segmenter, words: list[str], options: argparse.Namespace) -> dict[str, dict[str, float]]:
    """By way: pairs a second, and how many times as fast as `pair`."""
    rng, plan = random.Random(1), Plan()
    models: dict[str, Model] = {"two-stream": TwoStreamRanker(segmenter)}
    models |= {way: DenseRanker(segmenter, way, "passage") for way in MODES if way not in ("sentence", "document")}
    optimisers = {way: optimiser(model, plan) for way, model in models.items()}
    fastest = dict.fromkeys(models, float("inf"))
    pairs = {}
    for round_of in range(options.rounds + 1):
        ranking = passage_of(rng.sample(words, TEXT_TOKENS - 2), segmenter, options.mentions, options.names, rng)
        for way, model in models.items():
            read = first_mentions(ranking, {"pair": 1, "mention": 2}.get(way, options.mentions))
            pairs[way] = read.n_pairs
            seconds = step(model, optimisers[way], read)
            # The first round warms up.
            if round_of:
                fastest[way] = min(fastest[way], seconds)
    speed = {way: pairs[way] / fastest[way] for way in models}
    return {way: {"pairsPerSecond": round(v, 1), "timesPair": round(v / speed["pair"], 1)} for way, v in speed.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=corpora.default_data())
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--mentions", type=int, default=8)
    parser.add_argument("--names", type=int, default=10)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    segmenter = Segmenter(minilm_vocabulary())
    passages = [one for part in corpus_passages(options.data, segmenter, CORPORA[:1], smoke=True).values() for one in part]
    found = {word for one in passages for word in one.text.lower().split() if word.isalpha()}
    words = sorted(word for word in found if len(segmenter.pieces(word).ids) == 1)
    print(json.dumps(measure(segmenter, words, options), indent=2))


if __name__ == "__main__":
    main()
