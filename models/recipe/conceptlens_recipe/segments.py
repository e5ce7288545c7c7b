"""Word pieces of passages and of candidate segments, exactly as the product makes them.

A *word* is what BERT's basic tokenizer splits off: a maximal run of letters and digits, or one punctuation mark.
Tags are read at the first piece of a word; the other pieces have no label.
"""

from __future__ import annotations

from pathlib import Path

from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer

from .contract import LIMITS
from .pieces import Pieces


class Segmenter:
    """Makes token ids. `[CLS]`, `[SEP]`, `[MASK]` and `[PAD]` have the vocabulary's own numbers."""

    def __init__(self, vocabulary: Path):
        pieces = vocabulary.read_text(encoding="utf-8").rstrip("\n").split("\n")
        known = {piece: index for index, piece in enumerate(pieces)}
        self.size = len(pieces)
        self.cls, self.sep, self.mask, self.pad = (known[f"[{name}]"] for name in ("CLS", "SEP", "MASK", "PAD"))
        self.tokenizer = Tokenizer(WordPiece(known, unk_token="[UNK]", max_input_chars_per_word=100))
        self.tokenizer.normalizer = BertNormalizer(lowercase=True)
        self.tokenizer.pre_tokenizer = BertPreTokenizer()
        self._short: dict[str, list[int]] = {}

    def pieces(self, text: str) -> Pieces:
        encoding = self.tokenizer.encode(text, add_special_tokens=False)
        starts = [start for start, _ in encoding.offsets]
        ends = [end for _, end in encoding.offsets]
        words = encoding.word_ids
        first = [i == 0 or words[i] != words[i - 1] for i in range(len(words))]
        return Pieces(encoding.ids, starts, ends, first)

    def ids(self, text: str, limit: int) -> list[int]:
        found = self._short.get(text)
        if found is None:
            found = self.tokenizer.encode(text, add_special_tokens=False).ids[: max(LIMITS.values())]
            self._short[text] = found
        return found[:limit]

    def text(self, pieces: Pieces, limit: int) -> list[int]:
        """`[CLS] passage [SEP]`, cut to `limit` tokens in all. Piece i is token i + 1."""
        return [self.cls, *pieces.ids[: limit - 2], self.sep]

    def candidate(self, mention: str, name: str, preferred: str, label: str) -> list[int]:
        """`[MASK] mention [SEP] name [SEP] preferred [SEP] type [SEP]`.

        The preferred name is left out when it equals the name but for case, the type label when it is empty, each
        with its `[SEP]`. Each part is cut to its limit. A segment still longer than the total is cut to the total
        less one and closed with `[SEP]`.
        """
        parts = [self.ids(mention, LIMITS["mention"]), self.ids(name, LIMITS["name"])]
        if preferred and preferred.lower() != name.lower():
            parts.append(self.ids(preferred, LIMITS["preferred"]))
        if label:
            parts.append(self.ids(label, LIMITS["type"]))
        ids = [self.mask]
        for part in parts:
            ids.extend(part)
            ids.append(self.sep)
        if len(ids) > LIMITS["total"]:
            ids = [*ids[: LIMITS["total"] - 1], self.sep]
        return ids


def pad(rows: list[list[int]], value: int) -> tuple[list[list[int]], list[list[float]]]:
    """Rows of equal length, and the mask of what is real."""
    width = max(map(len, rows))
    return (
        [row + [value] * (width - len(row)) for row in rows],
        [[1.0] * len(row) + [0.0] * (width - len(row)) for row in rows],
    )
