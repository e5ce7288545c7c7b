"""Writes a GLiNER checkpoint of PyPI `gliner` as the graphs that ConceptLens runs.

    python -m conceptlens_recipe.gliner_export --model urchade/gliner_small-v2.1 --out FOLDER

`--model` is a folder or a name on Hugging Face. Out come `gliner_config.json`, `tokenizer.json`, `tokenizer_config.json` and
`model.onnx`, as gliner's own `export_to_onnx` writes them, and for a bi-encoder

- `labels_encoder.onnx`: `input_ids`, `attention_mask` [labels, pieces] → `labels_embeddings` [labels, hidden],
- `labels_tokenizer/`: the tokenizer of labels,
- a `model.onnx` that takes `labels_embeddings` [labels, hidden] instead of the labels' pieces.

gliner 0.2.29 has `export_to_onnx(from_labels_embeddings=True)` for the last of these, which fails (its dummy batch takes no such
argument), and nothing for the encoder of labels alone. Every graph is compared with PyTorch before this ends.
"""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from gliner import GLiNER
from gliner.model import BaseBiEncoderGLiNER
from torch import Tensor, nn

log = logging.getLogger(__name__)

OPSET = 19
TOLERANCE = 1e-4
TEXT = "The cells of mice with type 2 diabetes secreted less insulin (p < 0.05)."
LABELS = ["disease", "hormone or enzyme", "statistical test"]


class _Labels(nn.Module):
    def __init__(self, core: nn.Module):
        super().__init__()
        self.encoder = core.token_rep_layer

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        return self.encoder.encode_labels(input_ids, attention_mask)


class _Text(nn.Module):
    """The model with inputs by place, as the exporter wants them."""

    def __init__(self, core: nn.Module, names: list[str]):
        super().__init__()
        self.core, self.names = core, ["labels_embeds" if name == "labels_embeddings" else name for name in names]

    def forward(self, *inputs: Tensor) -> Tensor:
        return self.core(**dict(zip(self.names, inputs, strict=True))).logits


def export(model: GLiNER, out: Path) -> None:
    """Writes all files of a checkpoint to a folder, and checks the graphs."""
    out.mkdir(parents=True, exist_ok=True)
    core = model.model.cpu().float()
    batch = model._build_dummy_batch(labels=LABELS, text=TEXT)
    spec = model._get_onnx_input_spec()
    names = [name for name in spec["input_names"] if not name.startswith("labels_")]
    axes = {name: axis for name, axis in spec["dynamic_axes"].items() if name in (*names, "logits")}
    inputs = [batch[name] for name in names]
    if isinstance(model, BaseBiEncoderGLiNER):
        pieces = [batch["labels_input_ids"], batch["labels_attention_mask"]]
        labels = {"input_ids": {0: "num_labels", 1: "label_seq_length"}, "attention_mask": {0: "num_labels", 1: "label_seq_length"}}
        _write(_Labels(core), out / "labels_encoder.onnx", (["input_ids", "attention_mask"], pieces), "labels_embeddings",
               {**labels, "labels_embeddings": {0: "num_labels"}})  # fmt: skip
        with torch.no_grad():
            inputs.append(core.token_rep_layer.encode_labels(*pieces))
        names.append("labels_embeddings")
        axes["labels_embeddings"] = {0: "num_labels"}
        model.data_processor.labels_tokenizer.save_pretrained(out / "labels_tokenizer")
    _write(_Text(core, names), out / "model.onnx", (names, inputs), "logits", axes)
    model.config.to_json_file(out / "gliner_config.json")
    model.data_processor.transformer_tokenizer.save_pretrained(out)


def _write(graph: nn.Module, path: Path, fed: tuple[list[str], list[Tensor]], output: str, axes: dict) -> None:
    names, inputs = fed
    # The exporter puts back the mode that it found, also that of the parts.
    graph.eval()
    with torch.no_grad():
        expected = graph(*inputs).numpy()
        torch.onnx.export(graph, tuple(inputs), str(path), input_names=names, output_names=[output], dynamic_axes=axes,
                          opset_version=OPSET, dynamo=False)  # fmt: skip
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    taken = {one.name for one in session.get_inputs()}
    fed_in = {name: value.numpy() for name, value in zip(names, inputs, strict=True) if name in taken}
    (found,) = session.run([output], fed_in)
    difference = float(np.abs(found - expected).max())
    if not difference < TOLERANCE:
        raise SystemExit(f"{path} differs from the checkpoint by {difference:.2g}: this model cannot be exported.")
    log.info("%s: %.1f MB, differs from PyTorch by %.1g", path.name, path.stat().st_size / 1e6, difference)


def main() -> None:
    parser = argparse.ArgumentParser(description="Writes a GLiNER checkpoint as ONNX graphs for ConceptLens.")
    parser.add_argument("--model", required=True, help="a folder, or a name on Hugging Face")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    # The other implementations of attention cannot be traced for every architecture.
    export(GLiNER.from_pretrained(options.model, _attn_implementation="eager"), options.out)


if __name__ == "__main__":
    main()
