"""Averages the weights of checkpoints.

    python -m conceptlens_recipe.average A.pt B.pt --out C.pt

What else a checkpoint holds (steps and time of its training) is taken from the last one.
The mean of a model and of what it became by more training lies in the same basin, and often does better on unseen text
than either (model soups: Wortsman et al., 2022).
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from torch import Tensor


def mean(states: Sequence[Mapping[str, Tensor]]) -> dict[str, Tensor]:
    """The mean of each weight; raises `ValueError` when the models do not have the same weights."""
    first = states[0]
    for other in states[1:]:
        if {k: v.shape for k, v in other.items()} != {k: v.shape for k, v in first.items()}:
            raise ValueError("The checkpoints hold models of different architectures.")
    return {name: torch.stack([state[name].float() for state in states]).mean(0) for name in first}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoints", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    states = [torch.load(path, weights_only=True) for path in options.checkpoints]
    torch.save(states[-1] | {"model": mean([state["model"] for state in states])}, options.out)


if __name__ == "__main__":
    main()
