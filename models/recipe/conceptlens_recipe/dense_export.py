"""Exports a dense cross-encoder of Hugging Face to the folder that `bench packing --dense-model` and the product's dense
packings read: `config.json`, `model.onnx`, and the tokenizer's files as they are. An encoder of names (BERT alone, SapBERT,
sentence-transformers) becomes a folder for `conceptlens optimize`.

    python -m conceptlens_recipe.dense_export --model DIR --out DIR

BERT models with a token classification head or none are written node by node, as the linker's own encoder
is (`onnx_export.py`), so that both are compared on the same kernels. Any other architecture goes through
`torch.onnx.export` of `transformers` (which must be installed for it).
`--int8` stores the weights as int8; the arithmetic stays fp32. `--max-tokens` repeats the position embeddings of a BERT
model up to that window: for measuring speed, never for use.
"""

from __future__ import annotations

import argparse
import json
import math
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import onnx
from onnx import TensorProto, helper

from .model import MASKED
from .onnx_graph import OPSET, Graph

if TYPE_CHECKING:
    from .dense_model import DenseRanker

TOKENIZER_FILES = ("vocab.txt", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "report.json")
#: How sentence-transformers makes one vector of the states.
POOLING_FILE = "1_Pooling/config.json"


def build(state: dict[str, np.ndarray], config: dict, int8: bool) -> onnx.ModelProto:
    """`state` as in Hugging Face's `BertForTokenClassification`, numbers as fp32; without the classifier the graph gives the
    encoder's states. Token types are all 0, so that their embedding is folded into the positions."""
    if config.get("hidden_act", "gelu") != "gelu":
        raise ValueError(f"hidden_act is {config['hidden_act']}; gelu is known")
    hidden, heads = config["hidden_size"], config["num_attention_heads"]
    dim, epsilon = hidden // heads, config.get("layer_norm_eps", 1e-12)
    g = Graph("fp32-arithmetic" if int8 else "fp32")

    def linear(x: str, name: str, factor: float = 1.0) -> str:
        return g.linear(x, state[f"{name}.weight"].T, state[f"{name}.bias"], name, factor)

    def norm(x: str, name: str) -> str:
        return g.norm(x, state[f"{name}.weight"], state[f"{name}.bias"], name, epsilon)

    def split(x: str, perm: list[int]) -> str:
        return g.op("Transpose", g.op("Reshape", x, g.ints(0, 0, heads, dim)), perm=perm)

    e = "bert.embeddings"
    tokens = g.op("Shape", "input_ids", start=1, end=2)
    table = state[f"{e}.position_embeddings.weight"] + state[f"{e}.token_type_embeddings.weight"][0]
    positions = g.op("Slice", g.embedding(table, None, "positions"), g.ints(0), tokens, g.ints(0))
    words = g.embedding(state[f"{e}.word_embeddings.weight"], "input_ids", "words")
    x = norm(g.op("Add", words, positions), f"{e}.LayerNorm")
    one, masked = g.constant(np.array(1, np.float32), "one"), g.constant(np.array(-MASKED, np.float32), "masked")
    mask = g.op("Mul", g.op("Sub", g.op("Cast", "attention_mask", to=TensorProto.FLOAT), one), masked)
    mask = g.op("Unsqueeze", mask, g.ints(1, 2))
    for i in range(config["num_hidden_layers"]):
        p = f"bert.encoder.layer.{i}"
        query = split(linear(x, f"{p}.attention.self.query", 1 / math.sqrt(dim)), [0, 2, 1, 3])
        key = split(linear(x, f"{p}.attention.self.key"), [0, 2, 3, 1])
        value = split(linear(x, f"{p}.attention.self.value"), [0, 2, 1, 3])
        weights = g.op("Softmax", g.op("Add", g.op("MatMul", query, key), mask), axis=-1)
        context = g.op("Transpose", g.op("MatMul", weights, value), perm=[0, 2, 1, 3])
        context = g.op("Reshape", context, g.ints(0, 0, hidden))
        x = norm(g.op("Add", x, linear(context, f"{p}.attention.output.dense")), f"{p}.attention.output.LayerNorm")
        wide = g.op("Gelu", linear(x, f"{p}.intermediate.dense"))
        x = norm(g.op("Add", x, linear(wide, f"{p}.output.dense")), f"{p}.output.LayerNorm")
    is_classifier = "classifier.bias" in state
    name, width = ("logits", len(state["classifier.bias"])) if is_classifier else ("last_hidden_state", hidden)
    g.nodes.append(helper.make_node("Identity", [linear(x, "classifier") if is_classifier else x], [name]))

    ids = [helper.make_tensor_value_info(n, TensorProto.INT64, ["batch", "tokens"]) for n in ("input_ids", "attention_mask")]
    given = helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", "tokens", width])
    graph = helper.make_graph(g.nodes, "dense-encoder", ids, [given], g.constants)
    proto = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=9, producer_name="conceptlens-recipe"
    )
    onnx.checker.check_model(proto)
    return proto


