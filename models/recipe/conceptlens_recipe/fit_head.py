"""Fits the score's head once more, with the encoder as it is, on lists as the product makes them.

    python -m conceptlens_recipe.fit_head --work WORK --kb dist/starter-kb --mentions 40000

While the encoder learns, candidates are drawn from the whole list and groups are made up. The product shows the model
what the ranker of features lets through, with the group that the tagger gives. The `[MASK]` states of training mentions
are computed once under those conditions; fitting the head on them takes a minute. One document in ten is held out and
chooses when to stop. Before that the ranker of features is fitted anew, with what `fit_contexts` read. Reads
`WORK/checkpoint.pt`, writes `WORK/features.json` (unless it is there) and `WORK/fitted.pt`.
"""

from __future__ import annotations

import argparse
import copy
import dataclasses
import logging
import random
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from . import contexts, corpora, feature_ranker, foreign
from .candidates import DEFAULT_COMMAND, STARTER_TABLE, KnowledgeBaseTable, considered, retrieve, training_votes, type_label
from .contract import READ_CANDIDATES, Architecture
from .evaluate import group_shares
from .fit_contexts import EVIDENCE
from .manifest import FEATURE_RANKER
from .model import FeatureScore, ScoreHead, TwoStreamEncoder, minilm_vocabulary, widened
from .passages import Mention, Passage
from .processes import shared
from .ranking import mask_states, read
from .sampling import Recipe, Sampler, Segment
from .segments import Segmenter
from .train import Plan, candidates_file, checkpoint_file, corpus_passages

log = logging.getLogger(__name__)

#: Added to the logits of places without a candidate.
ABSENT = -1e4


@dataclass
class Lists:
    """Mentions with what the head sees. `states` `[mentions, candidates, hidden]`, `facts` likewise, `real` tells which
    places hold a candidate, `none` is each mention's logit of "none", `target` the right place (that after the last:
    "none"), `held` says which mentions are of held-out documents."""

    states: Tensor
    facts: Tensor
    real: Tensor
    none: Tensor
    target: Tensor
    held: Tensor


def product_list(
    sampler: Sampler, ranker: FeatureScore, passage: Passage, mention: Mention, shares: Mapping[str, float] | None, rng: random.Random
) -> tuple[list[Segment], int] | None:
    """The segments that the product would read, and which is right; `None` where nothing can be learned."""
    fused, fit_of = sampler.drawn(passage, mention, rng)
    gold = sampler.table.resolve(mention.gold)
    if not fused or sampler.cannot_judge(mention, fused):
        return None
    facts = considered(mention.lookup, mention.expanded, shares, fused, fit_of)
    chosen = feature_ranker.shortlist(ranker, facts)
    segments = [Segment(fused[i].name, fused[i].preferred, type_label(fused[i].groups), facts[i]) for i in chosen]
    right = [at for at, i in enumerate(chosen) if fused[i].id in gold]
    return segments, right[0] if right else READ_CANDIDATES


@torch.no_grad()
def collect(
    model: TwoStreamEncoder,
    segmenter: Segmenter,
    sampler: Sampler,
    ranker: FeatureScore,
    passages: Iterable[Passage],
    most: int,
    rng: random.Random,
) -> Lists:
    states, facts, nones, targets, held, counts = [], [], [], [], [], []
    for passage in passages:
        text = read(model, segmenter, passage)
        logits = text.logits.numpy()
        distinct = {(m.lookup, m.gold): m for m in passage.mentions}
        asked = []
        for mention in distinct.values():
            made = product_list(sampler, ranker, passage, mention, group_shares(passage, logits, mention), rng)
            if made:
                asked.append((mention, made[0]))
                targets.append(made[1])
        own, values, none = mask_states(model, segmenter, passage, text, asked)
        states.append(own.half())
        facts.append(values)
        nones += [float(x) for x in none]
        counts += [len(segments) for _, segments in asked]
        held += [zlib.crc32(passage.pmid.encode()) % 10 == 0] * len(asked)
        if len(targets) >= most:
            break
        if len(states) % 200 == 0:
            log.info("%d passages, %d mentions", len(states), len(targets))
    real = torch.arange(READ_CANDIDATES)[None] < torch.tensor(counts)[:, None]
    all_states = torch.zeros(*real.shape, model.arch.hidden, dtype=torch.float16)
    all_facts = torch.zeros(*real.shape, model.arch.features)
    all_states[real], all_facts[real] = torch.cat(states), torch.cat(facts)
    return Lists(all_states, all_facts, real, torch.tensor(nones), torch.tensor(targets), torch.tensor(held))


def together(parts: Sequence[Lists]) -> Lists:
    """The mentions of all, one after the other."""
    return Lists(*(torch.cat([getattr(part, field.name) for part in parts]) for field in dataclasses.fields(Lists)))


