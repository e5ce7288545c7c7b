"""A tiny model with random weights and the expected numbers of a two-stream run, for the product's tests.

    python -m conceptlens_recipe.tiny --fixture test/fixtures/tiny-linker --oracle test/oracle/two-stream.json \\
        --features test/oracle/features.json

The fixture has the graph, vocabulary and manifest of a real model folder (2 layers, hidden 32). The oracle holds
token ids, offsets and PyTorch's outputs (float64, of the int8 weights as the graph computes with them). The oracle of
features holds candidates, their features, the scores of the fixture's ranker of features, and which it lets through.
"""

from __future__ import annotations

import argparse
import json
import platform
from pathlib import Path

import torch
from torch import Tensor

from . import feature_ranker, name_encoder, onnx_export
from .candidates import Candidate, features
from .contract import FEATURES, NONE_OFFSET, Architecture
from .manifest import FEATURE_RANKER, write_manifest
from .model import Keys, TwoStreamEncoder, minilm_vocabulary
from .segments import Segmenter, pad

SEED = 20
NAMES_SEED = 2
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
TEXT = "Naïve 😀 β-cells of type 2 diabetes mellitus (T2DM) secrete less insulin; metformin helps."
MENTIONS = [
    ("type 2 diabetes mellitus", None),
    ("T2DM", "type 2 diabetes mellitus"),
    ("insulin", None),
    ("β-cells of type 2 diabetes mellitus (T2DM)", None),
]
CANDIDATES = [
    ("diabetes mellitus type 2", "Type 2 Diabetes Mellitus", "disorder"),
    ("Diabetes Mellitus", "diabetes mellitus", "disorder"),
    ("insulin", "Insulin, human", "chemical"),
    ("a very long name of a concept that does not fit into the sixteen pieces allowed for one", "long", ""),
    (
        "non insulin dependent diabetes mellitus with many words and no end in sight",
        "type 2 diabetes mellitus with a long preferred name too",
        "disorder",
    ),
]


def small_vocabulary(source: Path) -> list[str]:
    """Special tokens, every single character of the source, and its first whole words."""
    pieces = source.read_text(encoding="utf-8").rstrip("\n").split("\n")
    singles = [p for p in pieces if len(p.removeprefix("##")) == 1 and ord(p[-1]) < 0x400]
    words = [p for p in pieces if len(p) > 1 and p.isascii() and p.isalpha()][:900]
    wanted = "diabetes insulin type cells metformin mellitus disorder chemical".split()
    suffixes = ["##ing", "##ed", "##s", "##ly", "##itis", "##ell", "##itus"]
    return list(dict.fromkeys([*SPECIAL, *singles, *words, *wanted, *suffixes]))


def utf16(text: str, offset: int) -> int:
    return len(text[:offset].encode("utf-16-le")) // 2


def rounded(tensor: Tensor) -> list:
    return json.loads(json.dumps(tensor.tolist()), parse_float=lambda s: round(float(s), 7))


#: Names for the tiny encoder of names, folded; the last has letters that no piece has.
NAMES = ["heart attack", "attack of the heart", "hypotension", "tgf beta 1", "low blood pressure", "", "hé xqz"]


