"""Graphs with other nodes in place of some: SmoothQuant, int8 by token, weights and tables stored as int8.

Nodes are emitted by the recipe's own exporter (`onnx_export.Graph`).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from .. import onnx_export
from .matrices import Matrix, constants, weight

#: A table smaller than this is not worth storing as int8.
LEAST_TABLE = 100_000


class Rewriting:
    """A graph in the making: the nodes of the old one, with others in place of some. `graph` emits nodes of the recipe."""

    def __init__(self, model: onnx.ModelProto):
        self.model = model
        self.graph = onnx_export.Graph("int8")
        self.graph.names = {name for node in model.graph.node for name in (*node.input, *node.output)} | set(constants(model))
        self.dropped: set[str] = set()

    def keep(self, node: onnx.NodeProto) -> None:
        self.graph.nodes.append(node)

    def finish(self) -> onnx.ModelProto:
        """The model with the new nodes, without constants that nothing reads any more."""
        used = {name for node in self.graph.nodes for name in node.input} | {o.name for o in self.model.graph.output}
        kept = [tensor for tensor in self.model.graph.initializer if tensor.name in used]
        del self.model.graph.node[:], self.model.graph.initializer[:]
        self.model.graph.node.extend(self.graph.nodes)
        self.model.graph.initializer.extend([*kept, *self.graph.constants])
        if any(node.domain == onnx_export.MICROSOFT for node in self.graph.nodes):
            if all(opset.domain != onnx_export.MICROSOFT for opset in self.model.opset_import):
                self.model.opset_import.append(helper.make_opsetid(onnx_export.MICROSOFT, 1))
        # Shapes of intermediate values are no longer those that were noted.
        del self.model.graph.value_info[:]
        return self.model


def smoothed(model: onnx.ModelProto, chosen: list[Matrix], factors: Mapping[str, np.ndarray]) -> onnx.ModelProto:
    """Activations divided by the factors of their channels, once for all matrices that read them, whose rows are multiplied."""
    work, by_node, even = Rewriting(model), {m.node: m for m in chosen}, {}
    for node in model.graph.node:
        matrix = by_node.get(node.name)
        if matrix:
            x, factor = matrix.activations, factors[matrix.activations]
            if x not in even:
                even[x] = work.graph.op("Mul", x, work.graph.constant(1 / factor, f"{matrix.node}.smooth"))
            rows = work.graph.constant(weight(model, matrix) * factor[:, None], f"{matrix.weight}.smoothed")
            moved = onnx.NodeProto()
            moved.CopyFrom(node)
            moved.input[0], moved.input[1] = even[x], rows
            node = moved
        work.keep(node)
    return work.finish()


def biases(model: onnx.ModelProto, names: set[str]) -> dict[str, tuple[onnx.NodeProto, np.ndarray]]:
    """Of named products that one addition of a constant vector follows: that addition and the vector."""
    stored, readers = constants(model), {}
    for node in model.graph.node:
        for name in node.input:
            readers.setdefault(name, []).append(node)
    found = {}
    for node in model.graph.node:
        own = readers.get(node.output[0], []) if node.name in names else []
        if len(own) != 1 or own[0].op_type != "Add":
            continue
        other = own[0].input[1] if own[0].input[0] == node.output[0] else own[0].input[0]
        if other in stored and len(stored[other].dims) == 1:
            found[node.name] = (own[0], numpy_helper.to_array(stored[other]))
    return found


#: Largest code of a weight: without VNNI two products of bytes are summed in 16 bits, where 255 * 63 * 2 fits.
LARGEST_CODE = 63


def token_codes(graph: onnx_export.Graph, x: str, name: str) -> tuple[str, str]:
    """Activations as unsigned bytes around 128, and the scale of every token."""
    axis = graph.ints(-1)
    least = graph.op("Neg", graph.op("ReduceMin", x, axis, keepdims=1))
    most = graph.op("Max", graph.op("ReduceMax", x, axis, keepdims=1), least, graph.number(1e-9))
    scale = graph.op("Mul", most, graph.number(1 / 127), name=f"{name}.token_scale")
    codes = graph.op("QuantizeLinear", graph.op("Div", x, scale), graph.number(1.0), byte128(graph))
    return codes, scale


def byte128(graph: onnx_export.Graph) -> str:
    name = "byte_128"
    return name if name in graph.names else graph.constant(np.array(128, np.uint8), name)


def product8(
    graph: onnx_export.Graph, coded: tuple[str, str], matrix: np.ndarray, bias: np.ndarray | None, name: str
) -> str:
    """A product of activations by token and int8 weights by channel, in fp32 again."""
    codes, token_scale = coded
    stored, scale = onnx_export.quantise(matrix, 1, LARGEST_CODE)
    product = graph.op(
        "MatMulIntegerToFloat",
        codes,
        graph.constant(stored, f"{name}.weight.int8"),
        graph.number(1.0),
        graph.constant(scale[0], f"{name}.weight.scale"),
        byte128(graph),
        name=f"{name}.product",
        domain=onnx_export.MICROSOFT,
    )
    scaled = graph.op("Mul", product, token_scale)
    return scaled if bias is None else graph.op("Add", scaled, graph.constant(bias, f"{name}.bias"))


def per_token(model: onnx.ModelProto, names: set[str]) -> onnx.ModelProto:
    """The named products in int8, activations with a scale for every token: outputs are the same in any company."""
    work, stored, added = Rewriting(model), constants(model), biases(model, names)
    replaced = {addition.name for addition, _ in added.values()}
    codes: dict[str, tuple[str, str]] = {}
    for node in model.graph.node:
        if node.name in replaced:
            continue
        if node.name not in names:
            work.keep(node)
            continue
        x, matrix = node.input[0], numpy_helper.to_array(stored[node.input[1]])
        if x not in codes:
            codes[x] = token_codes(work.graph, x, node.name)
        addition, bias = added.get(node.name, (node, None))
        result = product8(work.graph, codes[x], matrix, bias, node.name)
        work.keep(helper.make_node("Identity", [result], [addition.output[0]], name=f"{node.name}.as_before"))
    return work.finish()


def stored8(model: onnx.ModelProto, weights: set[str]) -> onnx.ModelProto:
    """The matrices stored as int8 by channel; onnxruntime makes fp32 of them at load."""
    work, stored = Rewriting(model), constants(model)
    fresh = {name: work.graph.weight(numpy_helper.to_array(stored[name]), name) for name in sorted(weights)}
    for node in model.graph.node:
        for place, name in enumerate(node.input):
            if name in fresh:
                node.input[place] = fresh[name]
        work.keep(node)
    return work.finish()


def with_small_tables(model: onnx.ModelProto) -> onnx.ModelProto:
    """Large tables that rows are gathered from, stored as int8 with a scale for every row."""
    work, stored = Rewriting(model), constants(model)
    for node in model.graph.node:
        table = stored.get(node.input[0]) if node.op_type == "Gather" else None
        is_large = table is not None and len(table.dims) == 2 and table.dims[0] * table.dims[1] >= LEAST_TABLE
        by_row = all(a.name != "axis" or a.i == 0 for a in node.attribute)
        if is_large and by_row and table.data_type == TensorProto.FLOAT:
            rows = work.graph.embedding(numpy_helper.to_array(table), node.input[1], node.name)
            node = helper.make_node("Identity", [rows], [node.output[0]], name=f"{node.name}.as_before")
        work.keep(node)
    return work.finish()
