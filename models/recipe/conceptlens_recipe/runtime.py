"""The exported graph in onnxruntime, with the interface that `evaluate.measure` asks for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime

from .contract import LIMITS, NONE_OFFSET, Architecture
from .passages import Mention, Passage
from .ranking import ReadText
from .sampling import Segment
from .segments import Segmenter, pad

CHUNK = 16


class Encoder:
    """One session of the graph. `threads` is the number of threads of one product."""

    def __init__(self, graph: Path, segmenter: Segmenter, arch: Architecture, threads: int = 2):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
        self.session = onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
        self.segmenter, self.arch = segmenter, arch
        nothing = np.zeros((arch.heads, 0, arch.head_dim), np.float32)
        self.no_text = {f"text_{kind}_{i}": nothing for kind in ("key", "value") for i in range(arch.layers)}

    def run(
        self,
        wanted: Sequence[str],
        ids: Sequence[Sequence[int]],
        mask: Sequence[Sequence[float]],
        text: dict[str, np.ndarray],
        states: np.ndarray,
        features: np.ndarray,
    ) -> list[np.ndarray]:
        feed = {
            "input_ids": np.array(ids, np.int64),
            "attention_mask": np.array(mask, np.float32),
            "mention_state": states.astype(np.float32),
            "features": features.astype(np.float32),
        }
        return self.session.run(list(wanted), feed | text)

    def read(self, passage: Passage) -> ReadText:
        arch = self.arch
        ids = self.segmenter.text(passage.pieces, arch.max_tokens)
        names = [f"{kind}_{i}" for kind in ("key", "value") for i in range(arch.layers)]
        nothing = np.zeros((1, arch.hidden)), np.zeros((1, arch.features))
        wanted = ["states", "token_logits", *names]
        states, logits, *kept = self.run(wanted, [ids], [[1.0] * len(ids)], self.no_text, *nothing)
        # Of one segment, which comes before the heads in graphs of earlier versions.
        shape = arch.heads, len(ids), arch.head_dim
        keys = {f"text_{name}": value.reshape(shape) for name, value in zip(names, kept, strict=True)}
        return ReadText(states[0, 1:-1], logits[0, 1:-1], keys)  # type: ignore[arg-type]

    def score(
        self, passage: Passage, text: ReadText, asked: Sequence[tuple[Mention, Sequence[Segment]]]
    ) -> list[np.ndarray]:
        rows, owners, values, states, nones = [], [], [], [], []
        for index, (mention, segments) in enumerate(asked):
            span = passage.rows(mention)
            states.append(np.asarray(text.states)[span].mean(0))
            nones.append(float(np.asarray(text.logits)[span, NONE_OFFSET].mean()))
            for s in segments:
                rows.append(self.segmenter.candidate(mention.lookup, s.name, s.preferred, s.label))
                owners.append(index)
                values.append(s.features)
        assert all(len(row) <= LIMITS["total"] for row in rows)
        scores = np.zeros(len(rows), np.float32)
        order = sorted(range(len(rows)), key=lambda i: len(rows[i]))
        for at in range(0, len(order), CHUNK):
            part = order[at : at + CHUNK]
            ids, mask = pad([rows[i] for i in part], self.segmenter.pad)
            marks = np.stack([states[owners[i]] for i in part])
            facts = np.array([values[i] for i in part])
            scores[part] = self.run(["score"], ids, mask, text.keys, marks, facts)[0]  # type: ignore[arg-type]
        found, at = [], 0
        for (_, segments), none in zip(asked, nones, strict=True):
            found.append(np.append(scores[at : at + len(segments)], none))
            at += len(segments)
        return found
