"""Trains a small GLiNER bi-encoder (Zaratiana et al. 2024; Stepanov et al. 2026) from all-MiniLM-L6-v2.

    .venv/bin/python -m conceptlens_recipe.gliner_train --work WORK --minutes 45

Both encoders start as all-MiniLM-L6-v2. The encoder of labels stays as it is, so that labels never seen in training keep
their place among the others; the encoder of texts, the representation of spans and the projection of labels are trained, with
gliner's focal loss. Eight semantic types are left out (`gliner_data.HELD_OUT`); what the model reaches on them, on MedMentions'
development documents, is its zero-shot F1. Seeded; the learning rate falls with the time spent.

Writes `WORK/model` (gliner's layout; `gliner_export` makes the graphs of it) and `WORK/report.json`.
"""

from __future__ import annotations

import argparse
import json
import logging
import random
import time
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from gliner import GLiNER
from torch import Tensor

from . import gliner_data as data_of
from .corpora import default_data, development_documents
from .gliner_data import Example, Gold, Span
from .model import minilm_vocabulary
from .train import STARTER_TABLE

log = logging.getLogger(__name__)
SEEN = ("therapeutic or preventive procedure", "disease or syndrome", "amino acid, peptide, or protein", "geographic area",
        "body part, organ, or organ component", "research activity", "laboratory procedure", "neoplastic process",
        "population group", "mental process")  # fmt: skip


@dataclass(frozen=True)
class Plan:
    max_width: int = 8
    batch: int = 4
    encoder_rate: float = 5e-5
    head_rate: float = 5e-4
    warmup: float = 0.05
    #: Spans that neither begin nor end with a mention are drawn with this probability, and count for those passed over.
    drawn: float = 0.1
    #: How many of the passages have all their concepts marked (MedMentions); the others have a few types marked.
    share_complete: float = 0.6
    seed: int = 1


def new_model(plan: Plan) -> GLiNER:
    """gliner's span-level bi-encoder with both encoders as published, all other weights random."""
    folder = minilm_vocabulary().parent
    bert = json.loads((folder / "config.json").read_text())
    torch.manual_seed(plan.seed)
    model = GLiNER.from_config(
        {
            "model_name": str(folder), "labels_encoder": str(folder), "encoder_config": dict(bert),
            "labels_encoder_config": dict(bert), "hidden_size": bert["hidden_size"], "max_width": plan.max_width,
            "max_len": 384, "span_mode": "markerV0", "subtoken_pooling": "first", "num_rnn_layers": 0, "dropout": 0.1,
            "post_fusion_schema": "", "vocab_size": -1, "class_token_index": -1, "fuse_layers": False,
        }
    )  # fmt: skip
    # Where the encoders came from matters no more once their weights are in the checkpoint.
    model.config.model_name = model.config.labels_encoder = "sentence-transformers/all-MiniLM-L6-v2"
    return model


class Labels:
    """Embeddings of labels before the trained projection; each is computed once."""

    def __init__(self, model: GLiNER):
        self.model, self.known = model, {}

    def __call__(self, labels: list[str]) -> Tensor:
        for label in labels:
            if label not in self.known:
                pieces = self.model.data_processor.labels_tokenizer([label], return_tensors="pt", truncation=True)
                with torch.no_grad():
                    encoded = self.model.model.token_rep_layer.encode_labels(pieces["input_ids"], pieces["attention_mask"])
                self.known[label] = encoded[0]
        return torch.stack([self.known[label] for label in labels])


def read_words(model: GLiNER, batch: list[Example]) -> Tensor:
    """States of the words of passages `[passages, words, hidden]`."""
    words = [list(one.words)[: model.config.max_len] for one in batch]
    pieces = model.data_processor.tokenize_inputs(words)
    core = model.model
    found = core.get_representations(
        input_ids=pieces["input_ids"], attention_mask=pieces["attention_mask"], words_mask=pieces["words_mask"],
        text_lengths=torch.tensor([[len(one)] for one in words]),
        labels_embeds=torch.zeros(1, model.config.hidden_size),
    )  # fmt: skip
    return found.words_embedding


