"""Trains the model within a budget of wall-clock time.

    python -m conceptlens_recipe.train --kb dist/starter-kb --work WORK --minutes 60
    python -m conceptlens_recipe.train … --resume          goes on from the last checkpoint
    python -m conceptlens_recipe.train … --smoke           every step on a tiny part, < 2 minutes

The learning rate falls linearly to zero with the time spent, so a run always ends on time, whatever else the machine
does. Reserved and development documents are never trained on (`corpora.training_documents` asserts it).
"""

from __future__ import annotations

import argparse
import logging
import multiprocessing
import random
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.distributed
import torch.nn.functional as F

from . import corpora, evaluate, feature_ranker, foreign, onnx_export
from .candidates import DEFAULT_COMMAND, STARTER_TABLE, KnowledgeBaseTable, retrieve, training_votes
from .contract import Architecture
from .model import FeatureScore, TwoStreamEncoder, fast_products, from_minilm, minilm_vocabulary
from .passages import (
    Passage,
    concept_types,
    medmentions_group,
    passages,
    semantic_groups,
)
from .ranking import ReadText, group_loss, read_all, score_all, tag_loss
from .sampling import Example, Recipe, Sampler, View
from .segments import Segmenter

log = logging.getLogger(__name__)

#: The ranker of features before anything was read: contexts are states of the encoder that is trained with it.
FIRST_RANKER = "features-first.json"


def checkpoint_file(work: Path, smoke: bool) -> Path:
    return work / ("smoke.pt" if smoke else "checkpoint.pt")


def candidates_file(work: Path, smoke: bool) -> Path:
    """The cache of what the product retrieves for training mentions."""
    return work / ("candidates-smoke.pkl.gz" if smoke else "candidates.pkl.gz")


@dataclass(frozen=True)
class Plan:
    """In one step each process reads `ranked` passages with mentions and candidates and `tagged` more for their tags alone."""

    seed: int = 7
    ranked: int = 4
    tagged: int = 7
    #: Share of the pieces of those `tagged` that are hidden.
    hidden: float = 0.1
    body_rate: float = 2e-4
    head_rate: float = 8e-4
    #: The score's path for the features alone, which is fitted first.
    prior_rate: float = 2e-3
    prior_mentions: int = 40_000
    #: What a model that is trained already (`--start`) learns with, as a share of the rates.
    going_on: float = 0.6
    #: Weight of the loss of the mentions' groups.
    groups: float = 0.5
    weight_decay: float = 0.01
    warm_up: float = 0.02
    clip: float = 1.0
    #: How often a corpus' passages come in one round: for ranking, for tags.
    ranking_share: tuple[tuple[str, float], ...] = (
        ("medmentions-st21pv", 1.0),
        ("medmentions-sentences", 0.35),
        ("bc5cdr", 1.5),
        ("ncbi-disease", 0.6),
        ("biored", 0.8),
        ("belink-nlm-chemical", 0.15),
        ("gnormplus", 0.7),
        ("tmvar3", 0.6),
        ("nlm-gene", 0.4),
        ("species-800", 0.4),
        ("linnaeus", 0.1),
    )
    tagging_share: tuple[tuple[str, float], ...] = (
        ("medmentions-st21pv", 1.5),
        ("medmentions-sentences", 0.7),
        ("bc5cdr", 2.0),
        ("ncbi-disease", 0.5),
        ("biored", 1.5),
        ("tmvar3", 1.5),
        ("belink-nlm-chemical", 0.4),
        ("gnormplus", 0.5),
        ("nlm-gene", 0.7),
        ("species-800", 0.3),
        ("linnaeus", 0.1),
    )

    def ranking_passages(self, pools: dict[str, list[Passage]], rng: random.Random) -> list[Passage]:
        """One round of the passages to rank, shuffled, no passage twice."""
        chosen: list[Passage] = []
        for name, share in self.ranking_share:
            pool = [p for p in pools[name] if p.mentions]
            chosen += rng.sample(pool, min(len(pool), int(len(pool) * share)))
        rng.shuffle(chosen)
        return chosen


