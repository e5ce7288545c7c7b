"""Writes the graph of a configuration: an fp32 graph with its matrices stored and multiplied in another way.

Static, dynamic, fp16 and MatMulNBits are onnxruntime's tools; int8 by token and int8 tables are the recipe's own nodes
(`onnx_export.Graph`), put into any graph; SmoothQuant is a rewriting that all of them can follow.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType

from .. import onnx_export
from .matrices import Matrix, Seen, by_sensitivity, constants, matrices, named, observe, smooth_factors, weight
from .space import Configuration
from .workloads import Feeds

#: A table smaller than this is not worth storing as int8.
LEAST_TABLE = 100_000


@dataclass(frozen=True)
class Source:
    """An fp32 graph and what is known of it. `sensitive`: its matrices, those first that rounding hurts most."""

    model: onnx.ModelProto
    sensitive: list[Matrix]
    seen: Mapping[str, Seen]
    feeds: list[Feeds]

    @staticmethod
    def of(model: onnx.ModelProto, feeds: list[Feeds]) -> Source:
        named(model)
        found = matrices(model)
        if not found:
            raise ValueError(
                "the graph has no fp32 matrices: it is quantised already. Give the folder of the fp32 export."
            )
        seen = observe(model, found, feeds)
        return Source(model, by_sensitivity(model, found, seen), seen, feeds)


def write(source: Source, configuration: Configuration, path: Path) -> None:
    """The graph of a configuration, of any method but the recipe's own precisions."""
    model = onnx.ModelProto()
    model.CopyFrom(source.model)
    chosen = source.sensitive[configuration.kept :]
    if configuration.smooth:
        model = smoothed(model, chosen, smooth_factors(model, chosen, source.seen, configuration.smooth))
    with TemporaryDirectory(dir=path.parent) as folder:
        model = rewritten(model, chosen, configuration, source.feeds, Path(folder))
        if configuration.embeddings8:
            model = with_small_tables(model)
        plain = Path(folder) / "model.onnx"
        onnx.save(model, plain)
        fuse(plain, configuration.level, path)


def rewritten(
    model: onnx.ModelProto, chosen: list[Matrix], configuration: Configuration, feeds: list[Feeds], folder: Path
) -> onnx.ModelProto:
    names = [m.node for m in chosen]
    match configuration.method:
        case "fp32":
            return model
        case "fp16":
            from onnxruntime.transformers.float16 import convert_float_to_float16

            return convert_float_to_float16(model, keep_io_types=True)
        case "stored8":
            return with_small_tables(stored8(model, {m.weight for m in chosen}))
        case "per-token":
            return per_token(model, set(names))
        case "dynamic" | "static":
            return by_onnxruntime(model, names, configuration, feeds, folder)
        case "nbits8" | "nbits4":
            from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer

            bits = int(configuration.method[-1])
            every = [node.name for node in model.graph.node if node.op_type == "MatMul" and node.name not in names]
            quantizer = MatMulNBitsQuantizer(
                model,
                bits=bits,
                block_size=configuration.block,
                is_symmetric=True,
                accuracy_level=4,
                nodes_to_exclude=every,
            )
            quantizer.process()
            return quantizer.model.model
    raise ValueError(f"{configuration.method} is no method that is written here")


class Reader(CalibrationDataReader):
    def __init__(self, feeds: Iterable[Feeds]):
        self.feeds: Iterator[Feeds] = iter(feeds)

    def get_next(self) -> Feeds | None:
        return next(self.feeds, None)


def by_onnxruntime(
    model: onnx.ModelProto, names: list[str], configuration: Configuration, feeds: list[Feeds], folder: Path
) -> onnx.ModelProto:
    """onnxruntime's own quantisation of the named products, weights by channel."""
    given, written = folder / "given.onnx", folder / "written.onnx"
    onnx.save(model, given)
    common = {"per_channel": True, "reduce_range": configuration.reduced, "nodes_to_quantize": names}
    common["op_types_to_quantize"] = ["MatMul"]
    if configuration.method == "dynamic":
        onnxruntime.quantization.quantize_dynamic(given, written, weight_type=QuantType.QInt8, **common)
    else:
        method = {"largest": CalibrationMethod.MinMax, "percentile": CalibrationMethod.Percentile}[configuration.ranges]
        onnxruntime.quantization.quantize_static(
            given,
            written,
            # Texts of length zero have no largest value.
            Reader(feed for feed in feeds if all(value.size for value in feed.values())),
            quant_format=QuantFormat.QDQ,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            calibrate_method=method,
            **common,
        )
    return onnx.load(written)


def fuse(source: Path, level: str, target: Path) -> None:
    """Writes the graph with the fusions of a level in it. The product opens graphs at `basic`, which undoes none of them."""
    temporary = target.with_suffix(".part")
    if level == "basic":
        source.replace(temporary)
    else:
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        options.graph_optimization_level = {
            "extended": onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED,
            "all": onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL,
        }[level]
        options.optimized_model_filepath = str(temporary)
        onnxruntime.InferenceSession(str(source), options, providers=["CPUExecutionProvider"])
    temporary.replace(target)


def folded(path: Path, target: Path) -> onnx.ModelProto:
    """A graph as it computes: weights that are stored as int8 and cast at load are fp32 here."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.optimized_model_filepath = str(target)
    onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    return onnx.load(target)


# -- rewriting -----------------------------------------------------------------------------------------------------


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
            codes[x] = work.graph.per_token(x, node.name)
        addition, bias = added.get(node.name, (node, np.zeros(matrix.shape[1], np.float32)))
        result = work.graph.linear8(codes[x], matrix, bias, node.name)
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


def save(model: onnx.ModelProto, path: Path) -> None:
    """Writes a graph whole or not at all."""
    temporary = path.with_suffix(".part")
    onnx.save(model, temporary)
    temporary.replace(path)
