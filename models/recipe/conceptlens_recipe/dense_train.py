"""Trains a dense cross-encoder for each packing, and the two-stream encoder beside them, with the same budget.

    .venv/bin/python -m conceptlens_recipe.dense_train --kb ../../dist/starter-kb --work WORK --minutes 6
    .venv/bin/python -m conceptlens_recipe.dense_train … --ways passage two-stream two-stream-late

All begin as all-MiniLM-L6-v2 with a linear score at `[MASK]`, see the same training documents (MedMentions st21pv and BC5CDR)
in the same order, passage by passage (`document`: document by document), and learn by the same cross-entropy over a mention's
names: what differs is how much of them they get to read in the time. Packings of several pairs read pair by pair in the first
two fifths of it, which is trained once for all: a `[MASK]` among many has to know what a fitting name is before it can find out
which name is its own (without that, sentence, passage and document are still at chance after minutes). The budget is processor
time, so that whatever else the machine does counts for nothing. One training document in ten is held out: three times in the
budget the model is measured on some of them, the best of the three is kept, and training ends early when two in a row are no
better (Sanz-Cruzado and Lever, 2025). `two-stream-late` is an ablation (`dense_model.LateEncoder`). Reserved and development
documents are in no training file (`corpora.Guard`). Seeded.

`WORK/WAY/model` is what `bench packing --dense-model` reads; its `report.json` has the accuracies of all packings that
were trained into WORK.
"""

from __future__ import annotations

import argparse
import copy
import gc
import gzip
import json
import logging
import multiprocessing
import pickle
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from multiprocessing.synchronize import Semaphore
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from . import corpora
from .candidates import DEFAULT_COMMAND, STARTER_TABLE, KnowledgeBaseTable, retrieve, training_votes
from .dense_data import Choices, Ranking, development_ranking, documents, n_right, training_ranking
from .dense_export import write_ranker
from .dense_model import DenseRanker, LateEncoder, TwoStreamRanker
from .dense_pack import MODES
from .model import TwoStreamEncoder, fast_products, minilm_vocabulary
from .sampling import Recipe, Sampler
from .segments import Segmenter
from .train import corpus_passages, dev_passages

log = logging.getLogger(__name__)

CORPORA = ["medmentions-st21pv", "bc5cdr"]
#: Encoders of the ways that read a text once.
TWO_STREAM: dict[str, type[TwoStreamEncoder]] = {"two-stream": TwoStreamEncoder, "two-stream-late": LateEncoder}
WAYS = (*MODES, *TWO_STREAM)

Model = DenseRanker | TwoStreamRanker


@dataclass(frozen=True)
class Plan:
    seed: int = 7
    body_rate: float = 2e-4
    head_rate: float = 8e-4
    weight_decay: float = 0.01
    warm_up: float = 0.05
    clip: float = 1.0
    #: Checks within the budget, documents that each reads, and how many may be no better in a row.
    checks: int = 3
    check_documents: int = 5
    patience: int = 2
    #: Share of the budget in which packings of several pairs read pair by pair.
    pairs_first: float = 0.4


@dataclass(frozen=True)
class Material:
    """Documents to learn from, those held out to choose by, and development documents by corpus."""

    training: list[Choices]
    held_out: list[Choices]
    development: dict[str, list[Choices]]
    segmenter: Segmenter


def gather(options: argparse.Namespace, plan: Plan) -> Material:
    """Read once into WORK; later runs take it from there."""
    segmenter = Segmenter(minilm_vocabulary())
    cache = options.work / f"documents-{options.every}.pkl.gz"
    if cache.exists():
        with gzip.open(cache, "rb") as stream:
            return Material(*pickle.load(stream), segmenter)
    pools = corpus_passages(options.data, segmenter, CORPORA, smoke=False)
    dev = dev_passages(options.data, segmenter, CORPORA, None, options.every)
    guard = corpora.Guard.load(options.data)
    assert not {one.pmid for pool in pools.values() for one in pool} & (guard.reserved | guard.dev)
    asked = [m.lookup for part in (*pools.values(), *dev.values()) for passage in part for m in passage.mentions]
    retrieved = retrieve(options.command, options.kb, asked, options.work / "candidates.pkl.gz")
    table = KnowledgeBaseTable(options.table)
    sampler = Sampler(retrieved, training_votes(options.data, table), table, Recipe())
    found = [document for name in CORPORA for document in documents(pools[name], sampler)]
    random.Random(plan.seed).shuffle(found)
    n_held_out = len(found) // 10
    parts = found[n_held_out:], found[:n_held_out], {name: documents(part, sampler) for name, part in dev.items()}
    with gzip.open(cache.with_suffix(".part"), "wb", compresslevel=1) as stream:
        pickle.dump(parts, stream)
    cache.with_suffix(".part").replace(cache)
    return Material(*parts, segmenter)


