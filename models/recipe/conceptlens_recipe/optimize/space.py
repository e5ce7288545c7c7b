"""What the search may choose. Standard library only: `trial` is Optuna's, or anything with its `suggest_…` methods.

A configuration is plain data. Choices that mean nothing for a method keep their defaults, so that two configurations that make
the same graph are equal.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

#: Ways to store and multiply the encoder's matrices.
#: `stored8`: int8 on the disk, fp32 arithmetic. `nbits…`: MatMulNBits, blocks of weights with activations in int8.
METHODS = ("fp32", "fp16", "stored8", "static", "dynamic", "per-token", "nbits8", "nbits4")
#: A precision that the recipe's own exporter writes: `recipe:int8`. Of the linker's model only.
OWN = "recipe:"

#: Methods that multiply matrices in fewer than 16 bits: what is evened out or left in fp32 makes a difference to them alone.
ROUNDED = ("static", "dynamic", "per-token", "nbits8", "nbits4")
SMOOTHED = ("static", "dynamic", "per-token")
#: The arithmetic of these is told by the quantizer's nodes, which are fused from this level on.
FUSED_ONLY = ("static",)

LEVELS = ("basic", "extended", "all")
ALPHAS = (0.0, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
BLOCKS = (32, 64, 128)


@dataclass(frozen=True)
class Configuration:
    """One candidate. `smooth`: SmoothQuant's α, 0 for none. `kept`: so many matrices, the most sensitive first, stay in fp32.
    `reduced`: weights of 7 bits, whose products cannot be cut off without VNNI. `embeddings8`: tables stored as int8.
    `batch`: segments or texts in one run."""

    method: str = "fp32"
    smooth: float = 0.0
    kept: int = 0
    reduced: bool = True
    block: int = 0
    embeddings8: bool = False
    level: str = "basic"
    provider: str = "cpu"
    threads: int = 1
    batch: int = 16

    def __str__(self) -> str:
        parts = [self.method]
        if self.smooth:
            parts.append(f"α {self.smooth:g}")
        if self.kept:
            parts.append(f"{self.kept} in fp32")
        if self.block:
            parts.append(f"blocks of {self.block}")
        if self.method in ("static", "dynamic") and not self.reduced:
            parts.append("8-bit weights")
        if self.embeddings8:
            parts.append("int8 tables")
        if self.level != "basic":
            parts.append(self.level)
        if self.provider != "cpu":
            parts.append(self.provider)
        return ", ".join([*parts, f"{self.threads}t", f"×{self.batch}"])


class Trial(Protocol):
    def suggest_categorical(self, name: str, choices: Sequence[Any]) -> Any: ...


@dataclass(frozen=True)
class Space:
    """What may be chosen for one model on one machine. `own`: precisions of the recipe's exporter, `matrices`: how many the
    graph has, the first of `threads` and `batches` are what the fp32 base runs with."""

    methods: tuple[str, ...] = METHODS
    own: tuple[str, ...] = ()
    matrices: int = 36
    providers: tuple[str, ...] = ("cpu",)
    threads: tuple[int, ...] = (1,)
    batches: tuple[int, ...] = (16,)

    @property
    def kept(self) -> tuple[int, ...]:
        """How many matrices may stay in fp32: none, a few, up to a third."""
        return tuple(n for n in (0, 1, 2, 4, 6, 8, 12) if n <= self.matrices // 3)

    @property
    def base(self) -> Configuration:
        return Configuration(provider=self.providers[0], threads=self.threads[0], batch=self.batches[0])

    def suggest(self, trial: Trial) -> Configuration:
        """Asks the trial for every choice that matters to the method it chose."""
        method = trial.suggest_categorical("method", (*self.methods, *(OWN + name for name in self.own)))
        chosen: dict[str, Any] = {"method": method}
        if method in SMOOTHED:
            chosen["smooth"] = trial.suggest_categorical("smooth", ALPHAS)
        if method in ROUNDED:
            chosen["kept"] = trial.suggest_categorical("kept", self.kept)
        if method in ("static", "dynamic"):
            chosen["reduced"] = trial.suggest_categorical("reduced", (True, False))
        if method.startswith("nbits"):
            chosen["block"] = trial.suggest_categorical("block", BLOCKS)
        if not method.startswith(OWN) and method not in ("fp16", "stored8"):
            chosen["embeddings8"] = trial.suggest_categorical("embeddings8", (False, True))
        levels = LEVELS[1:] if method in FUSED_ONLY else LEVELS
        # Folding constants would write int8 weights that are multiplied in fp32 as fp32 again.
        if method != "stored8":
            chosen["level"] = trial.suggest_categorical("fused level" if method in FUSED_ONLY else "level", levels)
        for name, choices in (("provider", self.providers), ("threads", self.threads), ("batch", self.batches)):
            chosen[name] = trial.suggest_categorical(name, choices) if len(choices) > 1 else choices[0]
        return Configuration(**chosen)

    def first(self) -> Iterator[dict[str, Any]]:
        """What is tried before the search learns anything: every method once, by what is known to work best for most."""
        common = {"fused level": "extended", "reduced": True}
        shared = common | {"threads": self.threads[0], "batch": self.batches[0], "provider": self.providers[0]}
        for method in (*(OWN + name for name in reversed(self.own)), *reversed(self.methods)):
            yield shared | {
                "method": method,
                "smooth": 0.6 if method in SMOOTHED else 0.0,
                "kept": min(2, self.kept[-1]) if method in SMOOTHED else 0,
                "block": 64 if method == "nbits8" else 32,
                "embeddings8": method != "fp32",
                # fp32 as it is is the base already.
                "level": "all" if method == "fp32" else "basic",
            }