def write_names(fixture: Path, oracle_file: Path) -> None:
    torch.manual_seed(NAMES_SEED)
    pieces = [*"abcdefghiklmnoprstuw1", *(f"##{c}" for c in "abcdefghiklmnoprstuw1"), "heart", "##tens", "hyp", "blood"]
    dims, groups, per_group = 16, 3, 4
    rows, scales = name_encoder.quantised(torch.randn(len(pieces), dims))
    cells = torch.nn.functional.normalize(torch.randn(groups * per_group, dims), dim=1) / 2
    weights = {
        "rows": rows,
        "scales": scales,
        "groups": cells.view(groups, per_group, dims).mean(1),
        "cells": cells,
        "points": torch.randn(dims // name_encoder.PART, name_encoder.LEVELS, name_encoder.PART) / 2,
    }
    name_encoder.write(fixture, pieces, weights, trainedOn="nothing: random numbers, for tests")
    cutter = name_encoder.Cutter(pieces)
    expected = []
    for name in NAMES:
        at = cutter.name(name)
        sum_ = (rows[at].double() * scales[at, None].double()).sum(0)
        vector = sum_ / sum_.norm().clamp(min=1e-12)
        group = int(name_encoder.nearest_of(vector[None].float(), weights["groups"]))
        own = cells[group * per_group : (group + 1) * per_group]
        cell = group * per_group + int(name_encoder.nearest_of(vector[None].float(), own))
        rest = (vector - cells[cell]).view(-1, name_encoder.PART)
        levels = (rest[:, None] - weights["points"]).square().sum(-1).argmin(1).tolist()
        expected.append({"name": name, "pieces": at, "vector": rounded(vector), "cell": cell, "levels": levels})
    about = "Vectors, cells and codes of names by the encoder in test/fixtures/tiny-names."
    write_json(oracle_file, {"about": about, "madeBy": "models/recipe/conceptlens_recipe/tiny.py", "names": expected})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fixture", type=Path, required=True)
    parser.add_argument("--oracle", type=Path, required=True)
    parser.add_argument("--features", type=Path, required=True)
    parser.add_argument("--names", type=Path, required=True)
    parser.add_argument("--names-oracle", type=Path, required=True)
    options = parser.parse_args()

    write(options.fixture, options.oracle)
    write_json(options.features, expected_features(options.fixture))
    write_names(options.names, options.names_oracle)


def write_json(path: Path, content: dict) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


def write(fixture: Path, oracle_file: Path) -> None:
    """Makes both. The same numbers every time."""
    torch.manual_seed(SEED)
    fixture.mkdir(parents=True, exist_ok=True)
    vocabulary = small_vocabulary(minilm_vocabulary())
    (fixture / "vocab.txt").write_text("\n".join(vocabulary) + "\n", encoding="utf-8")
    arch = Architecture(
        layers=2, hidden=32, heads=4, intermediate=64, vocabulary=len(vocabulary), score_hidden=16, features=len(NAMES)
    )
    model = TwoStreamEncoder(arch).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.ndim == 2:
                parameter.normal_(std=0.6 if name.startswith(("words", "positions")) else 0.25)
            elif not name.endswith("norm.weight"):
                parameter.normal_(std=0.1)
    onnx_export.write(model, fixture / "encoder.onnx")
    feature_ranker.write(model.score, fixture / FEATURE_RANKER)
    write_manifest(fixture, arch, name="tiny-linker", features=list(NAMES), trainedOn=["nothing: random weights, for tests"])
    oracle = expected(onnx_export.dequantised(model).double(), Segmenter(fixture / "vocab.txt"))
    write_json(oracle_file, oracle)


#: The features of a model without contexts.
NAMES = tuple(name for name in FEATURES if not name.startswith("context"))

#: How well a mention stands where concepts do.
FITS = {"T:1": (0.31, 12), "T:3": (-0.2, 1), "T:7": (0.0, 3)}

#: Lookup, expanded, shares of groups, and the fused list.
LISTS = [
    (
        "Type II diabetes",
        False,
        {"DISO": 0.7, "CHEM": 0.2, "PHYS": 0.1},
        [
            Candidate("T:1", "Type II Diabetes", "synonym", "type 2 diabetes mellitus", 1.0, 1.0, True, 7, 40, ("DISO",), 3, 1.7),
            Candidate("T:2", "type II diabetes", "observed", "Diabetic", 1.0, 1.0, True, 1, 3, ("CHEM", "DISO")),
            Candidate("T:3", "diabetes type I", "synonym", "type 1 diabetes mellitus", 0.81, 0.64, False, 0, 12, ("DISO",), 2, 1.258),
            Candidate("T:4", "T2D", "abbreviation", "Diabetes", 0.31, 0.77, False, 2, 2, (), 1, 0.849),
        ],
    ),
    (
        "TGF-β receptors",
        True,
        None,
        [
            Candidate("T:5", "TGF-beta receptor", "preferred", "TGF-beta receptor", 0.93, 0.98, False, 0, 0, ("GENE",)),
            Candidate("T:6", "receptor", "preferred", "Receptor", 0.4, -0.1, False, 11, 90, ()),
        ],
    ),
    ("β", False, {"CHEM": 1.0}, [Candidate("T:7", "…", "preferred", "beta", 1.0, 1.0, True, 0, 0, ("CHEM",))]),
]


def expected_features(fixture: Path) -> dict:
    ranker = feature_ranker.read(fixture / FEATURE_RANKER).double()
    lists = []
    for lookup, expanded, shares, fused in LISTS:
        rows = [features(lookup, expanded, shares, fused, rank, FITS.get) for rank in range(len(fused))]
        asked = [row[: len(NAMES)] for row in rows]
        lists.append(
            {
                "lookedUp": lookup,
                "expanded": expanded,
                "groupShares": shares,
                "candidates": [
                    {
                        "id": c.id,
                        "matchedName": c.name,
                        "matchedKind": c.kind,
                        "preferredName": c.preferred,
                        "lexicalScore": c.lexical,
                        "denseScore": c.dense,
                        "exact": c.exact,
                        "nameCount": c.name_count,
                        "conceptCount": c.concept_count,
                        "nMatches": c.matches,
                        "officialScore": c.official,
                        "groups": list(c.groups),
                    }
                    for c in fused
                ],
                "features": rows,
                "scores": ranker.from_features(torch.tensor(asked, dtype=torch.float64)).tolist(),
                "shortlist": feature_ranker.shortlist(ranker, asked, 4),
            }
        )
    about = "Features of candidates, the scores of the ranker in test/fixtures/tiny-linker, and its best four at most."
    return {"about": about, "madeBy": "models/recipe/conceptlens_recipe/tiny.py", "names": FEATURES, "fits": FITS, "lists": lists}


@torch.no_grad()
def expected(model: TwoStreamEncoder, segmenter: Segmenter) -> dict:
    arch, dtype = model.arch, torch.float64
    pieces = segmenter.pieces(TEXT)
    ids = torch.tensor([segmenter.text(pieces, arch.max_tokens)])
    nothing = torch.zeros(arch.heads, 0, arch.head_dim, dtype=dtype)
    none = torch.zeros(1, arch.hidden, dtype=dtype), torch.zeros(1, arch.features, dtype=dtype)
    text = model(ids, torch.ones(ids.shape, dtype=dtype), [Keys(nothing, nothing)] * arch.layers, *none)
    keys = [Keys(text[f"key_{i}"][0], text[f"value_{i}"][0]) for i in range(arch.layers)]

    mentions, rows, states, features = [], [], [], []
    for index, (surface, expansion) in enumerate(MENTIONS):
        start = TEXT.index(surface)
        covered = pieces.covering(start, start + len(surface))
        tokens = slice(covered.start + 1, covered.stop + 1)
        state = text["states"][0, tokens].mean(0)
        none_logit = text["token_logits"][0, tokens, NONE_OFFSET].mean()
        candidates = []
        for rank, (name, preferred, label) in enumerate(CANDIDATES):
            values = [round(((index + 1) * (rank + 2) * (i + 3) % 11) / 10, 1) for i in range(len(NAMES))]
            rows.append(segmenter.candidate(expansion or surface, name, preferred, label))
            states.append(state)
            features.append(torch.tensor(values, dtype=dtype))
            candidate = {"name": name, "preferred": preferred, "features": values, "ids": rows[-1]}
            candidates.append(candidate | ({"typeLabel": label} if label else {}))
        span = {"start": utf16(TEXT, start), "end": utf16(TEXT, start + len(surface))}
        mentions.append(
            {
                "span": span,
                "mentionText": expansion or surface,
                "tokens": {"start": tokens.start, "end": tokens.stop},
                "state": rounded(state),
                "none": rounded(none_logit),
                "candidates": candidates,
            }
        )
    padded, mask = pad(rows, segmenter.pad)
    batch = torch.tensor(padded), torch.tensor(mask, dtype=dtype)
    packed = model(*batch, keys, torch.stack(states), torch.stack(features))
    alone = [
        model(
            torch.tensor([row]),
            torch.ones(1, len(row), dtype=dtype),
            keys,
            states[i][None],
            features[i][None],
        )["score"]
        for i, row in enumerate(rows)
    ]
    assert (torch.cat(alone) - packed["score"]).abs().max() < 1e-9
    scores = iter(rounded(packed["score"]))
    for mention in mentions:
        mention["scores"] = [next(scores) for _ in CANDIDATES]
    return {
        "about": "Two-stream run of test/fixtures/tiny-linker in PyTorch, float64. Token 0 of the text is [CLS]; "
        "token ranges are half-open and count it. Spans are UTF-16 units. Scores are the same packed and alone.",
        "madeBy": {
            "script": "models/recipe/conceptlens_recipe/tiny.py",
            "seed": SEED,
            "torch": torch.__version__.split("+")[0],
            "python": platform.python_version(),
        },
        "tolerance": 1e-4,
        "text": TEXT,
        "ids": ids[0].tolist(),
        "offsets": [[utf16(TEXT, s), utf16(TEXT, e)] for s, e in zip(pieces.starts, pieces.ends, strict=True)],
        "wordStarts": pieces.first,
        "states": rounded(text["states"][0]),
        "tokenLogits": rounded(text["token_logits"][0]),
        "key0": rounded(text["key_0"][0]),
        "value1": rounded(text["value_1"][0]),
        "mentions": mentions,
    }


if __name__ == "__main__":
    main()