def corpus_passages(data: Path, segmenter: Segmenter, names: list[str], smoke: bool) -> dict[str, list[Passage]]:
    """Training passages by corpus. A MedMentions document is read verbatim where it can be, else from its tokens."""
    guard = corpora.Guard.load(data)
    group = medmentions_group(semantic_groups(data), concept_types(data))
    found: dict[str, list[Passage]] = {}
    verbatim: set[str] = set()
    for name in names:
        documents = list(corpora.training_documents(data, [name], guard))
        if name == "medmentions-sentences":
            documents = [d for d in documents if d.pmid not in verbatim]
        if smoke:
            documents = documents[:20]
        assert not {d.pmid for d in documents} & (guard.reserved | guard.dev)
        verbatim |= {d.pmid for d in documents if name == "medmentions-st21pv"}
        found[name] = list(passages(documents, segmenter, group))
    return found


def dev_passages(
    data: Path, segmenter: Segmenter, names: list[str], documents: int | None, every: int = 1
) -> dict[str, list[Passage]]:
    """Development passages by corpus, of the first documents, of every n-th document."""
    group = medmentions_group(semantic_groups(data), concept_types(data))
    found = {}
    for name in names:
        kept = list(corpora.development_documents(data, name))[:documents:every]
        found[name] = list(passages(kept, segmenter, group))
    return found


class Stream:
    """Draws passages without end: in every round each corpus comes with its share, shuffled anew."""

    def __init__(self, pools: dict[str, list[Passage]], share: tuple[tuple[str, float], ...], rng: random.Random):
        self.pools, self.share, self.rng = pools, share, rng
        self.waiting: list[Passage] = []

    def next(self) -> Passage:
        while not self.waiting:
            for name, times in self.share:
                pool = self.pools.get(name, [])
                whole, part = divmod(times, 1)
                self.waiting += pool * int(whole) + self.rng.sample(pool, int(len(pool) * part))
            self.rng.shuffle(self.waiting)
        return self.waiting.pop()


def optimiser(model: TwoStreamEncoder, plan: Plan) -> torch.optim.AdamW:
    """Word and position embeddings stay as they are; the new parts learn faster than the body."""
    for module in (model.words, model.positions):
        module.weight.requires_grad_(False)
    heads = [p for name, p in model.named_parameters() if name.startswith(("mention.", "tokens.", "score."))]
    facts = [p for part in (model.score.prior, model.score.facts, model.score.weigh) for p in part.parameters()]
    known = set(map(id, heads))
    heads = [p for p in heads if id(p) not in set(map(id, facts))]
    body = [p for p in model.parameters() if p.requires_grad and id(p) not in known]
    return torch.optim.AdamW(
        [
            {"params": body, "lr": plan.body_rate},
            {"params": heads, "lr": plan.head_rate},
            {"params": facts, "lr": plan.prior_rate, "weight_decay": 0.0},
        ],
        weight_decay=plan.weight_decay,
        betas=(0.9, 0.98),
        fused=True,
    )


def save(path: Path, model: torch.nn.Module, optimizer: torch.optim.AdamW, spent: float, step: int) -> None:
    temporary = path.with_suffix(".part")
    state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "spent": spent, "step": step}
    torch.save(state, temporary)
    temporary.replace(path)


class Team:
    """Processes that train one model together: each reads its own passages, all take the same steps. On two cores two
    processes of one thread get through half as many passages again as one process of two threads, whose second core
    idles while Python prepares the next product."""

    def __init__(self, rank: int, size: int, meeting: Path):
        self.rank, self.size = rank, size
        if size > 1:
            torch.distributed.init_process_group("gloo", init_method=f"file://{meeting}", rank=rank, world_size=size)

    def average(self, parameters: Iterable[torch.nn.Parameter], spent: float) -> float:
        """Makes everybody's gradients their mean; gives the mean of the seconds spent."""
        if self.size == 1:
            return spent
        learnt = [p for p in parameters if p.requires_grad]
        for p in learnt:
            p.grad = torch.zeros_like(p) if p.grad is None else p.grad
        flat = torch.cat([*(p.grad.flatten() for p in learnt), torch.tensor([spent])]) / self.size
        torch.distributed.all_reduce(flat)
        for p, part in zip(learnt, flat[:-1].split([p.numel() for p in learnt]), strict=True):
            p.grad.copy_(part.view_as(p))
        return float(flat[-1])


