"""Makes a BERT of any size with seeded random weights, as a folder for `conceptlens optimize` and `bench packing`: its speed,
memory and size are those of a trained model of the shape, its answers mean nothing.

    python -m conceptlens_recipe.random_encoder --vocabulary vocab.txt --layers 12 --hidden 768 --out DIR [--labels O B-X I-X]
"""

from __future__ import annotations

import argparse
import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from . import dense_export


def weights(config: dict, labels: int, seed: int) -> dict[str, np.ndarray]:
    """Normal with the deviation that BERT starts from, scaled up so that a small model's answers differ."""
    rng = np.random.default_rng(seed)
    hidden, inner = config["hidden_size"], config["intermediate_size"]

    def matrix(rows: int, columns: int) -> np.ndarray:
        return rng.normal(0, 1 / np.sqrt(columns), (rows, columns)).astype(np.float32)

    e = "bert.embeddings"
    state = {
        f"{e}.word_embeddings.weight": matrix(config["vocab_size"], hidden),
        f"{e}.position_embeddings.weight": matrix(config["max_position_embeddings"], hidden),
        f"{e}.token_type_embeddings.weight": np.zeros((2, hidden), np.float32),
    }
    sizes = {
        "attention.self.query": (hidden, hidden),
        "attention.self.key": (hidden, hidden),
        "attention.self.value": (hidden, hidden),
        "attention.output.dense": (hidden, hidden),
        "intermediate.dense": (inner, hidden),
        "output.dense": (hidden, inner),
    }
    layers = [f"bert.encoder.layer.{i}" for i in range(config["num_hidden_layers"])]
    named = {f"{layer}.{name}": size for layer in layers for name, size in sizes.items()}
    if labels:
        named["classifier"] = (labels, hidden)
    for name, (rows, columns) in named.items():
        state |= {f"{name}.weight": matrix(rows, columns), f"{name}.bias": np.zeros(rows, np.float32)}
    norms = [e, *(f"{layer}.{part}" for layer in layers for part in ("attention.output", "output"))]
    for name in norms:
        state |= {
            f"{name}.LayerNorm.weight": np.ones(hidden, np.float32),
            f"{name}.LayerNorm.bias": np.zeros(hidden, np.float32),
        }
    return state


def write(out: Path, vocabulary: Path, config: dict, labels: Sequence[str] = (), seed: int = 1) -> None:
    """The folder. `config` needs layers, hidden size and heads; the rest is BERT's."""
    whole = {
        "model_type": "bert",
        "vocab_size": len(vocabulary.read_text(encoding="utf-8").rstrip("\n").split("\n")),
        "intermediate_size": 4 * config["hidden_size"],
        "max_position_embeddings": 512,
        "pad_token_id": 0,
    } | config
    if labels:
        whole["id2label"] = {str(i): label for i, label in enumerate(labels)}
    out.mkdir(parents=True, exist_ok=True)
    model = dense_export.build(weights(whole, len(labels), seed), whole, int8=False)
    (out / "model.onnx").write_bytes(model.SerializeToString(deterministic=True))
    (out / "config.json").write_text(json.dumps(whole, indent=2) + "\n", encoding="utf-8")
    shutil.copy(vocabulary, out / "vocab.txt")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vocabulary", type=Path, required=True)
    parser.add_argument("--layers", type=int, default=12)
    parser.add_argument("--hidden", type=int, default=768)
    parser.add_argument("--heads", type=int, default=12)
    parser.add_argument("--labels", nargs="*", default=[])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    config = {
        "num_hidden_layers": options.layers,
        "hidden_size": options.hidden,
        "num_attention_heads": options.heads,
    }
    write(options.out, options.vocabulary, config, options.labels, options.seed)


if __name__ == "__main__":
    main()