def spans_to_read(example: Example, plan: Plan, rng: random.Random, everything: bool = False) -> tuple[list, list[float]]:
    """Spans of words with how much each counts, a multiple of `max_width` of them: mentions, what begins or ends with one, some
    others."""
    begins, ends = {span.first for span in example.spans}, {span.last for span in example.spans}
    spans, weights = [], []
    for first in range(len(example.words)):
        for last in range(first, min(first + plan.max_width, len(example.words))):
            alike = everything or first in begins or last in ends
            if alike or rng.random() < plan.drawn:
                spans.append((first, last))
                weights.append(1.0 if alike else 1 / plan.drawn)
    while not spans or len(spans) % plan.max_width:
        spans.append((0, 0))
        weights.append(0.0)
    return spans, weights


def score(model: GLiNER, words: Tensor, spans: list, labels: Tensor) -> Tensor:
    """Logits `[spans, labels]` of one passage."""
    core = model.model
    read = core.span_rep_layer(words.unsqueeze(0), torch.tensor([spans]))
    return read.flatten(0, 2) @ core.prompt_rep_layer(labels).T


def targets(example: Example, spans: list, labels: list[str]) -> tuple[Tensor, Tensor]:
    """Which span has which label, and 1 where that is known."""
    by_words: dict[tuple[int, int], Span] = {(one.first, one.last): one for one in example.spans}
    wanted, known = torch.zeros(len(spans), len(labels)), torch.ones(len(spans), len(labels))
    for row, place in enumerate(spans):
        if mention := by_words.get(place):
            wanted[row] = torch.tensor([float(label in mention.labels) for label in labels])
            known[row] = 0.0 if mention.is_masked else 1.0
    return wanted, known


def loss_of(model: GLiNER, embed: Labels, batch: list[Example], pool: list[str], plan: Plan, rng: random.Random) -> Tensor:
    states, total = read_words(model, batch), torch.zeros(())
    for example, words in zip(batch, states, strict=True):
        labels = data_of.ask(example, pool, rng)
        if not labels:
            continue
        spans, weights = spans_to_read(example, plan, rng)
        logits = score(model, words, spans, embed(labels))
        wanted, known = targets(example, spans, labels)
        plain = F.binary_cross_entropy_with_logits(logits, wanted, reduction="none")
        # Focal loss (Lin et al. 2017), with gliner's gamma and alpha.
        sureness = torch.exp(-plain.detach())
        balance = 0.75 * wanted + 0.25 * (1 - wanted)
        total = total + (balance * (1 - sureness) ** 2 * plain * known * torch.tensor(weights).unsqueeze(1)).sum()
    return total / sum(len(one.words) for one in batch)


def predictions(model: GLiNER, embed: Labels, example: Example, labels: list[str]) -> list[tuple[float, tuple[int, int], str]]:
    """All spans with their best label and its probability, the most probable first."""
    spans, weights = spans_to_read(example, Plan(max_width=model.config.max_width), random.Random(0), everything=True)
    with torch.no_grad():
        best, which = score(model, read_words(model, [example])[0], spans, embed(labels)).sigmoid().max(1)
    found = zip(best.tolist(), spans, which.tolist(), weights, strict=True)
    return sorted(((p, span, labels[label]) for p, span, label, weight in found if weight), key=lambda one: -one[0])


def figures(measured: list[tuple[list, Gold]], labels: list[str], threshold: float) -> dict:
    """Strict F1 (same words, same label) of gliner's flat decoding at a threshold."""
    counts = {label: [0, 0, 0] for label in labels}
    for found, gold in measured:
        taken: list[tuple[int, int]] = []
        for probability, (first, last), label in found:
            if probability <= threshold:
                break
            if any(a <= last and first <= b for a, b in taken):
                continue
            taken.append((first, last))
            counts[label][0 if (first, last) in gold[label] else 1] += 1
        for label in labels:
            counts[label][2] += len(gold[label])

    def f1(right: int, wrong: int, n_gold: int) -> float:
        return round(2 * right / max(1, right + wrong + n_gold), 4)

    right, wrong, n_gold = (sum(row[i] for row in counts.values()) for i in range(3))
    return {
        "threshold": threshold, "f1": f1(right, wrong, n_gold), "precision": round(right / max(1, right + wrong), 4),
        "recall": round(right / max(1, n_gold), 4), "gold": n_gold, "f1 by label": {one: f1(*row) for one, row in counts.items()},
    }  # fmt: skip


