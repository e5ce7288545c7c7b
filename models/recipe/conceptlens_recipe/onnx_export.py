"""Writes the encoder as one ONNX graph for both streams, node by node.

Written by hand rather than traced: plain MatMul, Softmax, LayerNormalization and Gelu of opset 20, dynamic axes
everywhere (text_tokens may be 0). Three precisions:

- `fp32`.
- `fp32-arithmetic`: weights stored as int8 with `Cast` and a scale per output channel, which onnxruntime folds at load.
- `int8`: the layers' products in int8, activations with a scale of their own for every token, so that a score does not
  depend on its neighbours either; the products in `IN_FP32` stay as above.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from .model import MASKED, TwoStreamEncoder

OPSET = 20
PRECISIONS = ("fp32", "fp32-arithmetic", "int8")
MICROSOFT = "com.microsoft"
#: Products that int8 hurts most: the activations behind the first layers' Gelu have a few very large values.
IN_FP32 = ("layers.0.down", "layers.1.down")
INT64_MIN, INT64_MAX = -(2**63), 2**63 - 1


#: Largest code of a weight that is multiplied as int8. Without VNNI two products of an unsigned and a signed byte are summed
#: in 16 bits, where 255 * 127 * 2 does not fit: the sum is cut off, and scores differ from one processor to the next.
#: 255 * 63 * 2 fits.
MULTIPLIED_CODES = 63


def quantise(weight: np.ndarray, axis: int, most: int = 127) -> tuple[np.ndarray, np.ndarray]:
    """Symmetric int8 with one scale per slice of `axis`. Gives the codes and the scales, shaped to broadcast."""
    other = tuple(i for i in range(weight.ndim) if i != axis)
    scale = np.abs(weight).max(axis=other, keepdims=True) / most
    scale = np.where(scale == 0, 1.0, scale).astype(np.float32)
    return np.clip(np.rint(weight / scale), -most, most).astype(np.int8), scale


class Graph:
    """Collects nodes and initialisers; every method gives the name of its result."""

    def __init__(self, precision: str):
        assert precision in PRECISIONS, precision
        #: Whether weights are stored as int8.
        self.int8 = precision != "fp32"
        self.precision = precision
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []
        self.names: set[str] = set()

    def fresh(self, name: str) -> str:
        unique, n = name, 1
        while unique in self.names:
            n += 1
            unique = f"{name}_{n}"
        self.names.add(unique)
        return unique

    def op(self, kind: str, *inputs: str, name: str = "", **attributes: object) -> str:
        output = self.fresh(name or kind.lower())
        self.nodes.append(helper.make_node(kind, list(inputs), [output], name=f"{output}:{kind}", **attributes))
        return output

    def constant(self, value: np.ndarray, name: str) -> str:
        name = self.fresh(name)
        self.constants.append(numpy_helper.from_array(np.asarray(value, order="C"), name))
        return name

    def ints(self, *values: int) -> str:
        name = "i_" + "_".join(str(v).replace("-", "m") for v in values)
        if name not in self.names:
            self.constant(np.array(values, np.int64), name)
        return name

    def weight(self, value: np.ndarray, name: str, factor: float = 1.0) -> str:
        """A `[in, out]` matrix times a factor, int8 per output channel when the graph is int8."""
        if not self.int8 or value.shape[1] == 1:
            return self.constant((value * factor).astype(np.float32), name)
        codes, scale = quantise(value, axis=1)
        scale = (scale * factor).astype(np.float32)
        cast = self.op("Cast", self.constant(codes, f"{name}.int8"), to=TensorProto.FLOAT, name=f"{name}.cast")
        return self.op("Mul", cast, self.constant(scale, f"{name}.scale"), name=name)

    def per_token(self, x: str, name: str, smooth: np.ndarray | None = None) -> tuple[str, str]:
        """Activations as unsigned int8 around 128, divided by the factors of their channels, and the scale of every token."""
        if smooth is not None:
            x = self.op("Mul", x, self.constant((1 / smooth).astype(np.float32), f"{name}.smooth"))
        axis = self.ints(-1)
        most = self.op("ReduceMax", x, axis, keepdims=1)
        least = self.op("Neg", self.op("ReduceMin", x, axis, keepdims=1))
        most = self.op("Max", most, least, self.number(1e-9))
        scale = self.op("Mul", most, self.number(1 / 127), name=f"{name}.token_scale")
        codes = self.op("QuantizeLinear", self.op("Div", x, scale), self.number(1.0), self.zero_point())
        return codes, scale

    def number(self, value: float) -> str:
        name = f"f_{value:g}"
        return name if name in self.names else self.constant(np.array(value, np.float32), name)

    def zero_point(self) -> str:
        name = "zero_point"
        return name if name in self.names else self.constant(np.array(128, np.uint8), name)

    def linear8(
        self, x: tuple[str, str], weight: np.ndarray, bias: np.ndarray, name: str, factor: float = 1.0
    ) -> str:
        """A product of activations by token and int8 weights, in fp32 again."""
        codes, token_scale = x
        stored, scale = quantise(weight, 1, MULTIPLIED_CODES)
        product = self.op(
            "MatMulIntegerToFloat",
            codes,
            self.constant(stored, f"{name}.weight.int8"),
            self.number(1.0),
            self.constant((scale[0] * factor).astype(np.float32), f"{name}.weight.scale"),
            self.zero_point(),
            name=f"{name}.product",
            domain=MICROSOFT,
        )
        scaled = self.op("Mul", product, token_scale)
        return self.op("Add", scaled, self.constant((bias * factor).astype(np.float32), f"{name}.bias"), name=name)

    def linear(self, x: str, weight: np.ndarray, bias: np.ndarray | None, name: str, factor: float = 1.0) -> str:
        y = self.op("MatMul", x, self.weight(weight, f"{name}.weight", factor), name=f"{name}.product")
        if bias is None:
            return y
        return self.op("Add", y, self.constant((bias * factor).astype(np.float32), f"{name}.bias"), name=name)

    def norm(self, x: str, weight: np.ndarray, bias: np.ndarray, name: str, epsilon: float = 1e-12) -> str:
        scale, shift = self.constant(weight, f"{name}.weight"), self.constant(bias, f"{name}.bias")
        return self.op("LayerNormalization", x, scale, shift, axis=-1, epsilon=epsilon, name=name)

    def embedding(self, table: np.ndarray, index: str | None, name: str) -> str:
        """Rows of a table, int8 per row. Without an index the whole table."""
        if not self.int8:
            whole = self.constant(table.astype(np.float32), name)
            return whole if index is None else self.op("Gather", whole, index, name=f"{name}.rows")
        codes, scale = quantise(table, axis=0)
        stored, scales = self.constant(codes, f"{name}.int8"), self.constant(scale, f"{name}.scale")
        if index is not None:
            stored, scales = self.op("Gather", stored, index), self.op("Gather", scales, index)
        return self.op("Mul", self.op("Cast", stored, to=TensorProto.FLOAT), scales, name=f"{name}.rows")


def build(model: TwoStreamEncoder, precision: str, smooth: Mapping[str, np.ndarray] | None = None) -> onnx.ModelProto:
    """The graph of the README's contract. `smooth`: of an int8 graph, `smoothing.factors`."""
    arch = model.arch
    state = {name: tensor.detach().float().cpu().numpy() for name, tensor in model.state_dict().items()}
    g = Graph(precision)

    def linear(x: str, name: str, factor: float = 1.0) -> str:
        return g.linear(x, state[f"{name}.weight"].T, state.get(f"{name}.bias"), name, factor)

    def layer_linears(x: str, *names: str, factors: tuple[float, ...] = ()) -> list[str]:
        """Products of a layer with the same activations, which are quantised once."""
        factors = factors or (1.0,) * len(names)
        if precision != "int8" or names[0] in IN_FP32:
            return [linear(x, name, factor) for name, factor in zip(names, factors, strict=True)]
        even = smooth[names[0]] if smooth else None
        codes = g.per_token(x, names[0], even)
        rows = 1 if even is None else even[:, None]
        return [
            g.linear8(codes, state[f"{name}.weight"].T * rows, state[f"{name}.bias"], name, factor)
            for name, factor in zip(names, factors, strict=True)
        ]

    def norm(x: str, name: str) -> str:
        return g.norm(x, state[f"{name}.weight"], state[f"{name}.bias"], name)

    def split(x: str) -> str:
        shaped = g.op("Reshape", x, g.ints(0, 0, arch.heads, arch.head_dim))
        return g.op("Transpose", shaped, perm=[0, 2, 1, 3])

    tokens = g.op("Shape", "input_ids", start=1, end=2, name="tokens")
    # Segments, and the flat number of query rows, for the products with the text's keys and values.
    shape = g.op("Shape", "input_ids", start=0, end=1, name="segments")
    text_tokens = g.op("Shape", "text_key_0", start=1, end=2, name="text_tokens")
    heads, dim = g.ints(arch.heads), g.ints(arch.head_dim)

    def query_shapes(queries: str) -> tuple[str, str, str, str]:
        """Shapes flat, seen, flat_seen and context for so many queries per segment."""
        rows = g.op("Mul", shape, queries)
        return (
            g.op("Concat", heads, rows, dim, axis=0),
            g.op("Concat", heads, shape, queries, text_tokens, axis=0),
            g.op("Concat", heads, rows, text_tokens, axis=0),
            g.op("Concat", heads, shape, queries, dim, axis=0),
        )

    # Of a candidate the last layer is asked for [MASK] alone; of a text for every token.
    last_queries = g.op("Where", g.op("Equal", text_tokens, g.ints(0)), tokens, g.ints(1), name="last_queries")
    all_shapes, last_shapes = query_shapes(tokens), query_shapes(last_queries)

    words = g.embedding(state["words.weight"], "input_ids", "words")
    table = g.embedding(state["positions.weight"], None, "positions")
    positions = g.op("Slice", table, g.ints(0), tokens, g.ints(0), name="positions_used")
    x = g.op("Add", words, positions)
    mark = g.op("Unsqueeze", linear("mention_state", "mention"), g.ints(1), name="mark")
    first = g.op("Slice", x, g.ints(0), g.ints(1), g.ints(1))
    rest = g.op("Slice", x, g.ints(1), g.ints(INT64_MAX), g.ints(1))
    x = norm(g.op("Concat", g.op("Add", first, mark), rest, axis=1), "embedding_norm")

    one, masked = g.constant(np.array(1, np.float32), "one"), g.constant(np.array(-MASKED, np.float32), "masked")
    own = g.op("Mul", g.op("Sub", "attention_mask", one), masked)
    own = g.op("Unsqueeze", own, g.ints(1, 2), name="own_mask")

    for i in range(arch.layers):
        p = f"layers.{i}"
        last = i == arch.layers - 1
        flat_shape, seen_shape, flat_seen_shape, context_shape = last_shapes if last else all_shapes
        asked = g.op("Slice", x, g.ints(0), last_queries, g.ints(1)) if last else x
        shrink = 1 / math.sqrt(arch.head_dim)
        if last:
            query = layer_linears(asked, f"{p}.query", factors=(shrink,))[0]
            key, value = layer_linears(x, f"{p}.key", f"{p}.value")
        else:
            query, key, value = layer_linears(x, f"{p}.query", f"{p}.key", f"{p}.value", factors=(shrink, 1.0, 1.0))
        query, key, value = split(query), split(key), split(value)
        g.nodes.append(helper.make_node("Identity", [key], [f"key_{i}"]))
        g.nodes.append(helper.make_node("Identity", [value], [f"value_{i}"]))
        flat = g.op("Reshape", g.op("Transpose", query, perm=[1, 0, 2, 3]), flat_shape)
        text_key = g.op("Transpose", f"text_key_{i}", perm=[0, 2, 1])
        seen = g.op("Reshape", g.op("MatMul", flat, text_key), seen_shape, allowzero=1)
        seen = g.op("Transpose", seen, perm=[1, 0, 2, 3])
        own_logits = g.op("Add", g.op("MatMul", query, g.op("Transpose", key, perm=[0, 1, 3, 2])), own)
        weights = g.op("Softmax", g.op("Concat", seen, own_logits, axis=-1), axis=-1)
        to_text = g.op("Slice", weights, g.ints(0), text_tokens, g.ints(3))
        to_own = g.op("Slice", weights, text_tokens, g.ints(INT64_MAX), g.ints(3))
        to_text = g.op("Reshape", g.op("Transpose", to_text, perm=[1, 0, 2, 3]), flat_seen_shape, allowzero=1)
        context = g.op("Reshape", g.op("MatMul", to_text, f"text_value_{i}"), context_shape)
        context = g.op("Transpose", context, perm=[1, 0, 2, 3])
        context = g.op("Add", context, g.op("MatMul", to_own, value))
        context = g.op("Reshape", g.op("Transpose", context, perm=[0, 2, 1, 3]), g.ints(0, 0, arch.hidden))
        x = norm(g.op("Add", asked, layer_linears(context, f"{p}.output")[0]), f"{p}.output_norm")
        wide = g.op("Gelu", layer_linears(x, f"{p}.up")[0])
        x = norm(g.op("Add", x, layer_linears(wide, f"{p}.down")[0]), f"{p}.norm")

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
        *(info(f"key_{i}", ["segments", arch.heads, "tokens", arch.head_dim]) for i in range(arch.layers)),
        *(info(f"value_{i}", ["segments", arch.heads, "tokens", arch.head_dim]) for i in range(arch.layers)),
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
    smooth: Mapping[str, np.ndarray] | None = None,
) -> None:
    """Writes the graph whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".part")
    temporary.write_bytes(build(model, precision, smooth).SerializeToString(deterministic=True))
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
                if (even := _smooth_of(base, stored)) is not None:
                    found = found * even[:, None]
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


def _smooth_of(name: str, stored: Mapping[str, np.ndarray]) -> np.ndarray | None:
    """What the rows of a product's matrix were divided by; key and value share the activations of the query, or value the
    key's."""
    layer, _, part = name.rpartition(".")
    for first in {"key": ("key", "query"), "value": ("key", "query")}.get(part, (part,)):
        if f"{layer}.{first}.smooth" in stored:
            return stored[f"{layer}.{first}.smooth"]
    return None