def units(document: Choices, way: str) -> list[Choices]:
    return [document] if way == "document" else [[passage] for passage in document]


def stream(material: Material, way: str, rng: random.Random) -> Iterator[Ranking]:
    """What one step reads, without end: a passage; a document where documents are read whole."""
    while True:
        for document in rng.sample(material.training, len(material.training)):
            for unit in units(document, way):
                ranking = training_ranking(unit, rng)
                if ranking.n_mentions:
                    yield ranking


def loss_of(scores: Sequence[Tensor], ranking: Ranking) -> Tensor:
    right = [min(names) for mentions in ranking.right for names in mentions]
    losses = [F.cross_entropy(own[None].float(), torch.tensor([at])) for own, at in zip(scores, right, strict=True)]
    return torch.stack(losses).mean()


@torch.no_grad()
def measured(model: Model, rankings: Sequence[Ranking]) -> float:
    """Acc@1 in per cent over every mention."""
    with fast_products(model):
        right = sum(n_right(ranking, [own.tolist() for own in model.score(ranking)]) for ranking in rankings)
    return 100 * right / max(1, sum(ranking.n_mentions for ranking in rankings))


def optimiser(model: Model, plan: Plan) -> torch.optim.AdamW:
    """Word and position embeddings stay as they are."""
    for table in (model.encoder.words, model.encoder.positions):
        table.weight.requires_grad_(False)
    groups = [
        {"params": [p for p in model.encoder.parameters() if p.requires_grad], "rate": plan.body_rate},
        {"params": list(model.head.parameters()), "rate": plan.head_rate},
    ]
    return torch.optim.AdamW(groups, lr=0.0, weight_decay=plan.weight_decay, betas=(0.9, 0.98), fused=True)


def held_out(material: Material, way: str, plan: Plan) -> list[Ranking]:
    """The same mentions in every way: of the first documents that are held out."""
    found = [unit for document in material.held_out[: plan.check_documents] for unit in units(document, way)]
    return [training_ranking(unit, random.Random(plan.seed)) for unit in found]


@dataclass
class Progress:
    """How far training has come."""

    spent: float = 0.0
    step: int = 0
    n_pairs: int = 0
    n_mentions: int = 0


def new_model(way: str, segmenter: Segmenter) -> Model:
    return DenseRanker(segmenter, way) if way in MODES else TwoStreamRanker(segmenter, TWO_STREAM[way])


class Training:
    """A model that learns within a budget of processor time; checks of it are not counted."""

    def __init__(self, way: str, material: Material, minutes: float, plan: Plan):
        torch.manual_seed(plan.seed)
        self.way, self.material, self.plan, self.budget = way, material, plan, 60 * minutes
        self.model = new_model(way, material.segmenter)
        self.optimizer, self.rng, self.progress = optimiser(self.model, plan), random.Random(plan.seed), Progress()

    @property
    def share(self) -> float:
        return self.progress.spent / self.budget

    def read(self, way: str, until: float) -> Iterator[None]:
        """Learns from what one step after the other reads in a way, until a share of the budget is spent."""
        source, progress = stream(self.material, way, self.rng), self.progress
        while self.share < until:
            begun, share, plan = time.process_time(), self.share, self.plan
            for group in self.optimizer.param_groups:
                group["lr"] = group["rate"] * max(1e-3, min(1.0, share / plan.warm_up, (1 - share) / (1 - plan.warm_up)))
            ranking = next(source)
            with fast_products(self.model):
                loss_of(self.model.score(ranking), ranking).backward()
            torch.nn.utils.clip_grad_norm_([p for p in self.model.parameters() if p.requires_grad], plan.clip)
            self.optimizer.step()
            self.optimizer.zero_grad(set_to_none=True)
            progress.step += 1
            progress.n_pairs += ranking.n_pairs
            progress.n_mentions += ranking.n_mentions
            progress.spent += time.process_time() - begun
            yield

    def begin_by_pairs(self, kept: Path) -> None:
        """The part that all dense packings share; read from `kept` where it was trained already."""
        assert isinstance(self.model, DenseRanker)
        if kept.exists():
            state = torch.load(kept, weights_only=True)
            self.model.load_state_dict(state["model"])
            self.optimizer.load_state_dict(state["optimizer"])
            self.progress = Progress(**state["progress"])
        else:
            self.model.mode = "pair"
            for _ in self.read("pair", self.plan.pairs_first):
                pass
            self.model.mode = self.way
            parts = {"model": self.model.state_dict(), "optimizer": self.optimizer.state_dict()}
            torch.save(parts | {"progress": asdict(self.progress)}, kept.with_suffix(".part"))
            kept.with_suffix(".part").replace(kept)
        self.rng = random.Random(self.plan.seed + 1)


