"""Codes of activations and weights for products in int8.

An activation's code is `round(x / divisor) + zero point`, with a divisor for every channel that was chosen beforehand: a token
has the same codes, and a candidate the same score, in any company. What the choice rests on is what training passages show
(`smoothing.py`). Three things keep the error of rounding small:

- Channels are evened out by their divisors, and the rows of the matrix multiplied by them, so that part of the
  difficulty moves to the weights (Xiao et al., "SmoothQuant", ICML 2023).
- Behind Gelu no value is less than -0.17, so most codes are for positive ones; the few channels that are many times as large as
  the rest stay in fp32.
- Weights are rounded one row after the other, and what a row loses is made up for in the rows that follow, as far as inputs
  vary together (Frantar et al., "GPTQ", ICLR 2023).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

#: Largest code of a weight that is multiplied as int8. Without VNNI two products of an unsigned and a signed byte are summed
#: in 16 bits, where 255 * 127 * 2 does not fit: the sum is cut off, and scores differ from one processor to the next.
#: 255 * 63 * 2 fits.
MULTIPLIED_CODES = 63
#: How much of the difficulty moves to the weights, 0 to 1.
ALPHA = 0.6
#: Behind Gelu: its least value, the codes for what is below zero, and the least of a factor, as small channels gain nothing
#: from being made larger.
GELU_LEAST, GELU_ZERO_POINT, GELU_LEAST_FACTOR = -0.17, 32, 0.6
#: Channels behind Gelu that stay in fp32 where the largest one is more than so many times what the others reach.
FEW, FEW_TIMES = 16, 2.0
#: Added to the diagonal of the moments, as a share of its mean.
DAMPING = 0.01
#: Rows that are rounded before the rest of the matrix is corrected.
BLOCK = 64


def quantise(weight: np.ndarray, axis: int, most: int = 127) -> tuple[np.ndarray, np.ndarray]:
    """Symmetric int8 with one scale per slice of `axis`. Gives the codes and the scales, shaped to broadcast."""
    other = tuple(i for i in range(weight.ndim) if i != axis)
    scale = np.abs(weight).max(axis=other, keepdims=True) / most
    scale = np.where(scale == 0, 1.0, scale).astype(np.float32)
    return np.clip(np.rint(weight / scale), -most, most).astype(np.int8), scale


@dataclass(frozen=True)
class Inputs:
    """What a product was given while passages were read: the largest absolute value of each channel, and the sum of
    every two channels' products."""

    largest: np.ndarray
    moments: np.ndarray


@dataclass(frozen=True)
class Scheme:
    """How the activations of one product, or of several that share them, become codes."""

    #: What one step of a code is, by channel.
    divisors: np.ndarray
    zero_point: int
    moments: np.ndarray
    #: Channels left out of the codes.
    few: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))

    def inverse(self) -> np.ndarray:
        """1 / divisor, and 0 for the channels left out, whose code is then the zero point."""
        inverse = (1 / self.divisors).astype(np.float32)
        inverse[self.few] = 0
        return inverse

    def rounded(self, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Codes of a `[in, out]` matrix for coded activations, and the scale of every output."""
        inverse = self.inverse()
        rows = np.where(inverse == 0, 0, weight.T * self.divisors).T
        return round_in_turn(rows, self.moments * np.outer(inverse, inverse))


def scheme_of(inputs: Inputs, weights: list[np.ndarray]) -> Scheme:
    """Codes for inputs of either sign. `weights`: the `[in, out]` matrices that share them."""
    even = evened(inputs.largest, weights)
    return Scheme(even * (inputs.largest / even).max() / 127, 128, inputs.moments)


def scheme_behind_gelu(inputs: Inputs, weight: np.ndarray) -> Scheme:
    largest = inputs.largest
    order = np.argsort(-largest, kind="stable")
    few = np.sort(order[:FEW]) if largest[order[0]] > FEW_TIMES * largest[order[FEW]] else order[:0]
    rest = np.ones(len(largest), bool)
    rest[few] = False
    even = evened(largest, [weight])
    even = np.maximum(even / np.exp(np.log(even[rest]).mean()), GELU_LEAST_FACTOR)
    up = (largest / even)[rest].max() / (255 - GELU_ZERO_POINT)
    down = -GELU_LEAST / even[rest].min() / GELU_ZERO_POINT
    return Scheme(even * max(up, down), GELU_ZERO_POINT, inputs.moments, few)


def evened(largest: np.ndarray, weights: list[np.ndarray]) -> np.ndarray:
    """The factor of every channel; 1 on average."""
    rows = np.max([np.abs(weight).max(1) for weight in weights], axis=0)
    raw = np.maximum(largest, 1e-5) ** ALPHA / np.maximum(rows, 1e-5) ** (1 - ALPHA)
    return raw / np.exp(np.log(raw).mean())


def round_in_turn(weight: np.ndarray, moments: np.ndarray, most: int = MULTIPLIED_CODES) -> tuple[np.ndarray, np.ndarray]:
    """Codes of a `[in, out]` matrix and a scale per output, such that products with inputs of these moments change least."""
    _, scale = quantise(weight, 1, most)
    scale = scale[0]
    moments = moments.astype(np.float64)
    silent = np.diag(moments) <= 0
    moments[silent, silent] = 1
    moments[np.diag_indices_from(moments)] += DAMPING * np.diag(moments).mean()
    # The channels that matter most are rounded first, while there are others left to make up for them.
    order = np.argsort(-np.diag(moments), kind="stable")
    left = weight[order].astype(np.float64)
    spread = np.linalg.cholesky(np.linalg.inv(moments[np.ix_(order, order)])).T
    codes = np.zeros(weight.shape, np.int8)
    for start in range(0, len(left), BLOCK):
        end = min(start + BLOCK, len(left))
        lost = np.zeros((end - start, left.shape[1]))
        for i in range(start, end):
            codes[order[i]] = np.clip(np.rint(left[i] / scale), -most, most)
            lost[i - start] = (left[i] - codes[order[i]] * scale) / spread[i, i]
            left[i + 1 : end] -= np.outer(spread[i, i + 1 : end], lost[i - start])
        left[end:] -= spread[start:end, end:].T @ lost
    return codes, scale
