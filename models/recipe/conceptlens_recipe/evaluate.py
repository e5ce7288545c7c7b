"""Measures a model on development documents: disambiguation with given mentions, and tagging.

`release.py` runs it on the exported graph, `train.py` now and then on the model in training. Accuracy counts the
first of the ranked candidates (no answer "none" allowed, as retrieval order has none), over every mention with a
gold id; a composite id is right when any of its parts is found.
"""

from __future__ import annotations

import json
import logging
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch

from .candidates import Candidate, considered, fuse, type_label
from .contexts import Contexts
from .contract import CONCEPT_GROUPS, HEADS
from .feature_ranker import shortlist
from .model import FeatureScore, TwoStreamEncoder, fast_products
from .passages import (
    Mention,
    Passage,
)
from .ranking import ReadText, read, score
from .sampling import Sampler, Segment
from .segments import Segmenter

log = logging.getLogger(__name__)

#: Development corpora and the groups that their tagging is counted on.
CORPORA: dict[str, tuple[str, ...]] = {
    "medmentions-st21pv": CONCEPT_GROUPS,
    "bc5cdr": ("CHEM", "DISO"),
    "ncbi-disease": ("DISO",),
}


@dataclass(frozen=True)
class Ranked:
    """A mention after ranking. `target`: index of the right one among the scores (the last is "none"), or None when
    no ranked candidate is right. `known`: its concept is in the knowledge base. `first`: retrieval's first is right."""

    corpus: str
    pmid: str
    scores: list[float]
    right: list[int]
    known: bool
    first: bool
    gold: bool
    recall: dict[int, bool]
    features: list[list[float]] = field(default_factory=list)
    #: Whether "none" can be told to be right or wrong, see `Sampler.cannot_judge`.
    judged: bool = True


@dataclass(frozen=True)
class Tagged:
    corpus: str
    pmid: str
    gold: frozenset[tuple[int, int, str]]
    #: Span, group and probability.
    found: tuple[tuple[int, int, str, float], ...]


ReadFunction = Callable[[Passage], ReadText]
ScoreFunction = Callable[[Passage, ReadText, Sequence[tuple[Mention, Sequence[Segment]]]], list[np.ndarray]]


def softmax(x: np.ndarray) -> np.ndarray:
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def viterbi(log_probabilities: np.ndarray, labels: Sequence[str]) -> list[int]:
    """The best valid tag sequence of the words: `I-G` only after `B-G` or `I-G`."""
    n = len(labels)
    allowed = np.zeros((n, n))
    for j, to in enumerate(labels):
        if to.startswith("I-"):
            allowed[[labels[i] not in (f"B-{to[2:]}", to) for i in range(n)], j] = -np.inf
    start = np.array([-np.inf if to.startswith("I-") else 0.0 for to in labels])
    best, back = start + log_probabilities[0], []
    for row in log_probabilities[1:]:
        total = best[:, None] + allowed
        back.append(total.argmax(0))
        best = total.max(0) + row
    path = [int(best.argmax())]
    for pointers in reversed(back):
        path.append(int(pointers[path[-1]]))
    return path[::-1]


def tag(passage: Passage, logits: np.ndarray, head: int) -> list[tuple[int, int, str, float]]:
    """Mentions of one head: span, group, and the mean over its words of the probability of their labels' group."""
    labels, offset = HEADS[head]["labels"], HEADS[head]["offset"]
    first = [i for i, begins in enumerate(passage.pieces.first) if begins]
    if not first:
        return []
    probabilities = softmax(logits[first, offset : offset + len(labels)])
    path = viterbi(np.log(probabilities + 1e-12), labels)
    ends = [*first[1:], len(passage.pieces.ids)]
    found: list[list] = []
    for word, label in enumerate(path):
        if label == 0:
            continue
        prefix, group = labels[label].split("-", 1)
        b, i = labels.index(f"B-{group}"), labels.index(f"I-{group}")
        sure = float(probabilities[word, b] + probabilities[word, i])
        end = passage.pieces.ends[ends[word] - 1]
        if prefix == "B":
            found.append([passage.pieces.starts[first[word]], end, group, [sure]])
        else:
            found[-1][1] = end
            found[-1][3].append(sure)
    return [(s, e, g, sum(p) / len(p)) for s, e, g, p in found]