def train(way: str, material: Material, minutes: float, plan: Plan, kept: Path) -> tuple[Model, dict]:
    """The best of the checked models, and how training went. `kept`: where the part lies that dense packings share."""
    training = Training(way, material, minutes, plan)
    if way in MODES:
        training.begin_by_pairs(kept)
    model, progress, checked = training.model, training.progress, held_out(material, way, plan)
    first, begun = replace(progress), training.share
    checks, best, since, rate = [], (-1.0, model.state_dict()), 0, 0.0
    for _ in training.read(way, 1.0):
        if training.share < min(1.0, begun + (1 - begun) * (len(checks) + 1) / plan.checks):
            continue
        checks.append(round(measured(model, checked), 2))
        rate = (progress.n_pairs - first.n_pairs) / (progress.spent - first.spent)
        log.info("%s: step %d, %.1f min, %.1f pairs/s, held out %.2f", way, progress.step, progress.spent / 60, rate, checks[-1])
        since = 0 if checks[-1] > best[0] else since + 1
        if since == 0:
            best = checks[-1], copy.deepcopy(model.state_dict())
        if since == plan.patience:
            break
    model.load_state_dict(best[1])
    return model, {
        "steps": progress.step, "pairs": progress.n_pairs, "mentions": progress.n_mentions, "seconds": round(progress.spent, 1),
        "secondsPairByPair": round(first.spent, 1), "trainingPairsPerSecond": round(rate, 1), "heldOut": checks,
    }  # fmt: skip


def evaluated(model: Model, material: Material) -> dict[str, dict[str, float]]:
    """By corpus: mentions, Acc@1 of the order of retrieval and of the model."""
    found = {}
    for name, part in material.development.items():
        rankings = [development_ranking(document) for document in part]
        in_order = [[list(range(len(m.names), 0, -1)) for p in one.passages for m in p.mentions] for one in rankings]
        n = sum(ranking.n_mentions for ranking in rankings)
        first = sum(n_right(ranking, scores) for ranking, scores in zip(rankings, in_order, strict=True))
        among = sum(bool(names) for ranking in rankings for mentions in ranking.right for names in mentions)
        found[name] = {
            "documents": len(rankings), "mentions": n, "retrieval": round(100 * first / n, 2),
            "amongRanked": round(100 * among / n, 2), "model": round(measured(model, rankings), 2),
        }  # fmt: skip
    return found


def tell(work: Path) -> dict[str, float]:
    """Writes the accuracies of all packings that were trained into every model's folder: a mean over both corpora's mentions."""
    found = {}
    for way in WAYS:
        if (path := work / way / "figures.json").exists():
            parts = json.loads(path.read_text(encoding="utf-8"))["development"].values()
            found[way] = round(sum(p["model"] * p["mentions"] for p in parts) / sum(p["mentions"] for p in parts), 1)
    for way in MODES:
        if (work / way / "model").exists():
            text = json.dumps({"accuracyAt1": found}, indent=2) + "\n"
            (work / way / "model" / "report.json").write_text(text, encoding="utf-8")
    return found


def add_options(parser: argparse.ArgumentParser) -> None:
    """What says where documents and names come from."""
    parser.add_argument("--data", type=Path, default=corpora.default_data())
    parser.add_argument("--kb", type=Path, required=True, help="built starter knowledge base")
    parser.add_argument("--table", type=Path, default=STARTER_TABLE)
    parser.add_argument("--command", default=DEFAULT_COMMAND)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--every", type=int, default=20, help="measure on every n-th development document")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_options(parser)
    parser.add_argument("--minutes", type=float, default=6, help="of processor time, for each")
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=WAYS)
    parser.add_argument("--together", type=int, default=1, help="how many train at once, with one thread each")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    material = gather(options, Plan())
    # Children share what has been read.
    gc.collect()
    gc.freeze()
    fork = multiprocessing.get_context("fork")
    turn = fork.Semaphore(options.together)
    children = [fork.Process(target=make, args=(way, material, options, turn)) for way in options.ways]
    for child in children:
        child.start()
    for child in children:
        child.join()
    if failed := [way for way, child in zip(options.ways, children, strict=True) if child.exitcode != 0]:
        raise SystemExit(f"training of {', '.join(failed)} ended with an error")
    log.info("Acc@1 over both corpora: %s", json.dumps(tell(options.work)))


def make(way: str, material: Material, options: argparse.Namespace, turn: Semaphore) -> None:
    """Trains, writes and measures one of them when it is its turn."""
    with turn:
        model, how = train(way, material, options.minutes, Plan(), options.work / f"pairs-first-{options.minutes:g}.pt")
        folder = options.work / way
        folder.mkdir(parents=True, exist_ok=True)
        torch.save(model.state_dict(), folder / "checkpoint.pt")
        if isinstance(model, DenseRanker):
            write_ranker(model, folder / "model")
        figures = {"minutes": options.minutes, **how, "development": evaluated(model, material)}
        (folder / "figures.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
        log.info("%s: %s", way, json.dumps(figures))


if __name__ == "__main__":
    main()
