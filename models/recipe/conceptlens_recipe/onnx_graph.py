"""ONNX graphs written node by node: constants, products, norms and embeddings by name."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from .int8 import Scheme, quantise

OPSET = 20
PRECISIONS = ("fp32", "fp32-arithmetic", "int8")
MICROSOFT = "com.microsoft"
INT64_MAX = 2**63 - 1


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

    def number(self, value: float) -> str:
        name = f"f_{value:g}"
        return name if name in self.names else self.constant(np.array(value, np.float32), name)

    def byte(self, value: int) -> str:
        name = f"b_{value}"
        return name if name in self.names else self.constant(np.array(value, np.uint8), name)

    def codes(self, x: str, scheme: Scheme, name: str) -> str:
        """Activations as unsigned bytes around the scheme's zero point."""
        scaled = self.op("Mul", x, self.constant(scheme.inverse(), f"{name}.inverse"))
        return self.op("QuantizeLinear", scaled, self.number(1.0), self.byte(scheme.zero_point))

    def linear8(self, codes: str, scheme: Scheme, weight: np.ndarray, bias: np.ndarray, name: str, factor: float = 1.0) -> str:
        """A product of coded activations and int8 weights, in fp32 again."""
        stored, scale = scheme.rounded(weight)
        return self.op(
            "MatMulIntegerToFloat",
            codes,
            self.constant(stored, f"{name}.weight.int8"),
            self.number(1.0),
            self.constant((scale * factor).astype(np.float32), f"{name}.weight.scale"),
            self.byte(scheme.zero_point),
            "",
            self.constant((bias * factor).astype(np.float32), f"{name}.bias"),
            name=f"{name}.product",
            domain=MICROSOFT,
        )

    def linear_few(self, x: str, scheme: Scheme, weight: np.ndarray, name: str) -> str:
        """The part of a product that comes from the channels left out of the codes, in fp32."""
        few = self.op("Gather", x, self.constant(scheme.few, f"{name}.few"), axis=-1)
        return self.op("MatMul", few, self.constant(weight[scheme.few], f"{name}.few.weight"), name=f"{name}.few.product")

    def times_transposed(self, a: str, b: str, axes: int) -> str:
        """`a · bᵀ` of the last two axes."""
        if self.precision == "int8":
            return self.op("FusedMatMul", a, b, transB=1, domain=MICROSOFT)
        perm = [*range(axes - 2), axes - 1, axes - 2]
        return self.op("MatMul", a, self.op("Transpose", b, perm=perm))

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