def group_shares(passage: Passage, logits: np.ndarray, mention: Mention) -> dict[str, float] | None:
    """How probable the `concepts` head finds each group for a span, as shares of 1 (`groupShares` of the product)."""
    rows = passage.pieces.words(mention.start, mention.end)
    if not rows:
        return None
    labels, offset = HEADS[0]["labels"], HEADS[0]["offset"]
    mean = softmax(logits[rows, offset : offset + len(labels)]).mean(0)
    by_group = {labels[i][2:]: float(mean[i] + mean[i + 1]) for i in range(1, len(labels), 2)}
    total = sum(by_group.values())
    return {group: mass / total for group, mass in by_group.items()}


def likeliest(shares: Mapping[str, float] | None) -> str | None:
    return max(shares, key=lambda group: shares[group]) if shares else None


def considered_of(
    passage: Passage, text: ReadText, mention: Mention, sampler: Sampler, contexts: Contexts | None, typed: bool = True
) -> tuple[list[Candidate], dict[str, float] | None, list[list[float]]]:
    """The fused list of a mention, the shares of its groups, and the features of what is considered, as in the product."""
    fused = fuse(mention.lookup, sampler.retrieved.get(mention.lookup, ()))
    shares = group_shares(passage, np.asarray(text.logits), mention) if typed else None
    fit_of = contexts.fit_of(np.asarray(text.states)[passage.rows(mention)].mean(0)) if contexts else None
    return fused, shares, considered(mention.lookup, mention.expanded, shares, fused, fit_of)


def measure(
    dev: Mapping[str, Sequence[Passage]],
    sampler: Sampler,
    read_text: ReadFunction,
    score_candidates: ScoreFunction,
    ranker: FeatureScore | None = None,
    typed: bool = True,
    contexts: Contexts | None = None,
) -> tuple[list[Ranked], list[Tagged]]:
    """Ranks what the ranker of features lets through, as the product does; without one the first of the fused list."""
    ranked: list[Ranked] = []
    tagged: list[Tagged] = []
    for corpus, part in dev.items():
        for passage in part:
            text = read_text(passage)
            logits = np.asarray(text.logits)
            gold = frozenset((m.start, m.end, m.group) for m in passage.mentions if m.group in CORPORA[corpus])
            tags = [t for t in tag(passage, logits, passage.head) if t[2] in CORPORA[corpus]]
            tagged.append(Tagged(corpus, passage.pmid, gold, tuple(tags)))
            asked, lists, place = [], [], {}
            for mention in passage.mentions:
                fused, shares, facts = considered_of(passage, text, mention, sampler, contexts, typed)
                chosen = shortlist(ranker, facts) if ranker else range(len(facts))
                segments = [
                    Segment(fused[i].name, fused[i].preferred, type_label(fused[i].groups), facts[i]) for i in chosen
                ]
                # As in the product, equal texts of one group share the ranking of the first of them.
                key = mention.lookup, likeliest(shares), mention.expanded
                if key not in place:
                    place[key] = len(asked), segments, chosen
                    asked.append((mention, segments))
                lists.append((mention, fused, *place[key]))
            scores = score_candidates(passage, text, asked)
            for mention, fused, index, segments, chosen in lists:
                own = scores[index]
                concepts = sampler.table.resolve(mention.gold)
                right = [at for at, i in enumerate(chosen) if fused[i].id in concepts]
                hits = [i for i, c in enumerate(fused) if c.id in concepts]
                recall = {k: bool(hits) and hits[0] < k for k in (1, 5, 10, 20)}
                first = bool(fused) and fused[0].id in concepts
                values = [float(v) for v in own]
                known, gold, facts = bool(concepts), bool(mention.gold), [x.features for x in segments]
                judged = not sampler.cannot_judge(mention, fused)
                ranked.append(Ranked(corpus, passage.pmid, values, right, known, first, gold, recall, facts, judged))
    return ranked, tagged


def is_right(r: Ranked) -> bool:
    """The first of the candidates is right, "none" not allowed."""
    return len(r.scores) > 1 and int(np.argmax(r.scores[:-1])) in r.right