def named(key: str) -> str:
    """A weight's name as it is in a model with a head: models without one leave `bert.` out."""
    return f"bert.{key}" if key.startswith(("embeddings.", "encoder.", "pooler.")) else key


def widened(state: dict[str, np.ndarray], max_tokens: int) -> dict[str, np.ndarray]:
    """The weights with the position embeddings repeated up to so many."""
    name = "bert.embeddings.position_embeddings.weight"
    table = state[name]
    return state | {name: np.tile(table, (-(-max_tokens // len(table)), 1))[:max_tokens]}


def export(model: Path, out: Path, int8: bool = False, max_tokens: int | None = None) -> None:
    """Writes the folder; the graph whole or not at all."""
    config = json.loads((model / "config.json").read_text(encoding="utf-8"))
    out.mkdir(parents=True, exist_ok=True)
    target, temporary = out / "model.onnx", out / "model.onnx.part"
    if config["model_type"] == "bert" and (model / "model.safetensors").exists():
        from safetensors.numpy import load_file

        state = {named(key): value.astype(np.float32) for key, value in load_file(model / "model.safetensors").items()}
        if max_tokens:
            state, config = widened(state, max_tokens), config | {"max_position_embeddings": max_tokens}
        temporary.write_bytes(build(state, config, int8).SerializeToString(deterministic=True))
    elif int8 or max_tokens:
        raise ValueError("--int8 and --max-tokens are for BERT models with safetensors")
    else:
        trace(model, temporary)
    temporary.replace(target)
    (out / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    for name in (*TOKENIZER_FILES, POOLING_FILE):
        if (model / name).exists() and out.resolve() != model.resolve():
            (out / name).parent.mkdir(exist_ok=True)
            shutil.copy(model / name, out / name)


def write_ranker(ranker: DenseRanker, out: Path) -> None:
    """The folder of a cross-encoder that `dense_train` trained: its score is the one column of `logits`."""
    from .model import bert_weights, minilm_vocabulary

    source = minilm_vocabulary().parent
    state = {f"bert.{name}": value.numpy() for name, value in bert_weights(ranker.encoder).items()}
    state |= {f"classifier.{name}": value.detach().numpy() for name, value in ranker.head.named_parameters()}
    config = json.loads((source / "config.json").read_text(encoding="utf-8"))
    out.mkdir(parents=True, exist_ok=True)
    (out / "model.onnx").write_bytes(build(state, config, int8=False).SerializeToString(deterministic=True))
    (out / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    shutil.copy(source / "vocab.txt", out / "vocab.txt")


def trace(model: Path, target: Path) -> None:
    """Any architecture that `transformers` knows, by PyTorch's own exporter: with a token classification head its logits,
    else the encoder's states (the product then needs a `score_head` in `config.json`)."""
    import torch
    import transformers

    architectures = json.loads((model / "config.json").read_text(encoding="utf-8")).get("architectures") or [""]
    is_classifier = architectures[0].endswith("ForTokenClassification")
    kind = transformers.AutoModelForTokenClassification if is_classifier else transformers.AutoModel
    network = kind.from_pretrained(model, attn_implementation="eager").eval()
    wanted = "logits" if is_classifier else "last_hidden_state"

    class Wanted(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.network = network

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            return self.network(input_ids=input_ids, attention_mask=attention_mask)[wanted]

    example = torch.ones(2, 16, dtype=torch.int64)
    axes = {0: "batch", 1: "tokens"}
    torch.onnx.export(
        Wanted(),
        (example, example),
        str(target),
        input_names=["input_ids", "attention_mask"],
        output_names=[wanted],
        dynamic_axes={"input_ids": axes, "attention_mask": axes, wanted: axes},
        opset_version=OPSET,
        dynamo=False,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True, help="folder of a Hugging Face model (save_pretrained)")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--int8", action="store_true")
    parser.add_argument("--max-tokens", type=int)
    options = parser.parse_args()
    export(options.model, options.out, options.int8, options.max_tokens)


if __name__ == "__main__":
    main()