@dataclass(frozen=True)
class Material:
    """All that is read once, before the processes of a team part."""

    pools: dict[str, list[Passage]]
    dev: dict[str, list[Passage]]
    segmenter: Segmenter
    sampler: Sampler
    ranker: FeatureScore
    plan: Plan


def gather(options: argparse.Namespace) -> Material:
    plan = Plan()
    segmenter = Segmenter(minilm_vocabulary())
    names = list(dict.fromkeys(name for name, _ in plan.ranking_share + plan.tagging_share))
    pools = corpus_passages(options.data, segmenter, names, options.smoke)
    dev = dev_passages(options.data, segmenter, list(evaluate.CORPORA), 3 if options.smoke else None)
    ranking = {name for name, _ in plan.ranking_share}
    asked = [m.lookup for name in ranking for p in pools[name] for m in p.mentions]
    asked += [m.lookup for part in dev.values() for p in part for m in p.mentions]
    table = KnowledgeBaseTable(options.table)
    retrieved = retrieve(options.command, options.kb, asked, candidates_file(options.work, options.smoke))
    sampler = Sampler(retrieved, training_votes(options.data, table), table, Recipe())
    own = {name: pools[name] for name in ranking}
    ranker = feature_ranker.fitted(options.work / FIRST_RANKER, plan, own, sampler, foreign.learning(options, own, plan.seed))
    log.info("passages: %s", {name: len(pool) for name, pool in pools.items()})
    return Material(pools, dev, segmenter, sampler, ranker, plan)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=corpora.default_data())
    parser.add_argument("--kb", type=Path, required=True, help="built starter knowledge base")
    parser.add_argument("--table", type=Path, default=STARTER_TABLE)
    parser.add_argument("--command", default=DEFAULT_COMMAND, help="how to call the conceptlens command line")
    parser.add_argument("--foreign", type=Path, help="folder of another vocabulary to fit on, too, by `foreign`")
    parser.add_argument("--work", type=Path, required=True, help="folder for caches and checkpoints")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--processes", type=int, default=2, help="that train together, with one thread each")
    parser.add_argument("--start", type=Path, help="folder of a released model to go on from, instead of MiniLM")
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--smoke", action="store_true")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    # One thread from the start: threads do not survive the parting of the processes.
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    material = gather(options)
    meeting = options.work / "meeting"
    meeting.unlink(missing_ok=True)
    fork = multiprocessing.get_context("fork")
    others = [
        fork.Process(target=learn, args=(material, options, (rank, options.processes, meeting)), daemon=True)
        for rank in range(1, options.processes)
    ]
    for process in others:
        process.start()
    learn(material, options, (0, options.processes, meeting))
    for process in others:
        process.join()


