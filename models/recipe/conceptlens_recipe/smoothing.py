"""What training passages show of the inputs of every product, and the codes that are chosen by it (`int8.py`).

Read are training passages, and segments made of their mentions.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import torch

from .int8 import Inputs, Scheme, scheme_behind_gelu, scheme_of
from .model import TwoStreamEncoder
from .passages import Passage
from .ranking import read
from .segments import Segmenter, pad

#: Products that share their activations, by the first of them.
SHARED = {"query": ("query", "key", "value"), "output": ("output",), "up": ("up",), "down": ("down",)}


@torch.no_grad()
def inputs_of_products(
    model: TwoStreamEncoder, segmenter: Segmenter, passages: Iterable[Passage]
) -> dict[str, Inputs]:
    """By the first of the products that share them: `layers.0.query`."""
    found: dict[str, Inputs] = {}

    def note(name: str):
        def hook(_: torch.nn.Module, given: tuple[torch.Tensor, ...]) -> None:
            x = given[0].flatten(0, -2)
            largest, moments = x.abs().amax(0).numpy(), (x.T @ x).double().numpy()
            if before := found.get(name):
                largest, moments = np.maximum(largest, before.largest), moments + before.moments
            found[name] = Inputs(largest, moments)

        return hook

    # Of the last layer's tokens not all are asked, but all have a key.
    watched = {"query": "key", "output": "output", "up": "up", "down": "down"}
    handles = [
        getattr(layer, part).register_forward_pre_hook(note(f"layers.{i}.{name}"))
        for i, layer in enumerate(model.layers)
        for name, part in watched.items()
    ]
    for passage in passages:
        text = read(model, segmenter, passage)
        mentions = passage.mentions[:16]
        if not mentions:
            continue
        names = [m.lookup for m in mentions]
        rows = [segmenter.candidate(m.lookup, n, "", "disorder") for m, n in zip(mentions, reversed(names), strict=True)]
        ids, mask = pad(rows, segmenter.pad)
        spans = [passage.pieces.covering(m.start, m.end) for m in mentions]
        states = torch.stack([text.states[s.start : max(s.stop, s.start + 1)].mean(0) for s in spans])
        model.encode_candidates(torch.tensor(ids), torch.tensor(mask), text.keys, states)
    for handle in handles:
        handle.remove()
    return found


def schemes(model: TwoStreamEncoder, inputs: dict[str, Inputs]) -> dict[str, Scheme]:
    """The codes of every product's activations, by the same names."""
    state = {name: tensor.detach().float().numpy() for name, tensor in model.state_dict().items()}
    found = {}
    for first, seen in inputs.items():
        layer, _, part = first.rpartition(".")
        weights = [state[f"{layer}.{name}.weight"].T for name in SHARED[part]]
        found[first] = scheme_behind_gelu(seen, weights[0]) if part == "down" else scheme_of(seen, weights)
    return found
