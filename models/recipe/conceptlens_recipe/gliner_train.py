"""Trains a small GLiNER bi-encoder (Zaratiana et al. 2024; Stepanov et al. 2026) on the linker's encoder.

    .venv/bin/python -m conceptlens_recipe.gliner_train --work WORK --minutes 45
    .venv/bin/python -m conceptlens_recipe.gliner_train … --resume         goes on from the last checkpoint

The encoder of labels stays as it is, so that labels never seen in training keep their place among the others; the encoder of
texts, the representation of spans and the projection of labels are trained. Eight semantic types are left out
(`gliner_data.HELD_OUT`); what the model reaches on them, on MedMentions' development documents, is its zero-shot F1. Seeded; the
learning rate falls with the time spent.

Writes `WORK/model` (gliner's layout; `gliner_export` makes the graphs of it) and `WORK/report.json`.
"""

from __future__ import annotations

import argparse
import json
import logging
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from gliner import GLiNER
from torch import Tensor

from . import gliner_data as data_of
from .candidates import STARTER_TABLE
from .corpora import default_data
from .gliner_data import Example, LabelSet
from .gliner_measure import report
from .gliner_model import Labels, new_model, read_words, score
from .model import bfloat16_is_faster
from .train import save

log = logging.getLogger(__name__)

LINKER = Path(__file__).resolve().parents[2] / "linker"


@dataclass(frozen=True)
class Plan:
    max_width: int = 8
    batch: int = 8
    encoder_rate: float = 1e-4
    head_rate: float = 1e-3
    #: Of the projection of labels: labels that are not trained should keep their places.
    label_rate: float = 2e-4
    warmup: float = 0.03
    #: Share of the time in which the new parts alone learn: three times as many passages a second.
    heads_first: float = 0.3
    #: Spans that begin or end with a mention are drawn with the first probability, others with the second; each counts for as
    #: much as the third and fourth say.
    drawn_alike: float = 0.5
    drawn: float = 0.08
    counts_alike: float = 2.0
    counts: float = 5.0
    #: Exponent of the focal loss (Lin et al. 2017); 0: plain cross-entropy.
    gamma: float = 1.0
    #: How many of the passages have all their concepts marked (MedMentions); the others have a few types marked.
    share_complete: float = 0.7
    seed: int = 1


def spans_to_read(example: Example, plan: Plan, rng: random.Random) -> tuple[list[tuple[int, int]], list[float]]:
    """Spans of words with how much each counts: all mentions, some of what begins or ends with one, some others."""
    mentions = {(span.first, span.last) for span in example.spans}
    begins, ends = {first for first, _ in mentions}, {last for _, last in mentions}
    spans, counts = [], []
    for first in range(len(example.words)):
        for last in range(first, min(first + plan.max_width, len(example.words))):
            alike = first in begins or last in ends
            is_mention = (first, last) in mentions
            if is_mention or rng.random() < (plan.drawn_alike if alike else plan.drawn):
                spans.append((first, last))
                counts.append(1.0 if is_mention else plan.counts_alike if alike else plan.counts)
    return spans, counts


def batches(found: Sequence[Example], plan: Plan, rng: random.Random, round_of: int = 16) -> Iterator[list[Example]]:
    """Passages of like length together, without end."""
    complete, partial = [one for one in found if one.asked is None], [one for one in found if one.asked is not None]
    while True:
        drawn = [
            rng.choice(complete if rng.random() < plan.share_complete else partial) for _ in range(round_of * plan.batch)
        ]
        drawn.sort(key=lambda one: len(one.words))
        parts = [drawn[at : at + plan.batch] for at in range(0, len(drawn), plan.batch)]
        rng.shuffle(parts)
        yield from parts


