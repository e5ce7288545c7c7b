"""A tiny model with random weights and the expected numbers of a two-stream run, for the product's tests.

    python -m conceptlens_recipe.tiny --fixture test/fixtures/tiny-linker --oracle test/oracle/two-stream.json

The fixture has the graph, vocabulary and manifest of a real model folder (2 layers, hidden 32). The oracle holds
token ids, offsets and PyTorch's outputs (float64, of the int8 weights as the graph computes with them).
"""

from __future__ import annotations

import argparse
import json
import platform
from pathlib import Path

import torch
from torch import Tensor

from . import onnx_export
from .contract import FEATURES, NONE_OFFSET, Architecture
from .manifest import write_manifest
from .model import Keys, TwoStreamEncoder, minilm_vocabulary
from .segments import Segmenter, pad

SEED = 20
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fixture", type=Path, required=True)
    parser.add_argument("--oracle", type=Path, required=True)
    options = parser.parse_args()

    write(options.fixture, options.oracle)


def write(fixture: Path, oracle_file: Path) -> None:
    """Makes both. The same numbers every time."""
    torch.manual_seed(SEED)
    fixture.mkdir(parents=True, exist_ok=True)
    vocabulary = small_vocabulary(minilm_vocabulary())
    (fixture / "vocab.txt").write_text("\n".join(vocabulary) + "\n", encoding="utf-8")
    arch = Architecture(layers=2, hidden=32, heads=4, intermediate=64, vocabulary=len(vocabulary), score_hidden=16)
    model = TwoStreamEncoder(arch).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.ndim == 2:
                parameter.normal_(std=0.6 if name.startswith(("words", "positions")) else 0.25)
            elif not name.endswith("norm.weight"):
                parameter.normal_(std=0.1)
    onnx_export.write(model, fixture / "encoder.onnx")
    write_manifest(fixture, arch, name="tiny-linker", trainedOn=["nothing: random weights, for tests"])
    oracle = expected(onnx_export.dequantised(model).double(), Segmenter(fixture / "vocab.txt"))
    oracle_file.parent.mkdir(parents=True, exist_ok=True)
    oracle_file.write_text(json.dumps(oracle, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


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
            values = [round(((index + 1) * (rank + 2) * (i + 3) % 11) / 10, 1) for i in range(len(FEATURES))]
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
