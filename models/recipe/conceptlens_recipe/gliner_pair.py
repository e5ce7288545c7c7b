"""Makes a bi-encoder and a uni-encoder of the same size with random weights, for `bench gliner`.

    python -m conceptlens_recipe.gliner_pair --out PAIR

Both read texts with a DeBERTa-v2 of six layers of 384 (positions are relative, so that a uni-encoder can read 1,024 labels at once)
and the word pieces of all-MiniLM-L6-v2; the bi-encoder reads labels with an encoder of the same size as all-MiniLM-L6-v2. What they find
means nothing; how long it takes does.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

import torch
from gliner import GLiNER
from transformers import AutoTokenizer

from .gliner_export import export
from .model import minilm_vocabulary


def model(kind: str, folder: Path) -> GLiNER:
    minilm = minilm_vocabulary().parent
    bert = json.loads((minilm / "config.json").read_text())
    tokenizer = AutoTokenizer.from_pretrained(minilm, model_max_length=8192)
    tokenizer.save_pretrained(folder)
    deberta = {
        "model_type": "deberta-v2", "hidden_size": 384, "intermediate_size": 1536, "num_hidden_layers": 6,
        "num_attention_heads": 6, "relative_attention": True, "position_buckets": 256, "norm_rel_ebd": "layer_norm",
        "share_att_key": True, "pos_att_type": ["p2c", "c2p"], "position_biased_input": False, "max_position_embeddings": 512,
        "type_vocab_size": 0, "vocab_size": len(tokenizer),
    }  # fmt: skip
    config = {
        "model_name": str(folder), "encoder_config": deberta, "hidden_size": 384, "max_width": 12, "max_len": 384, "dropout": 0.0,
        "num_rnn_layers": 0, "span_mode": "markerV0", "vocab_size": -1, "class_token_index": -1, "_attn_implementation": "eager",
    }  # fmt: skip
    if kind == "bi":
        config |= {"labels_encoder": str(minilm), "labels_encoder_config": dict(bert)}
    torch.manual_seed(1)
    made = GLiNER.from_config(config, backbone_from_pretrained=False)
    made.config.model_name = "random"
    if kind == "bi":
        made.config.labels_encoder = "random"
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description="Makes random models of one size for the benchmark of GLiNER.")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    for kind in ("bi", "uni"):
        with tempfile.TemporaryDirectory() as folder:
            export(model(kind, Path(folder)), options.out / kind)


if __name__ == "__main__":
    main()