def f1(tagged: Iterable[Tagged], threshold: float = 0.0, typed: bool = True) -> dict[str, float]:
    """Strict and relaxed F1 of tagging, in per cent."""
    counts = Counter()
    for t in tagged:
        gold = {(s, e, g if typed else "") for s, e, g in t.gold}
        found = {(s, e, g if typed else "") for s, e, g, p in t.found if p >= threshold}
        counts["gold"] += len(gold)
        counts["found"] += len(found)
        counts["strict"] += len(gold & found)
        counts["gold hit"] += sum(any(s < y and x < e and g == h for x, y, h in found) for s, e, g in gold)
        counts["found hit"] += sum(any(s < y and x < e and g == h for x, y, h in gold) for s, e, g in found)

    def harmonic(p: float, r: float) -> float:
        return 2 * p * r / (p + r) if p + r else 0.0

    n, k = max(1, counts["found"]), max(1, counts["gold"])
    precision, recall = counts["strict"] / n, counts["strict"] / k
    return {
        "precision": round(100 * precision, 2),
        "recall": round(100 * recall, 2),
        "strict": round(100 * harmonic(precision, recall), 2),
        "relaxed": round(100 * harmonic(counts["found hit"] / n, counts["gold hit"] / k), 2),
    }


def difference(ranked: Sequence[Ranked], samples: int = 2000, seed: int = 1) -> dict[str, float]:
    """Accuracy of retrieval order alone and of the model, and the difference with its 95 % interval by a paired
    bootstrap over documents, in points."""
    by_document: defaultdict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for r in ranked:
        if r.gold:
            row = by_document[(r.corpus, r.pmid)]
            row[0] += 1
            row[1] += r.first
            row[2] += is_right(r)
    table = np.array(list(by_document.values()), float)
    n, before, after = table.sum(0)
    rng = np.random.default_rng(seed)
    drawn = table[rng.integers(0, len(table), (samples, len(table)))].sum(1)
    low, high = np.percentile(100 * (drawn[:, 2] - drawn[:, 1]) / drawn[:, 0], [2.5, 97.5])
    return {
        "n": int(n),
        "retrieval": round(100 * before / n, 2),
        "model": round(100 * after / n, 2),
        "difference": round(100 * (after - before) / n, 2),
        "low": round(float(low), 2),
        "high": round(float(high), 2),
    }


def summary(ranked: Sequence[Ranked], tagged: Sequence[Tagged], threshold: float = 0.0) -> dict:
    """Every figure, by corpus and for BC5CDR and MedMentions together."""
    report: dict = {"corpora": {}}
    for corpus in CORPORA:
        own = [r for r in ranked if r.corpus == corpus and r.gold]
        if not own:
            continue
        known = [r for r in own if r.known]
        tags = [t for t in tagged if t.corpus == corpus]
        report["corpora"][corpus] = difference(own) | {
            "inKnowledgeBase": round(100 * len(known) / len(own), 2),
            "retrievalInKb": round(100 * sum(r.first for r in known) / max(1, len(known)), 2),
            "modelInKb": round(100 * sum(map(is_right, known)) / max(1, len(known)), 2),
            "recallAt": {str(k): round(100 * sum(r.recall[k] for r in own) / len(own), 2) for k in (1, 5, 10, 20)},
            "tagging": f1(tags, threshold),
            "spans": f1(tags, threshold, typed=False),
        }
    both = [r for r in ranked if r.corpus in ("bc5cdr", "medmentions-st21pv")]
    if both:
        report["together"] = difference(both)
    return report


def torch_functions(model: TwoStreamEncoder, segmenter: Segmenter) -> tuple[ReadFunction, ScoreFunction]:
    def score_candidates(passage: Passage, text: ReadText, asked: Sequence) -> list[np.ndarray]:
        return [scores.numpy() for scores in score(model, segmenter, passage, text, asked, chunk=64)]

    return lambda passage: read(model, segmenter, passage), score_candidates


@torch.no_grad()
def log_summary(
    model: TwoStreamEncoder,
    segmenter: Segmenter,
    sampler: Sampler,
    dev: Mapping[str, Sequence[Passage]],
    ranker: FeatureScore,
) -> None:
    """A quick look while training."""
    begun = time.monotonic()
    with fast_products(model):
        report = summary(*measure(dev, sampler, *torch_functions(model, segmenter), ranker))
    for corpus, row in report["corpora"].items():
        log.info("dev %s: %s", corpus, json.dumps({k: v for k, v in row.items() if k != "spans"}))
    log.info("dev together: %s (%.0f s)", json.dumps(report.get("together")), time.monotonic() - begun)