def report(model: GLiNER, data: Path, names: data_of.TypeNames, plan: Plan, n_documents: int) -> dict:
    """Zero-shot F1 of the types left out of training, all asked for together, and of ten types that were trained, beside it.
    The threshold is chosen on every other document; the rest is reported on, at that threshold and at 0.5."""
    model.eval()
    documents = list(development_documents(data, "medmentions-full"))[:n_documents]
    seen = {name: (tui,) for tui, (name, _) in names.of_type.items() if name in SEEN}
    found: dict = {"documents": len(documents)}
    for title, types in (("held out", data_of.HELD_OUT), ("trained", seen)):
        labels, embed, halves = list(types), Labels(model), []
        for half in (documents[0::2], documents[1::2]):
            passages = data_of.gold_passages(half, types, plan.max_width)
            halves.append([(predictions(model, embed, one, labels), gold) for one, gold in passages])
        best = max((step / 20 for step in range(1, 20)), key=lambda at: figures(halves[0], labels, at)["f1"])
        found[title] = {"at 0.5": figures(halves[1], labels, 0.5), "at the chosen threshold": figures(halves[1], labels, best)}
    model.train()
    return found


def train(options: argparse.Namespace, plan: Plan) -> GLiNER:
    data, table, work, minutes = options.data, options.table, options.work, options.minutes
    rng = random.Random(plan.seed)
    names = data_of.TypeNames.load(data, table)
    found = data_of.training_examples(data, names, plan.max_width)
    counts = data_of.label_counts(found)
    # Labels to ask for in vain: the commoner ones more often, but not by their full count.
    pool = [label for label, count in sorted(counts.items()) for _ in range(max(1, round(count**0.5)))]
    log.info("%d passages, %d labels, %d mentions", len(found), len(counts), sum(len(one.spans) for one in found))
    model = GLiNER.from_pretrained(str(options.start)) if options.start else new_model(plan)
    core, embed = model.model, Labels(model)
    for part in (core.token_rep_layer.labels_encoder, core.token_rep_layer.bert_layer.model.embeddings):
        part.requires_grad_(False)
    model.eval()
    embed(sorted(counts))
    encoder = [one for one in core.token_rep_layer.bert_layer.parameters() if one.requires_grad]
    heads = [*core.span_rep_layer.parameters(), *core.prompt_rep_layer.parameters()]
    optimizer = torch.optim.AdamW(
        [{"params": encoder, "rate": plan.encoder_rate}, {"params": heads, "rate": plan.head_rate}], lr=0.0, weight_decay=0.01
    )
    model.train()
    core.token_rep_layer.labels_encoder.eval()
    complete, partial = [one for one in found if one.asked is None], [one for one in found if one.asked is not None]
    begun, step, mean = time.monotonic(), 0, 0.0
    while (spent := (time.monotonic() - begun) / (60 * minutes)) < 1:
        batch = [rng.choice(complete if rng.random() < plan.share_complete else partial) for _ in range(plan.batch)]
        for group in optimizer.param_groups:
            group["lr"] = group["rate"] * min(1.0, spent / plan.warmup) * (1 - spent)
        loss = loss_of(model, embed, batch, pool, plan, rng)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(encoder + heads, 1.0)
        optimizer.step()
        step, mean = step + 1, 0.98 * mean + 0.02 * loss.item()
        if step % 100 == 0:
            log.info("step %d, %.0f %% of the time, loss %.3f", step, 100 * spent, mean / (1 - 0.98**step))
    model.save_pretrained(work / "model", safe_serialization=True)
    return model


def main() -> None:
    parser = argparse.ArgumentParser(description="Trains a small GLiNER bi-encoder.")
    parser.add_argument("--data", type=Path, default=default_data())
    parser.add_argument("--table", type=Path, default=STARTER_TABLE)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=45)
    parser.add_argument("--start", type=Path, help="a model of an earlier run to go on from")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--documents", type=int, default=150, help="development documents to measure on")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(options.threads)
    options.work.mkdir(parents=True, exist_ok=True)
    plan = Plan()
    model = train(options, plan)
    reached = report(model, options.data, data_of.TypeNames.load(options.data, options.table), plan, options.documents)
    (options.work / "report.json").write_text(json.dumps(reached, indent=1) + "\n", encoding="utf-8")
    log.info("held out: %s", json.dumps(reached["held out"]))
    log.info("trained: %s", json.dumps(reached["trained"]))


if __name__ == "__main__":
    main()
