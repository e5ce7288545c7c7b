"""Makes `models/names`: vectors of names, and the cells and codes that find near ones among millions.

    python -m conceptlens_recipe.name_encoder --table ../starter-kb/concepts.tsv.gz --out ../names

A name's vector is the sum of the vectors of its word pieces, made one long (`nameEncoder.ts` of the product), so that ten
million names have theirs in two minutes, and no network runs at a look-up. The vectors of the pieces are trained on pairs
of names of one concept (as in SapBERT: Liu et al., 2021) with the other names of the batch as what they must be told
from (InfoNCE). Names that only annotated text gave are not trained on: a vector that has seen what a training document
calls its concepts would look surer there than it is.

Cells and codes are those of product quantisation with residuals (Jégou, Douze and Schmid, 2011), fitted on the names.
Seeded; about ten minutes on two cores.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import logging
import math
import random
import struct
from collections import defaultdict
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from .candidates import STARTER_TABLE, fold
from .model import minilm_vocabulary

log = logging.getLogger(__name__)

#: As `MAX_WORDS` of the product.
MAX_WORDS = 16
#: So many dimensions together are rounded to one of so many points, as `PART` and `LEVELS` of the product.
PART = 4
LEVELS = 16


@dataclass(frozen=True)
class Plan:
    dims: int = 128
    steps: int = 2000
    batch: int = 2048
    rate: float = 3e-3
    temperature: float = 0.05
    #: A concept is drawn as often as it has names, but at most so often.
    most_names: int = 6
    groups: int = 64
    cells_per_group: int = 64
    #: Names that the cells are fitted on.
    sample: int = 200_000
    seed: int = 1


class Cutter:
    """Cuts folded names into pieces, the longest first, as the product does."""

    def __init__(self, pieces: list[str]):
        self.rows = {piece: row for row, piece in enumerate(pieces)}
        self.longest = max(map(len, pieces))
        self.words: dict[str, list[int]] = {}

    def word(self, word: str) -> list[int]:
        if word not in self.words:
            rows, start = [], 0
            while start < len(word):
                mark = "##" if start else ""
                end = min(len(word), start + self.longest)
                while end > start and mark + word[start:end] not in self.rows:
                    end -= 1
                if end > start:
                    rows.append(self.rows[mark + word[start:end]])
                start = max(end, start + 1)
            self.words[word] = rows
        return self.words[word]

    def name(self, folded: str) -> list[int]:
        return [row for word in folded.split(" ")[:MAX_WORDS] for row in self.word(word)]


@dataclass(frozen=True)
class Bags:
    """Names as runs of pieces: those of name `i` are `flat[starts[i] : starts[i + 1]]`."""

    flat: Tensor
    starts: Tensor

    @staticmethod
    def of(rows: list[list[int]]) -> Bags:
        lengths = torch.tensor([0, *map(len, rows)])
        return Bags(torch.tensor([row for one in rows for row in one]), lengths.cumsum(0))

    def __len__(self) -> int:
        return len(self.starts) - 1

    def vectors(self, weights: Tensor, names: Tensor) -> Tensor:
        lengths = self.starts[names + 1] - self.starts[names]
        offsets = lengths.cumsum(0) - lengths
        inside = torch.arange(int(lengths.sum())) - offsets.repeat_interleave(lengths)
        at = inside + self.starts[names].repeat_interleave(lengths)
        return F.normalize(F.embedding_bag(self.flat[at], weights, offsets, mode="sum"), dim=-1)

    def all(self, weights: Tensor, part: int = 50_000) -> Tensor:
        return torch.cat([self.vectors(weights, one) for one in torch.arange(len(self)).split(part)])


def read_names(table: Path) -> list[tuple[int, str]]:
    """Concept and folded text of every name that a source gives, each once."""
    found: dict[tuple[int, str], None] = {}
    concept = -1
    with gzip.open(table, "rt", encoding="utf-8", newline="\n") as lines:
        for line in lines:
            parts = line.rstrip("\n").split("\t")
            if parts[0] == "C":
                concept += 1
            elif parts[0] == "N" and parts[1] != "observed" and (folded := fold(parts[4])):
                found[concept, folded] = None
    return list(found)


def train(names: list[tuple[int, str]], bags: Bags, n_pieces: int, plan: Plan) -> Tensor:
    """Vectors of the pieces, `[pieces, dims]`."""
    by_concept: defaultdict[int, list[int]] = defaultdict(list)
    for name, (concept, _) in enumerate(names):
        if bags.starts[name + 1] > bags.starts[name]:
            by_concept[concept].append(name)
    several = [own for own in by_concept.values() if len(own) > 1]
    often = [min(len(own), plan.most_names) for own in several]
    frequency = torch.zeros(n_pieces).index_add_(0, bags.flat, torch.ones(len(bags.flat)))
    rarity = 1 + torch.log((1 + len(bags)) / (1 + frequency))
    weights = torch.nn.Parameter(torch.randn(n_pieces, plan.dims) / math.sqrt(plan.dims) * rarity[:, None] / 5)
    optimizer = torch.optim.Adam([weights], lr=plan.rate)
    for step in range(plan.steps):
        for group in optimizer.param_groups:
            group["lr"] = plan.rate * min(1, (step + 1) / 100) * (1 - step / plan.steps)
        drawn = random.choices(range(len(several)), often, k=plan.batch)
        pairs = torch.tensor([random.sample(several[one], 2) for one in drawn])
        first, second = (bags.vectors(weights, names) for names in pairs.T)
        concept = torch.tensor(drawn)
        same = (concept[:, None] == concept[None]).fill_diagonal_(False)
        scores = (first @ second.T / plan.temperature).masked_fill(same, -1e4)
        right = torch.arange(plan.batch)
        loss = (F.cross_entropy(scores, right) + F.cross_entropy(scores.T, right)) / 2
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 100 == 0:
            log.info("step %d of %d, loss %.3f", step, plan.steps, float(loss.detach()))
    return weights.detach()


def quantised(weights: Tensor) -> tuple[Tensor, Tensor]:
    """Rows as int8 and what each is multiplied with."""
    scales = weights.abs().amax(1).clamp(min=1e-9) / 127
    return (weights / scales[:, None]).round().to(torch.int8), scales


def means(points: Tensor, n: int, rounds: int = 12) -> Tensor:
    """`n` centres of the points by Lloyd's algorithm; a centre that loses all points stays where it is."""
    centres = points[torch.randperm(len(points))[:n]].clone()
    if len(centres) < n:
        centres = torch.cat([centres, centres[torch.randint(len(centres), (n - len(centres),))]])
    for _ in range(rounds):
        nearest = nearest_of(points, centres)
        sums = torch.zeros_like(centres).index_add_(0, nearest, points)
        counts = torch.bincount(nearest, minlength=n)[:, None]
        centres = torch.where(counts > 0, sums / counts.clamp(min=1), centres)
    return centres