def learn(material: Material, options: argparse.Namespace, place: tuple[int, int, Path]) -> None:
    """The training of one process of the team; the first one writes checkpoints and tells how it goes."""
    team = Team(*place)
    plan, segmenter, sampler, ranker = material.plan, material.segmenter, material.sampler, material.ranker
    torch.manual_seed(plan.seed)
    model = from_minilm(Architecture())
    optimizer = optimiser(model, plan)
    checkpoint = checkpoint_file(options.work, options.smoke)
    spent, step = 0.0, 0
    if options.resume and checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        spent, step = state["spent"], state["step"]
    rng = random.Random(plan.seed + step * team.size + team.rank)
    if step == 0:
        if options.start:
            onnx_export.read(model, options.start / "encoder.onnx")
        for part in ("prior", "facts", "weigh"):
            getattr(model.score, part).load_state_dict(getattr(ranker, part).state_dict())
    ranking = {name for name, _ in plan.ranking_share}
    ranked_pools = {name: [p for p in material.pools[name] if p.mentions] for name in ranking}
    ranked = Stream(ranked_pools, plan.ranking_share, rng)
    tagged = Stream(material.pools, plan.tagging_share, rng)
    budget = 30.0 if options.smoke else options.minutes * 60
    shown = {name: part[:: max(1, len(part) // 60)] for name, part in material.dev.items()}
    rates = [plan.body_rate, plan.head_rate, plan.prior_rate]
    if options.start:
        rates = [rate * plan.going_on for rate in rates]
    saved = evaluated = spent
    sums = dict.fromkeys(("tag", "words", "groups", "steps", "rank", "right", "mentions", "segments", "seconds"), 0.0)
    while spent < budget:
        begun = time.monotonic()
        share = spent / budget
        factor = min(1.0, share / plan.warm_up, (1 - share) / (1 - plan.warm_up))
        for group, rate in zip(optimizer.param_groups, rates, strict=True):
            group["lr"] = rate * max(factor, 1e-3)
        with fast_products(model):
            step_loss(model, segmenter, sampler, ranker, (ranked, tagged), plan, rng, sums).backward()
        spent = team.average(model.parameters(), spent + time.monotonic() - begun)
        torch.nn.utils.clip_grad_norm_([p for p in model.parameters() if p.requires_grad], plan.clip)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        step += 1
        sums["seconds"] += time.monotonic() - begun
        if team.rank:
            continue
        if step % 50 == 0 or options.smoke:
            log.info(
                "step %d, %.1f min, tag %.3f, groups %.3f, rank %.3f (right %.3f of %.0f), %.1f segments/s",
                step,
                spent / 60,
                sums["tag"] / max(1, sums["words"]),
                sums["groups"] / max(1, sums["steps"]),
                sums["rank"] / max(1, sums["mentions"]),
                sums["right"] / max(1, sums["mentions"]),
                sums["mentions"],
                team.size * sums["segments"] / max(1e-9, sums["seconds"]),
            )
            sums = dict.fromkeys(sums, 0.0)
        if spent - saved > 180:
            save(checkpoint, model, optimizer, spent, step)
            saved = spent
        if spent - evaluated > 1200:
            evaluate.log_summary(model, segmenter, sampler, shown, ranker)
            evaluated = spent
    if team.rank:
        return
    save(checkpoint, model, optimizer, spent, step)
    if options.smoke:
        evaluate.log_summary(model, segmenter, sampler, shown, ranker)


def product_view(passage: Passage, text: ReadText, ranker: FeatureScore) -> View:
    logits = text.logits.detach().numpy()
    return View(
        lambda mention: evaluate.group_shares(passage, logits, mention),
        lambda facts: feature_ranker.shortlist(ranker, facts),
    )


def step_loss(model, segmenter, sampler, ranker, streams, plan, rng, sums) -> torch.Tensor:
    """The loss of one process in one step: the mean over words, that over the mentions' groups, and that over the mentions
    ranked, added."""
    ranked, tagged = streams
    to_rank = [ranked.next() for _ in range(plan.ranked)]
    to_tag = [tagged.next() for _ in range(plan.tagged)]
    texts = read_all(model, segmenter, to_rank)
    texts_to_tag = read_all(model, segmenter, to_tag, plan.hidden, rng)
    tag_sum, words, group_sum = torch.zeros(()), 0, torch.zeros(())
    for passage, text in zip(to_rank + to_tag, texts + texts_to_tag, strict=True):
        loss, asked = tag_loss(text, passage)
        tag_sum, words = tag_sum + loss, words + asked
        group_sum = group_sum + group_loss(text, passage)
    examples: list[Example] = []
    parts = []
    for passage, text in zip(to_rank, texts, strict=True):
        own = sampler.examples(passage, rng, product_view(passage, text, ranker))
        parts.append((passage, text, [(e.mention, e.segments) for e in own]))
        examples += own
    rank_losses: list[torch.Tensor] = []
    for example, own in zip(examples, score_all(model, segmenter, parts), strict=True):
        rank_losses.append(F.cross_entropy(own[None], torch.tensor([example.target])))
        sums["right"] += int(own.argmax()) == example.target
        sums["segments"] += len(example.segments)
    sums["tag"] += float(tag_sum.detach())
    sums["words"] += words
    sums["mentions"] += len(rank_losses)
    sums["groups"] += float(group_sum.detach()) / (plan.ranked + plan.tagged)
    sums["steps"] += 1
    loss = tag_sum / max(1, words) + plan.groups * group_sum / (plan.ranked + plan.tagged)
    if rank_losses:
        losses = torch.stack(rank_losses)
        sums["rank"] += float(losses.detach().sum())
        weights = torch.tensor([example.weight for example in examples])
        loss = loss + (losses * weights).sum() / weights.sum()
    return loss


if __name__ == "__main__":
    main()
