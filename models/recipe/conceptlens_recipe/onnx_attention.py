"""The graph's attention: a segment's queries see the text and the segment's own tokens."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from onnx import numpy_helper

from .model import MASKED
from .onnx_graph import INT64_MAX, Graph


@dataclass(frozen=True)
class Streams:
    """Keys and values that a segment attends to: its own `[heads, segments, tokens, head_dim]`, and the text's
    `[heads, text_tokens, head_dim]`."""

    key: str
    value: str
    text_key: str
    text_value: str


class Attention:
    """Attention of segments to the text and to themselves, over `[heads, segments, queries, head_dim]`."""

    def __init__(self, g: Graph, heads: int, head_dim: int, segments: str, text_tokens: str):
        self.g, self.segments, self.text_tokens = g, segments, text_tokens
        self.heads, self.dim = g.ints(heads), g.ints(head_dim)
        # For padding 0 as a weight and as logits; `[1, segments, tokens, 1]` and `[1, segments, 1, tokens]`.
        self.kept = g.op("Unsqueeze", "attention_mask", g.ints(0, 3), name="kept")
        one, masked = g.constant(np.array(1, np.float32), "one"), g.constant(np.array(-MASKED, np.float32), "masked")
        logits = g.op("Mul", g.op("Sub", "attention_mask", one), masked)
        self.masked = g.op("Unsqueeze", logits, g.ints(0, 2), name="masked_logits")
        every = g.op("Concat", text_tokens, g.ints(1), axis=0)
        self.ones = g.op("ConstantOfShape", every, value=numpy_helper.from_array(np.ones(1, np.float32)), name="ones")

    def logits(self, query: str, streams: Streams, queries: str) -> tuple[str, str]:
        """To the text `[heads, segments * queries, text_tokens]`, and to its own tokens."""
        g = self.g
        rows = g.op("Concat", self.heads, g.op("Mul", self.segments, queries), self.dim, axis=0)
        seen = g.times_transposed(g.op("Reshape", query, rows), streams.text_key, 3)
        return seen, g.times_transposed(query, streams.key, 4)

    def by_exp(self, query: str, streams: Streams, queries: str) -> str:
        """Softmax without its maximum: sums over both streams are added instead of their logits put together, and padding
        counts for nothing in them."""
        g = self.g
        seen, own = (g.op("Exp", x) for x in self.logits(query, streams, queries))
        shape = g.op("Concat", self.heads, self.segments, queries, g.ints(-1), axis=0)

        def total(of_text: str, of_own: str) -> str:
            return g.op("Add", g.op("Reshape", g.op("MatMul", seen, of_text), shape), g.op("MatMul", own, of_own))

        context = total(streams.text_value, g.op("Mul", streams.value, self.kept))
        return g.op("Div", context, total(self.ones, self.kept))

    def by_softmax(self, query: str, streams: Streams, queries: str) -> str:
        g = self.g
        seen, own = self.logits(query, streams, queries)
        shape = g.op("Concat", self.heads, self.segments, queries, self.text_tokens, axis=0)
        own = g.op("Add", own, self.masked)
        seen = g.op("Reshape", seen, shape, allowzero=1)
        weights = g.op("Softmax", g.op("Concat", seen, own, axis=-1), axis=-1)
        to_text = g.op("Slice", weights, g.ints(0), self.text_tokens, g.ints(3))
        to_own = g.op("Slice", weights, self.text_tokens, g.ints(INT64_MAX), g.ints(3))
        rows = g.op("Concat", self.heads, g.op("Mul", self.segments, queries), self.text_tokens, axis=0)
        flat = g.op("MatMul", g.op("Reshape", to_text, rows, allowzero=1), streams.text_value)
        shape = g.op("Concat", self.heads, self.segments, queries, self.dim, axis=0)
        return g.op("Add", g.op("Reshape", flat, shape), g.op("MatMul", to_own, streams.value))
