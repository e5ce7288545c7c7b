"""Factors by which the channels of activations are evened out before they are rounded to int8.

A few channels of a layer's activations are much larger than the rest, and a token's scale must hold them. Each channel is
divided by its factor and the matrix's row multiplied by it, so that part of the difficulty moves to the weights (Xiao et al.,
"SmoothQuant", ICML 2023). Largest values are taken over training passages and segments made of their mentions.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import torch

from .model import TwoStreamEncoder
from .passages import Passage
from .ranking import read
from .segments import Segmenter, pad

#: How much of the difficulty moves to the weights, 0 to 1.
ALPHA = 0.6


@torch.no_grad()
def channel_maxima(model: TwoStreamEncoder, segmenter: Segmenter, passages: Iterable[Passage]) -> dict[str, np.ndarray]:
    """The largest absolute input of every product of every layer, by channel: `layers.0.query` → `[hidden]`."""
    found: dict[str, torch.Tensor] = {}

    def note(name: str):
        def hook(_: torch.nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
            most = inputs[0].abs().flatten(0, -2).amax(0)
            found[name] = torch.maximum(found[name], most) if name in found else most

        return hook

    parts = ("query", "key", "output", "up", "down")
    handles = [
        getattr(layer, part).register_forward_pre_hook(note(f"layers.{i}.{part}"))
        for i, layer in enumerate(model.layers)
        for part in parts
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
    return {name: most.numpy() for name, most in found.items()}


def factors(model: TwoStreamEncoder, maxima: dict[str, np.ndarray], alpha: float = ALPHA) -> dict[str, np.ndarray]:
    """The factor of every channel, by the first of the products that share the activations; 1 on average."""
    state = {name: tensor.detach().float().numpy() for name, tensor in model.state_dict().items()}
    found = {}
    for i in range(model.arch.layers):
        last = i == model.arch.layers - 1
        own = [("query",), ("key", "value")] if last else [("query", "key", "value")]
        for names in [*own, ("output",), ("up",), ("down",)]:
            first = f"layers.{i}.{names[0]}"
            rows = np.max([np.abs(state[f"layers.{i}.{name}.weight"]).max(0) for name in names], axis=0)
            raw = np.maximum(maxima[first], 1e-5) ** alpha / np.maximum(rows, 1e-5) ** (1 - alpha)
            found[first] = (raw / np.exp(np.log(raw).mean())).astype(np.float32)
    return found
