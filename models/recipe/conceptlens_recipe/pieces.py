"""Word pieces of a text. Standard library only, so that passages can be made and tested without a tokenizer."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Pieces:
    """Word pieces of a text without special tokens. Offsets are code points of the text, half-open.
    ``first[i]`` says whether piece i begins a word."""

    ids: list[int]
    starts: list[int]
    ends: list[int]
    first: list[bool]

    def covering(self, start: int, end: int) -> range:
        """Pieces that overlap `[start, end)`."""
        return range(bisect_right(self.ends, start), bisect_left(self.starts, end))

    def words(self, start: int, end: int) -> list[int]:
        """Those of them that begin a word."""
        return [i for i in self.covering(start, end) if self.first[i]]


class Splitter(Protocol):
    """What makes word pieces of a text: `segments.Segmenter`."""

    def pieces(self, text: str) -> Pieces: ...