def nearest_of(points: Tensor, centres: Tensor) -> Tensor:
    half = centres.square().sum(1) / 2
    return torch.cat([(part @ centres.T - half).argmax(1) for part in points.split(20_000)])


def fit_cells(vectors: Tensor, plan: Plan) -> tuple[Tensor, Tensor, Tensor]:
    """Centres of groups of cells, of the cells, and the points that the rest is rounded to."""
    groups = means(vectors, plan.groups)
    of_group = nearest_of(vectors, groups)
    cells = torch.cat([means(vectors[of_group == group], plan.cells_per_group) for group in range(plan.groups)])
    rest = torch.empty_like(vectors)
    for group in range(plan.groups):
        members = of_group == group
        own = cells[group * plan.cells_per_group : (group + 1) * plan.cells_per_group]
        rest[members] = vectors[members] - own[nearest_of(vectors[members], own)]
    parts = rest.view(len(rest), plan.dims // PART, PART)
    return groups, cells, torch.stack([means(parts[:, part], LEVELS) for part in range(plan.dims // PART)])


def write_safetensors(path: Path, tensors: dict[str, Tensor]) -> None:
    dtypes = {torch.int8: "I8", torch.float32: "F32"}
    header, data = {}, b""
    for name, tensor in tensors.items():
        content = tensor.contiguous().numpy().tobytes()
        offsets = [len(data), len(data) + len(content)]
        header[name] = {"dtype": dtypes[tensor.dtype], "shape": list(tensor.shape), "data_offsets": offsets}
        data += content
    head = json.dumps(header, separators=(",", ":")).encode()
    head += b" " * (-len(head) % 8)
    path.write_bytes(struct.pack("<Q", len(head)) + head + data)


def write(out: Path, pieces: list[str], weights: dict[str, Tensor], **about: object) -> None:
    """The files that the product's `openNameVectors` reads."""
    out.mkdir(parents=True, exist_ok=True)
    (out / "pieces.txt").write_text("".join(f"{piece}\n" for piece in pieces), encoding="utf-8")
    write_safetensors(out / "weights.safetensors", weights)
    digest = hashlib.sha256()
    for file in ("pieces.txt", "weights.safetensors"):
        digest.update((out / file).read_bytes())
    groups, dims = weights["groups"].shape
    manifest = {
        "format": "conceptlens-names",
        "formatVersion": 1,
        "fingerprint": digest.hexdigest()[:16],
        "dims": dims,
        "pieces": len(pieces),
        "groups": groups,
        "cellsPerGroup": len(weights["cells"]) // groups,
    }
    (out / "manifest.json").write_text(json.dumps(manifest | about, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--table", type=Path, default=STARTER_TABLE)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=Plan.steps)
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    plan = Plan(steps=options.steps)
    random.seed(plan.seed)
    torch.manual_seed(plan.seed)
    names = read_names(options.table)
    vocabulary = minilm_vocabulary().read_text(encoding="utf-8").splitlines()
    every = Cutter(vocabulary)
    pieces = [vocabulary[row] for row in sorted({row for _, name in names for row in every.name(name)})]
    cutter = Cutter(pieces)
    bags = Bags.of([cutter.name(name) for _, name in names])
    log.info("%d names, %d pieces", len(names), len(pieces))
    rows, scales = quantised(train(names, bags, len(pieces), plan))
    vectors = bags.all(rows * scales[:, None])
    vectors = vectors[vectors.square().sum(1) > 0]
    groups, cells, points = fit_cells(vectors[torch.randperm(len(vectors))[: plan.sample]], plan)

    weights = {"rows": rows, "scales": scales, "groups": groups, "cells": cells, "points": points}
    about = {"trainedOn": f"{len(names)} names of {options.table.name}", "plan": asdict(plan)}
    write(options.out, pieces, weights, **about)


if __name__ == "__main__":
    main()
