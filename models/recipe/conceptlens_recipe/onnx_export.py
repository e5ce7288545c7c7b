"""Writes the encoder as one ONNX graph for both streams, node by node.

Written by hand rather than traced: plain MatMul, Exp, LayerNormalization and Gelu of opset 20, dynamic axes
everywhere (text_tokens may be 0). Three precisions:

- `fp32`.
- `fp32-arithmetic`: weights stored as int8 with `Cast` and a scale per output channel, which onnxruntime folds at load.
- `int8`: the layers' products in int8 with codes that do not depend on the input (`int8.py`), so that a score does not
  depend on its neighbours either; everything else as above.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from .int8 import Scheme, quantise
from .model import TwoStreamEncoder
from .onnx_attention import Attention, Streams
from .onnx_graph import INT64_MAX, MICROSOFT, OPSET, Graph

#: The layer whose logits are too large for `exp`.
SOFTMAX_LAYER = 0


def build(model: TwoStreamEncoder, precision: str, schemes: Mapping[str, Scheme] | None = None) -> onnx.ModelProto:
    """The graph of the README's contract. `schemes`: of an int8 graph, `smoothing.schemes`."""
    arch = model.arch
    state = {name: tensor.detach().float().cpu().numpy() for name, tensor in model.state_dict().items()}
    g = Graph(precision)
    assert (schemes is not None) == (precision == "int8"), "codes are for int8, and int8 needs them"

    def linear(x: str, name: str, factor: float = 1.0) -> str:
        return g.linear(x, state[f"{name}.weight"].T, state.get(f"{name}.bias"), name, factor)

    def matrix(name: str) -> tuple[np.ndarray, np.ndarray]:
        return state[f"{name}.weight"].T, state[f"{name}.bias"]

    def codes(x: str, name: str) -> str:
        """What the products of a layer that share their activations are given; in fp32 the activations themselves."""
        return g.codes(x, schemes[name], name) if schemes else x

    def coded_linear(x: str, name: str, scheme: str = "", factor: float = 1.0) -> str:
        return g.linear8(x, schemes[scheme or name], *matrix(name), name, factor) if schemes else linear(x, name, factor)

    def norm(x: str, name: str) -> str:
        return g.norm(x, state[f"{name}.weight"], state[f"{name}.bias"], name)

    def split(x: str, name: str = "") -> str:
        """`[heads, segments, tokens, head_dim]`: rows of all segments are one matrix for the text's keys and values."""
        shaped = g.op("Reshape", x, g.ints(0, 0, arch.heads, arch.head_dim))
        return g.op("Transpose", shaped, perm=[2, 0, 1, 3], name=name)

    tokens = g.op("Shape", "input_ids", start=1, end=2, name="tokens")
    segments = g.op("Shape", "input_ids", start=0, end=1, name="segments")
    text_tokens = g.op("Shape", "text_key_0", start=1, end=2, name="text_tokens")
    # Of a candidate the last layer is asked for [MASK] alone; of a text for every token.
    last_queries = g.op("Where", g.op("Equal", text_tokens, g.ints(0)), tokens, g.ints(1), name="last_queries")

    words = g.embedding(state["words.weight"], "input_ids", "words")
    table = g.embedding(state["positions.weight"], None, "positions")
    positions = g.op("Slice", table, g.ints(0), tokens, g.ints(0), name="positions_used")
    x = g.op("Add", words, positions)
    mark = g.op("Unsqueeze", linear("mention_state", "mention"), g.ints(1), name="mark")
    first = g.op("Slice", x, g.ints(0), g.ints(1), g.ints(1))
    rest = g.op("Slice", x, g.ints(1), g.ints(INT64_MAX), g.ints(1))
    x = norm(g.op("Concat", g.op("Add", first, mark), rest, axis=1), "embedding_norm")

    attend = Attention(g, arch.heads, arch.head_dim, segments, text_tokens)

    for i in range(arch.layers):
        p = f"layers.{i}"
        last = i == arch.layers - 1
        queries = last_queries if last else tokens
        given = codes(x, f"{p}.query")
        of_asked = g.op("Slice", given, g.ints(0), queries, g.ints(1)) if last else given
        query = split(coded_linear(of_asked, f"{p}.query", factor=1 / math.sqrt(arch.head_dim)))
        key = split(coded_linear(given, f"{p}.key", f"{p}.query"), f"key_{i}")
        value = split(coded_linear(given, f"{p}.value", f"{p}.query"), f"value_{i}")
        of_layer = attend.by_softmax if i == SOFTMAX_LAYER else attend.by_exp
        context = of_layer(query, Streams(key, value, f"text_key_{i}", f"text_value_{i}"), queries)
        context = g.op("Reshape", g.op("Transpose", context, perm=[1, 2, 0, 3]), g.ints(0, 0, arch.hidden))
        asked = g.op("Slice", x, g.ints(0), queries, g.ints(1)) if last else x
        output = coded_linear(codes(context, f"{p}.output"), f"{p}.output")
        x = norm(g.op("Add", asked, output), f"{p}.output_norm")
        wide = g.op("Gelu", coded_linear(codes(x, f"{p}.up"), f"{p}.up"))
        down = coded_linear(codes(wide, f"{p}.down"), f"{p}.down")
        if schemes and len(schemes[f"{p}.down"].few):
            down = g.op("Add", down, g.linear_few(wide, schemes[f"{p}.down"], matrix(f"{p}.down")[0], f"{p}.down"))
        x = norm(g.op("Add", x, down), f"{p}.norm")

    g.nodes.append(helper.make_node("Identity", [x], ["states"]))
    g.nodes.append(helper.make_node("Identity", [linear(x, "tokens")], ["token_logits"]))
    mask_state = g.op("Gather", x, g.constant(np.array(0, np.int64), "first"), axis=1)
    hidden = linear(g.op("Concat", mask_state, "features", axis=-1), "score.hidden")
    facts = linear(g.op("Gelu", linear("features", "score.facts")), "score.weigh")
    total = g.op("Add", linear(g.op("Gelu", hidden), "score.output"), linear("features", "score.prior"))
    total = g.op("Add", total, facts)
    g.nodes.append(helper.make_node("Squeeze", [total, g.ints(1)], ["score"]))

    def info(name: str, shape: list[int | str], kind: int = TensorProto.FLOAT) -> onnx.ValueInfoProto:
        return helper.make_tensor_value_info(name, kind, shape)

    inputs = [
        info("input_ids", ["segments", "tokens"], TensorProto.INT64),
        info("attention_mask", ["segments", "tokens"]),
        *(info(f"text_key_{i}", [arch.heads, "text_tokens", arch.head_dim]) for i in range(arch.layers)),
        *(info(f"text_value_{i}", [arch.heads, "text_tokens", arch.head_dim]) for i in range(arch.layers)),
        info("mention_state", ["segments", arch.hidden]),
        info("features", ["segments", arch.features]),
    ]
    outputs = [
        info("states", ["segments", "last_queries", arch.hidden]),
        *(info(f"key_{i}", [arch.heads, "segments", "tokens", arch.head_dim]) for i in range(arch.layers)),
        *(info(f"value_{i}", [arch.heads, "segments", "tokens", arch.head_dim]) for i in range(arch.layers)),
        info("token_logits", ["segments", "last_queries", arch.token_logits]),
        info("score", ["segments"]),
    ]
    graph = helper.make_graph(g.nodes, "two-stream-encoder", inputs, outputs, g.constants)
    proto = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=9, producer_name="conceptlens-recipe"
    )
    if precision == "int8":
        proto.opset_import.append(helper.make_opsetid(MICROSOFT, 1))
    onnx.checker.check_model(proto)
    return proto


