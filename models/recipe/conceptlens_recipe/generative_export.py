"""Exports a causal language model of Hugging Face to the folder that `conceptlens.generative.model` and `--generative` read, laid
out as the published exports of onnx-community are: `config.json`, the tokenizer's files, and `onnx/model.onnx` with past keys and
values as inputs and outputs.

    python -m conceptlens_recipe.generative_export --model NAME_OR_FOLDER --out FOLDER [--int8]

For models whose layers keep one key and one value per token (Qwen2, Qwen3, Llama, SmolLM, Gemma 1 to 3, Mistral). Many need no
export at all: they are published as ONNX already. `--int8` adds `onnx/model_quantized.onnx` (weights in int8, for processors) and
leaves the fp32 graph out.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import onnx
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, DynamicCache, PreTrainedModel, PreTrainedTokenizerBase

OPSET = 17


class WithPast(torch.nn.Module):
    """The model with its cache as flat inputs and outputs. It makes the attention mask itself, from plain comparisons: how
    `transformers` makes it cannot be traced."""

    def __init__(self, model: PreTrainedModel) -> None:
        super().__init__()
        self.model = model
        config = model.config
        self.n_layers = config.num_hidden_layers
        self.kinds = sorted(set(getattr(config, "layer_types", None) or ["full_attention"]))
        self.window = getattr(config, "sliding_window", None)

    def masks(self, attention_mask: torch.Tensor, n_new: int) -> torch.Tensor | dict[str, torch.Tensor]:
        """`[batch, 1, new, all]`: 0 where a token looks, very negative where it does not."""
        keys = torch.arange(attention_mask.shape[1])[None, :]
        queries = keys[:, attention_mask.shape[1] - n_new :].transpose(0, 1)
        made = {}
        for kind in self.kinds:
            seen = keys <= queries
            if kind == "sliding_attention":
                seen = seen & (keys > queries - self.window)
            seen = seen[None, None] & attention_mask[:, None, None, :].bool()
            made[kind] = torch.where(seen, 0.0, torch.finfo(torch.float32).min)
        return made if len(made) > 1 else next(iter(made.values()))

    def forward(self, input_ids, attention_mask, position_ids, *past):  # noqa: ANN001, ANN002, ANN201
        cache = DynamicCache()
        for layer in range(self.n_layers):
            cache.update(past[2 * layer], past[2 * layer + 1], layer)
        found = self.model(
            input_ids=input_ids,
            attention_mask=self.masks(attention_mask, input_ids.shape[1]),
            position_ids=position_ids,
            past_key_values=cache,
            use_cache=True,
        )
        present = [each for layer in cache.layers for each in (layer.keys, layer.values)]
        return (found.logits, *present)


def cache_names(prefix: str, n_layers: int) -> list[str]:
    return [f"{prefix}.{layer}.{part}" for layer in range(n_layers) for part in ("key", "value")]


def export(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, folder: Path) -> Path:
    """Writes the folder; returns the path of the graph. Graphs of 2 GB and more have their weights in a file beside them."""
    (folder / "onnx").mkdir(parents=True, exist_ok=True)
    model.config.save_pretrained(folder)
    model.generation_config.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    config = model.config
    heads = getattr(config, "num_key_value_heads", None) or config.num_attention_heads
    head_dim = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    batch, new, before = 2, 3, 4
    past = [torch.randn(batch, heads, before, head_dim) for _ in range(2 * config.num_hidden_layers)]
    inputs = (
        torch.randint(0, config.vocab_size, (batch, new)),
        torch.ones(batch, before + new, dtype=torch.int64),
        torch.arange(before, before + new)[None].repeat(batch, 1),
        *past,
    )
    past_names, present_names = (cache_names(prefix, config.num_hidden_layers) for prefix in ("past_key_values", "present"))
    axes = {
        "input_ids": {0: "batch_size", 1: "sequence_length"},
        "attention_mask": {0: "batch_size", 1: "total_sequence_length"},
        "position_ids": {0: "batch_size", 1: "sequence_length"},
        "logits": {0: "batch_size", 1: "sequence_length"},
        **{name: {0: "batch_size", 2: "past_sequence_length"} for name in past_names},
        **{name: {0: "batch_size", 2: "total_sequence_length"} for name in present_names},
    }
    path = folder / "onnx" / "model.onnx"
    with torch.no_grad():
        torch.onnx.export(
            WithPast(model).eval(),
            inputs,
            str(path),
            input_names=["input_ids", "attention_mask", "position_ids", *past_names],
            output_names=["logits", *present_names],
            dynamic_axes=axes,
            opset_version=OPSET,
            dynamo=False,
        )
    onnx.checker.check_model(str(path))
    return path


def quantise(path: Path) -> Path:
    """Stores the weights as int8 in a graph of its own, and removes the one in fp32."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    target = path.with_name("model_quantized.onnx")
    quantize_dynamic(path, target, weight_type=QuantType.QInt8, per_channel=True)
    for each in path.parent.glob("model.onnx*"):
        each.unlink()
    return target


def main() -> None:
    parser = argparse.ArgumentParser(description="Exports a causal language model with its cache to ONNX.")
    parser.add_argument("--model", required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--int8", action="store_true")
    options = parser.parse_args()
    model = AutoModelForCausalLM.from_pretrained(options.model, dtype=torch.float32, attn_implementation="eager")
    path = export(model.eval(), AutoTokenizer.from_pretrained(options.model), options.out)
    print(quantise(path) if options.int8 else path)


if __name__ == "__main__":
    main()
