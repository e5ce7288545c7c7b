"""The ranker of features alone: fitted before anything reads the text.

Judging a candidate by its features is good at once and costs seconds to fit and microseconds to run. In the product it
chooses which candidates the encoder reads; in training it is where the score's path for the features starts, so that
the encoder learns what the text adds. Trained from nothing together with the encoder, the same weights were still far
off after half an hour.
"""

from __future__ import annotations

import json
import logging
import random
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from .contract import FEATURES, RANKED_CANDIDATES, READ_CANDIDATES, Architecture
from .model import FeatureScore
from .passages import Passage
from .sampling import Sampler

if TYPE_CHECKING:
    from .foreign import Foreign
    from .train import Plan

log = logging.getLogger(__name__)

#: Added to the logits of places without a candidate.
ABSENT = -1e4

#: Candidates whose probability by features alone is below this are not read (`LEAST_PROBABILITY` of the product), but for the
#: likeliest (`ALWAYS_READ` of the product).
LEAST_PROBABILITY = 0.02
ALWAYS_READ = 2

FOREIGN_TIMES = 2


@torch.no_grad()
def shortlist(ranker: FeatureScore, rows: Sequence[Sequence[float]], most: int = READ_CANDIDATES) -> list[int]:
    """Indices of the candidates that are read, in the order of the list, as the product chooses them."""
    if not rows:
        return []
    scores = ranker.from_features(torch.tensor(rows, dtype=ranker.prior.weight.dtype))
    probabilities = torch.cat([scores, scores.new_zeros(1)]).softmax(0)[:-1].tolist()
    best = sorted(range(len(rows)), key=lambda i: (-probabilities[i], i))[:most]
    return sorted(i for place, i in enumerate(best) if place < ALWAYS_READ or probabilities[i] >= LEAST_PROBABILITY)


def collect(
    sampler: Sampler, passages: Iterable[Passage], most: int, rng: random.Random
) -> tuple[Tensor, Tensor, Tensor]:
    """At most so many mentions: features `[mentions, candidates, features]`, which of them are real, and the index of
    the right one (that after the last: "none of these")."""
    recipe = replace(
        sampler.recipe, mentions=10_000, negatives=RANKED_CANDIDATES, add_gold=0.0, sure_share=1.0, without_name=0.0
    )
    every = Sampler(sampler.retrieved, sampler.votes, sampler.table, recipe, sampler.evidence)
    facts, targets = [], []
    for passage in passages:
        for example in every.examples(passage, rng):
            values = [segment.features for segment in example.segments]
            absent = RANKED_CANDIDATES - len(values)
            facts.append(values + [[0.0] * len(FEATURES)] * absent)
            targets.append(example.target if example.target < len(values) else RANKED_CANDIDATES)
        if len(facts) >= most:
            break
    values = torch.tensor(facts)
    return values, values.abs().sum(-1) > 0, torch.tensor(targets)


def fit(ranker: FeatureScore, facts: Tensor, real: Tensor, target: Tensor, rounds: int = 32, batch: int = 2048) -> float:
    """Cross-entropy over a mention's candidates and "none", whose logit is one number that goes into the bias in the
    end, so that it is 0 afterwards. Gives the share of mentions that the ranker gets right."""
    none = torch.nn.Parameter(torch.zeros(()))
    parts = [ranker.prior, ranker.facts, ranker.weigh]
    weights = [none, *(parameter for part in parts for parameter in part.parameters())]
    optimizer = torch.optim.Adam(weights, lr=5e-3)
    steps = max(2, rounds * len(facts) // batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 5e-3, total_steps=steps)

    def logits(at: Tensor | slice) -> Tensor:
        own = ranker.from_features(facts[at]).masked_fill(~real[at], ABSENT)
        return torch.cat([own, none.expand(len(own), 1)], 1)

    for _ in range(steps):
        drawn = torch.randint(len(facts), (batch,))
        loss = torch.nn.functional.cross_entropy(logits(drawn), target[drawn])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    with torch.no_grad():
        right = (logits(slice(None)).argmax(1) == target).float().mean()
        ranker.prior.bias -= none
    log.info("features alone: %d mentions, loss %.3f, right %.3f", len(facts), float(loss.detach()), float(right))
    return float(right)


def fitted(
    path: Path, plan: Plan, pools: dict[str, list[Passage]], sampler: Sampler, foreign: Foreign | None = None
) -> FeatureScore:
    """The ranker in a file; fitted and written there when there is none yet. Mentions of a foreign vocabulary count
    `FOREIGN_TIMES` each: there are fewer of them."""
    if not path.exists():
        rng = random.Random(plan.seed)
        torch.manual_seed(plan.seed)
        ranker = FeatureScore(len(FEATURES), Architecture().facts_hidden)
        parts = [collect(sampler, plan.ranking_passages(pools, rng), plan.prior_mentions, rng)]
        if foreign:
            parts += [collect(foreign.sampler, foreign.passages, plan.prior_mentions, rng)] * FOREIGN_TIMES
        fit(ranker, *(torch.cat(part) for part in zip(*parts, strict=True)))
        write(ranker, path)
    return read(path)


def write(ranker: FeatureScore, path: Path) -> None:
    """`features.json` of the model folder."""

    def plain(tensor: Tensor) -> list:
        return json.loads(json.dumps(tensor.tolist()), parse_float=lambda s: round(float(s), 5))

    content = {
        "linear": plain(ranker.prior.weight[0]),
        "bias": plain(ranker.prior.bias)[0],
        "hidden": plain(ranker.facts.weight),
        "hiddenBias": plain(ranker.facts.bias),
        "output": plain(ranker.weigh.weight[0]),
    }
    content["bias"] = round(content["bias"] + float(ranker.weigh.bias.detach()), 5)
    path.write_text(json.dumps(content, separators=(",", ":")) + "\n", encoding="utf-8")


@torch.no_grad()
def read(path: Path) -> FeatureScore:
    """The ranker that `write` wrote."""
    content = json.loads(path.read_text(encoding="utf-8"))
    ranker = FeatureScore(len(content["linear"]), len(content["hidden"]))
    ranker.prior.weight.copy_(torch.tensor([content["linear"]]))
    ranker.prior.bias.fill_(content["bias"])
    ranker.facts.weight.copy_(torch.tensor(content["hidden"]))
    ranker.facts.bias.copy_(torch.tensor(content["hiddenBias"]))
    ranker.weigh.weight.copy_(torch.tensor([content["output"]]))
    ranker.weigh.bias.zero_()
    return ranker
