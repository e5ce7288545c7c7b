"""Writes the tagger of a released linker's model as an ordinary token-classification folder of Hugging Face.

    python -m conceptlens_recipe.tagger_export --model ../linker --head entities --out FOLDER

Out come `config.json`, `model.safetensors`, `vocab.txt`, `tokenizer_config.json` (what `transformers` loads) and `model.onnx` in fp32 (what the
product loads). The encoder and the head are those of the release, read back from its graph; what ranks candidates is left out.
Its labels stand at the first piece of a word, so it is read with `first`. The product's own tagger also rules out impossible sequences
of labels, drops what is improbable, and computes in the precision of the release; else both are the same.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

import torch
from safetensors.torch import save_file

from . import dense_export, onnx_export
from .contract import HEADS, Architecture
from .manifest import ENCODER, VOCABULARY
from .model import BERT_PARTS, TwoStreamEncoder


def bert_state(model: TwoStreamEncoder, offset: int, labels: int) -> dict[str, torch.Tensor]:
    """Weights under the names of `BertForTokenClassification`. Token types are folded into the positions, so theirs are zero."""
    state = model.state_dict()
    words, embeddings = state["words.weight"], "bert.embeddings"
    found = {
        f"{embeddings}.word_embeddings.weight": words,
        f"{embeddings}.position_embeddings.weight": state["positions.weight"],
        f"{embeddings}.token_type_embeddings.weight": torch.zeros(2, words.shape[1]),
        "classifier.weight": state["tokens.weight"][offset : offset + labels],
        "classifier.bias": state["tokens.bias"][offset : offset + labels],
    }
    for kind in ("weight", "bias"):
        found[f"{embeddings}.LayerNorm.{kind}"] = state[f"embedding_norm.{kind}"]
        for layer in range(len(model.layers)):
            for ours, theirs in BERT_PARTS.items():
                found[f"bert.encoder.layer.{layer}.{theirs}.{kind}"] = state[f"layers.{layer}.{ours}.{kind}"]
    return {name: tensor.clone().contiguous() for name, tensor in found.items()}


def bert_config(arch: Architecture, labels: list[str]) -> dict[str, object]:
    return {
        "model_type": "bert",
        "architectures": ["BertForTokenClassification"],
        "vocab_size": arch.vocabulary,
        "hidden_size": arch.hidden,
        "num_hidden_layers": arch.layers,
        "num_attention_heads": arch.heads,
        "intermediate_size": arch.intermediate,
        "max_position_embeddings": arch.max_tokens,
        "hidden_act": "gelu",
        "layer_norm_eps": 1e-12,
        "pad_token_id": 0,
        "id2label": {str(i): label for i, label in enumerate(labels)},
        "label2id": {label: i for i, label in enumerate(labels)},
    }


def export(source: Path, head: str, out: Path) -> None:
    arch = Architecture()
    model = TwoStreamEncoder(arch).eval()
    onnx_export.read(model, source / ENCODER)
    chosen = next(one for one in HEADS if one["name"] == head)
    labels = list(chosen["labels"])
    out.mkdir(parents=True, exist_ok=True)
    save_file(bert_state(model, chosen["offset"], len(labels)), out / "model.safetensors", metadata={"format": "pt"})
    (out / "config.json").write_text(json.dumps(bert_config(arch, labels), indent=2) + "\n", encoding="utf-8")
    shutil.copy(source / VOCABULARY, out / VOCABULARY)
    settings = {"tokenizer_class": "BertTokenizer", "do_lower_case": True, "model_max_length": arch.max_tokens}
    (out / "tokenizer_config.json").write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")
    dense_export.export(out, out)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, default=Path("../linker"), help="folder of a released model")
    parser.add_argument("--head", choices=[one["name"] for one in HEADS], default="entities")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    export(options.model, options.head, options.out)


if __name__ == "__main__":
    main()