class Judge(torch.nn.Module):
    """The head with a scale and a bias for the logit of "none", which stays the encoder's own."""

    def __init__(self, head: ScoreHead):
        super().__init__()
        self.head = head
        self.none = torch.nn.Parameter(torch.tensor([1.0, 0.0]))

    def forward(self, lists: Lists, at: Tensor, drop: float = 0.0) -> Tensor:
        states = torch.nn.functional.dropout(lists.states[at].float(), drop, self.training)
        own = self.head(states, lists.facts[at]).masked_fill(~lists.real[at], ABSENT)
        none = self.none[0] * lists.none[at] + self.none[1]
        return torch.cat([own, none[:, None]], 1)


@torch.no_grad()
def figures(judge: Judge, lists: Lists, at: Tensor) -> dict[str, float]:
    """Loss over all outcomes, and the share whose right candidate comes first among those that have one."""
    judge.eval()
    logits = torch.cat([judge(lists, part) for part in at.split(4096)])
    target = lists.target[at]
    has = target < READ_CANDIDATES
    first = logits[:, :-1].argmax(1) == target
    return {
        "loss": round(float(torch.nn.functional.cross_entropy(logits, target)), 4),
        "accuracy": round(100 * float(first[has].float().mean()), 2),
        "mentions": len(at),
    }


def fit(head: ScoreHead, lists: Lists, rounds: int = 8, batch: int = 512, rate: float = 1e-3) -> Judge:
    judge = Judge(head)
    inside, held = (~lists.held).nonzero()[:, 0], lists.held.nonzero()[:, 0]
    optimizer = torch.optim.AdamW(judge.parameters(), lr=rate, weight_decay=0.01)
    steps = rounds * (len(inside) // batch + 1)
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.02, steps)
    best, kept = figures(judge, lists, held), copy.deepcopy(judge.state_dict())
    log.info("before: held out %s", best)
    for turn in range(rounds):
        judge.train()
        for part in inside[torch.randperm(len(inside))].split(batch):
            loss = torch.nn.functional.cross_entropy(judge(lists, part, drop=0.1), lists.target[part])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
        now = figures(judge, lists, held)
        log.info("round %d: held out %s, last loss %.4f", turn + 1, now, float(loss.detach()))
        if now["loss"] < best["loss"]:
            best, kept = now, copy.deepcopy(judge.state_dict())
    judge.load_state_dict(kept)
    return judge


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=corpora.default_data())
    parser.add_argument("--kb", type=Path, required=True)
    parser.add_argument("--table", type=Path, default=STARTER_TABLE)
    parser.add_argument("--command", default=DEFAULT_COMMAND)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--foreign", type=Path, help="folder of another vocabulary to fit on, too, by `foreign`")
    parser.add_argument("--mentions", type=int, default=40_000)
    parser.add_argument("--processes", type=int, default=2, help="that read together, with one thread each")
    parser.add_argument("--smoke", action="store_true", help="on what train --smoke left")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    plan = Plan()
    torch.manual_seed(plan.seed)
    rng = random.Random(plan.seed)

    model = TwoStreamEncoder(Architecture()).eval()
    state = torch.load(checkpoint_file(options.work, options.smoke), weights_only=True)
    model.load_state_dict(widened(state["model"], model.arch))
    segmenter = Segmenter(minilm_vocabulary())
    pools = corpus_passages(options.data, segmenter, [name for name, _ in plan.ranking_share], options.smoke)
    retrieved = retrieve(options.command, options.kb, [], candidates_file(options.work, options.smoke))
    table = KnowledgeBaseTable(options.table)
    evidence = contexts.load(options.work / EVIDENCE)
    sampler = Sampler(retrieved, training_votes(options.data, table), table, Recipe(), evidence)
    other = foreign.learning(options, pools, plan.seed, evidence)
    ranker = feature_ranker.fitted(options.work / FEATURE_RANKER, plan, pools, sampler, other)
    most = options.mentions // options.processes

    def read_lists(of: Sampler, passages: Sequence[Passage]) -> list[Lists]:
        def work(part: Sequence[Passage], index: int) -> Lists:
            return collect(model, segmenter, of, ranker, part, most, random.Random(plan.seed + index))

        return shared(work, passages, options.processes)

    parts = read_lists(sampler, plan.ranking_passages(pools, rng))
    lists = together(parts + (read_lists(other.sampler, other.passages) if other else []))
    torch.set_num_threads(options.processes)
    judge = fit(model.score, lists)
    with torch.no_grad():
        # The logit of "none" is the encoder's: what was learned of its scale goes into the candidates' scores.
        scale = max(0.2, float(judge.none[0]))
        for layer in (model.score.output, model.score.prior, model.score.weigh):
            layer.weight.div_(scale)
            layer.bias.div_(scale)
        model.score.prior.bias -= judge.none[1] / scale
    torch.save(state | {"model": model.state_dict()}, options.work / "fitted.pt")
    log.info("none: %s", np.round(judge.none.detach().numpy(), 3))


if __name__ == "__main__":
    main()
