"""The matrices of an encoder's graph, what reaches them on calibration texts, and which of them rounding hurts most."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from .workloads import Feeds

#: Rows of activations that are kept of each matrix to measure what rounding does.
KEPT_ROWS = 256
#: Matrices with a shorter side (heads of labels, a score's output) stay in fp32: they cost nothing.
LEAST_SIDE = 16


@dataclass(frozen=True)
class Matrix:
    """A product of activations with a constant `[in, out]` matrix. `node`: the product's name."""

    node: str
    activations: str
    weight: str
    shape: tuple[int, int]


@dataclass
class Seen:
    """What reached a matrix: largest absolute value and range by channel, and some rows."""

    most: np.ndarray
    least: np.ndarray
    rows: list[np.ndarray] = field(default_factory=list)

    @property
    def absolute(self) -> np.ndarray:
        return np.maximum(np.abs(self.most), np.abs(self.least))


def constants(model: onnx.ModelProto) -> dict[str, TensorProto]:
    return {tensor.name: tensor for tensor in model.graph.initializer}


def named(model: onnx.ModelProto) -> onnx.ModelProto:
    """The model with a name for every node, so that nodes can be told apart."""
    known = {node.name for node in model.graph.node if node.name}
    for index, node in enumerate(model.graph.node):
        if not node.name:
            node.name = f"{node.op_type}_{index}"
            while node.name in known:
                node.name += "_"
            known.add(node.name)
    return model


def matrices(model: onnx.ModelProto) -> list[Matrix]:
    """The products of the encoder's layers, in their order: constant fp32 matrices, but for those of heads, which are much
    smaller than most and stay as they are."""
    stored = constants(model)
    found = []
    for node in model.graph.node:
        tensor = stored.get(node.input[1]) if node.op_type == "MatMul" else None
        if tensor is None or len(tensor.dims) != 2 or tensor.data_type != TensorProto.FLOAT:
            continue
        if min(tensor.dims) >= LEAST_SIDE:
            found.append(Matrix(node.name, node.input[0], tensor.name, (tensor.dims[0], tensor.dims[1])))
    usual = statistics.median(m.shape[0] * m.shape[1] for m in found) if found else 0
    return [m for m in found if 2 * m.shape[0] * m.shape[1] >= usual]


def weight(model: onnx.ModelProto, matrix: Matrix) -> np.ndarray:
    return numpy_helper.to_array(constants(model)[matrix.weight])


def observe(model: onnx.ModelProto, wanted: list[Matrix], feeds: Iterable[Feeds], seed: int = 1) -> dict[str, Seen]:
    """Runs the graph on the feeds and notes what reaches each matrix, by the name of its activations."""
    names = list(dict.fromkeys(m.activations for m in wanted))
    watched = onnx.ModelProto()
    watched.CopyFrom(model)
    own = {output.name for output in watched.graph.output}
    for name in names:
        if name not in own:
            watched.graph.output.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, None))
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = 1
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(watched.SerializeToString(), options, providers=["CPUExecutionProvider"])
    rng = np.random.default_rng(seed)
    found: dict[str, Seen] = {}
    for feed in feeds:
        for name, value in zip(names, session.run(names, feed), strict=True):
            rows = value.reshape(-1, value.shape[-1])
            if not len(rows):
                continue
            seen = found.setdefault(name, Seen(rows.max(0), rows.min(0)))
            seen.most, seen.least = np.maximum(seen.most, rows.max(0)), np.minimum(seen.least, rows.min(0))
            if sum(map(len, seen.rows)) < KEPT_ROWS:
                seen.rows.append(rows[rng.permutation(len(rows))[:16]].copy())
    return found


def rounding_error(x: np.ndarray, w: np.ndarray, codes: int = 63) -> float:
    """How far off a product is with int8 activations by token and int8 weights by channel, as a share of its size."""
    by_token = np.maximum(np.abs(x).max(1, keepdims=True), 1e-9) / 127
    by_channel = np.maximum(np.abs(w).max(0, keepdims=True), 1e-9) / codes
    rounded = (np.rint(x / by_token) * by_token) @ (np.rint(w / by_channel) * by_channel)
    exact = x @ w
    return float(np.linalg.norm(rounded - exact) / max(float(np.linalg.norm(exact)), 1e-9))


def by_sensitivity(model: onnx.ModelProto, wanted: list[Matrix], seen: Mapping[str, Seen]) -> list[Matrix]:
    """The matrices, those first whose products rounding hurts most."""
    def error(matrix: Matrix) -> float:
        return rounding_error(np.concatenate(seen[matrix.activations].rows), weight(model, matrix))

    return sorted(wanted, key=lambda m: -error(m))


def smooth_factors(
    model: onnx.ModelProto, chosen: list[Matrix], seen: Mapping[str, Seen], alpha: float
) -> dict[str, np.ndarray]:
    """SmoothQuant's factor of every channel of the activations that the chosen matrices read; 1 on average."""
    found = {}
    for name in dict.fromkeys(m.activations for m in chosen):
        rows = np.max([np.abs(weight(model, m)).max(1) for m in chosen if m.activations == name], axis=0)
        raw = np.maximum(seen[name].absolute, 1e-5) ** alpha / np.maximum(rows, 1e-5) ** (1 - alpha)
        found[name] = (raw / np.exp(np.log(raw).mean())).astype(np.float32)
    return found