def write(
    model: TwoStreamEncoder,
    path: Path,
    precision: str = "fp32-arithmetic",
    schemes: Mapping[str, Scheme] | None = None,
) -> None:
    """Writes the graph whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".part")
    temporary.write_bytes(build(model, precision, schemes).SerializeToString(deterministic=True))
    temporary.replace(path)


def dequantised(model: TwoStreamEncoder) -> TwoStreamEncoder:
    """A copy of the model with the weights that the int8 graph computes with."""
    import copy

    import torch

    rounded = copy.deepcopy(model)
    for weight in rounded.parameters():
        if weight.ndim != 2 or weight.shape[0] == 1:
            continue
        # Torch keeps `[out, in]`: rows are output channels, and rows of a table too.
        codes, scale = quantise(weight.detach().float().numpy(), axis=0)
        weight.data = torch.from_numpy(codes.astype(np.float32) * scale)
    return rounded


def read(model: TwoStreamEncoder, path: Path, whole: bool = False) -> None:
    """The weights of a written graph back into a model, but for the score's path of the features. What the score's
    MLP made of the features is forgotten, as their number may have changed. With `whole`, these too: the same features."""
    import torch

    stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in onnx.load(path).graph.initializer}
    state = model.state_dict()
    for name, target in state.items():
        if not whole and name.startswith(("score.prior.", "score.facts.", "score.weigh.")):
            continue
        found = stored.get(name, stored.get(name.removesuffix(".weight")))
        base = name.removesuffix(".weight")
        for key in (name, base):
            if f"{key}.int8" in stored:
                codes, scale = stored[f"{key}.int8"], stored[f"{key}.scale"]
                found = codes.astype(np.float32) * (scale[None] if scale.ndim < codes.ndim else scale)
                if (inverse := _inverse_of(base, stored)) is not None:
                    found = found * inverse[:, None]
                    if f"{base}.few" in stored:
                        found[stored[f"{base}.few"]] = stored[f"{base}.few.weight"]
        if found is None:
            raise ValueError(f"{path} has no weights for {name}")
        if base.endswith(".query") or name.endswith(".query.bias"):
            found = found * math.sqrt(model.arch.head_dim)
        if target.ndim == 2 and not name.startswith(("words.", "positions.")):
            found = found.T
        if name == "score.hidden.weight" and not whole:
            found = np.pad(found[:, : model.arch.hidden], ((0, 0), (0, model.arch.features)))
        if tuple(found.shape) != tuple(target.shape):
            raise ValueError(f"{path}: {name} is {found.shape}, not {tuple(target.shape)}")
        state[name] = torch.tensor(np.ascontiguousarray(found, np.float32))
    model.load_state_dict(state)


def _inverse_of(name: str, stored: Mapping[str, np.ndarray]) -> np.ndarray | None:
    """What the rows of a product's matrix must be multiplied by; key and value share the activations of the query. In 0.5.1
    it was called otherwise, and the last layer's key had its own."""
    layer, _, part = name.rpartition(".")
    shared = ("key", "query") if part in ("key", "value") else (part,)
    names = (f"{layer}.{first}.{kind}" for first in shared for kind in ("inverse", "smooth"))
    return next((stored[name] for name in names if name in stored), None)