@dataclass(frozen=True)
class Question:
    """The spans of a batch `[passages, spans]`, padded; which of them has which label, and how much each answer counts, 0 where
    it is not known, both `[passages, spans, labels]`."""

    spans: list[list[tuple[int, int]]]
    wanted: Tensor
    weights: Tensor

    @staticmethod
    def of(batch: Sequence[Example], asked: Sequence[str], labels: LabelSet, plan: Plan, rng: random.Random) -> Question:
        drawn = [spans_to_read(one, plan, rng) for one in batch]
        # gliner's layout: a multiple of the greatest width.
        most = -(-max(len(spans) for spans, _ in drawn) // plan.max_width) * plan.max_width
        wanted, weights = torch.zeros(len(batch), most, len(asked)), torch.zeros(len(batch), most, len(asked))
        for row, (one, (spans, counts)) in enumerate(zip(batch, drawn, strict=True)):
            marked = torch.tensor([one.asked is None or label in one.asked for label in asked], dtype=torch.float)
            weights[row, : len(spans)] = torch.tensor(counts)[:, None] * marked
            at = {span: index for index, span in enumerate(spans)}
            for mention in one.spans:
                index = at[mention.first, mention.last]
                wanted[row, index] = torch.tensor([float(label in mention.labels) for label in asked])
                weights[row, index] *= torch.tensor([float(labels.is_known(mention, label)) for label in asked])
        return Question([spans + [(0, 0)] * (most - len(spans)) for spans, _ in drawn], wanted, weights)


def loss_of(logits: Tensor, question: Question, gamma: float) -> Tensor:
    """Binary cross-entropy, less where the model is sure already, for each right answer of the batch."""
    plain = F.binary_cross_entropy_with_logits(logits, question.wanted, reduction="none")
    unsure = (1 - torch.exp(-plain.detach())) ** gamma
    n_right = (question.wanted * (question.weights > 0)).sum()
    return (question.weights * unsure * plain).sum() / n_right.clamp_min(1)


def optimiser(model: GLiNER, plan: Plan) -> torch.optim.AdamW:
    """The encoder of labels and the embeddings of words stay as they are."""
    core = model.model
    for part in (core.token_rep_layer.labels_encoder, core.token_rep_layer.bert_layer.model.embeddings):
        part.requires_grad_(False)
    encoder = [one for one in core.token_rep_layer.bert_layer.parameters() if one.requires_grad]
    groups = [
        {"params": encoder, "rate": plan.encoder_rate, "from": plan.heads_first},
        {"params": list(core.span_rep_layer.parameters()), "rate": plan.head_rate, "from": 0.0},
        {"params": list(core.prompt_rep_layer.parameters()), "rate": plan.label_rate, "from": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=0.0, weight_decay=0.01, betas=(0.9, 0.98))


def train(options: argparse.Namespace, plan: Plan) -> GLiNER:
    names = data_of.TypeNames.load(options.data, options.table)
    found = data_of.training_examples(options.data, names, plan.max_width)
    labels = LabelSet.of(found, names.complete())
    log.info("%d passages, %d labels, %d mentions", len(found), len(set(labels.pool)), sum(len(one.spans) for one in found))
    model = new_model(plan.max_width, plan.seed, options.linker)
    optimizer, embed, checkpoint = optimiser(model, plan), Labels(model), options.work / "checkpoint.pt"
    model.train()
    # Dropout in the new parts alone: the encoders know their trade, and time is short.
    model.model.token_rep_layer.eval()
    spent, step, mean = 0.0, 0, 0.0
    if options.resume and checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        spent, step = state["spent"], state["step"]
    rng, saved = random.Random(plan.seed + step), spent
    stream = batches(found, plan, rng)
    while (share := spent / (60 * options.minutes)) < 1:
        begun = time.monotonic()
        batch = next(stream)
        asked = data_of.ask(batch, labels, rng)
        vectors = embed(asked)
        question = Question.of(batch, asked, labels, plan, rng)
        for group in optimizer.param_groups:
            rises, falls = (share - group["from"]) / plan.warmup, (1 - share) / (1 - plan.warmup)
            group["lr"] = group["rate"] * max(0.0, min(1.0, rises, falls))
        with torch.autocast("cpu", torch.bfloat16, enabled=bfloat16_is_faster()):
            with torch.set_grad_enabled(share >= plan.heads_first):
                words = read_words(model, batch)
            logits = score(model, words, question.spans, vectors)
        loss = loss_of(logits, question, plan.gamma)
        optimizer.zero_grad()
        loss.backward()
        for group in optimizer.param_groups:
            torch.nn.utils.clip_grad_norm_(group["params"], 1.0)
        optimizer.step()
        spent, step, mean = spent + time.monotonic() - begun, step + 1, 0.98 * mean + 0.02 * loss.item()
        if step % 50 == 0:
            log.info("step %d, %.1f min, loss %.3f", step, spent / 60, mean / (1 - 0.98**step))
        if spent - saved > 180:
            saved = spent
            save(checkpoint, model, optimizer, spent, step)
    model.save_pretrained(options.work / "model", safe_serialization=True)
    return model


def main() -> None:
    parser = argparse.ArgumentParser(description="Trains a small GLiNER bi-encoder.")
    parser.add_argument("--data", type=Path, default=default_data())
    parser.add_argument("--table", type=Path, default=STARTER_TABLE)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=45)
    parser.add_argument("--linker", type=Path, default=LINKER, help="released linker whose encoder reads the texts")
    parser.add_argument("--from-minilm", dest="linker", action="store_const", const=None, help="all-MiniLM-L6-v2 instead")
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--documents", type=int, help="development documents to measure on; all, if not given")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(options.threads)
    options.work.mkdir(parents=True, exist_ok=True)
    plan = Plan()
    model = train(options, plan)
    reached = report(model, options.data, data_of.TypeNames.load(options.data, options.table), options.documents)
    (options.work / "report.json").write_text(json.dumps(reached, indent=1) + "\n", encoding="utf-8")
    for title in ("held out", "trained"):
        log.info("%s: %s", title, json.dumps(reached[title]))


if __name__ == "__main__":
    main()
