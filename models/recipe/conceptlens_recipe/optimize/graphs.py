"""Writes the graph of a configuration: an fp32 graph with its matrices stored and multiplied in another way.

Static, dynamic, fp16 and MatMulNBits are onnxruntime's tools; int8 by token and int8 tables are the recipe's own nodes, put
into any graph (`rewriting.py`); SmoothQuant is a rewriting that all of them can follow.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import onnx
import onnxruntime
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType

from .matrices import Matrix, Seen, by_sensitivity, matrices, named, observe, smooth_factors
from .rewriting import per_token, smoothed, stored8, with_small_tables
from .space import Configuration
from .workloads import Feeds


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
        onnxruntime.quantization.quantize_static(
            given,
            written,
            # Texts of length zero have no largest value.
            Reader(feed for feed in feeds if all(value.size for value in feed.values())),
            quant_format=QuantFormat.QDQ,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            # The others put the activations of all texts into one array, and fail when texts differ in length.
            calibrate_method=CalibrationMethod.MinMax,
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


def save(model: onnx.ModelProto, path: Path) -> None:
    """Writes a graph whole or not at all."""
    temporary = path.with_suffix(".part")
    onnx.save(model, temporary)
    temporary.replace(path)
