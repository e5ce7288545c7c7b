"""Packs mentions and names into the sequences of a dense cross-encoder, by the rules of the product's `packing/pack.ts`
(`media/manual/packing.md` has them in words); `test/oracle/packs.json` keeps both alike. Needs no package.

    [CLS] text ([SEP] mention [MASK] name)… [SEP]
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

MODES = ("pair", "mention", "sentence", "passage", "document")

#: `[CLS]` and the last `[SEP]`.
FRAME_TOKENS = 2

#: Stretches at whose ends a text may be cut: words with the blanks behind them, long words in pieces.
_STRETCH = re.compile(r"\s*\S{1,24}\s*")

#: The tokens of a text, without special ones.
IdsOf = Callable[[str], Sequence[int]]

#: Passage, mention, name: where a score belongs.
Place = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class MentionToRank:
    """Offsets: code points of the passage's text. `text`: what stands for the mention in a pair."""

    start: int
    end: int
    text: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PassageToRank:
    """`sentences`: `(start, end)`, sorted; what lies between two belongs to the first."""

    text: str
    sentences: tuple[tuple[int, int], ...]
    mentions: tuple[MentionToRank, ...]


@dataclass(frozen=True, slots=True)
class Special:
    cls: int
    sep: int
    mask: int


@dataclass(frozen=True, slots=True)
class Pack:
    """One sequence; every `[MASK]` in it, in order, with the pair that it scores."""

    ids: list[int]
    masks: list[tuple[int, Place]]


@dataclass(frozen=True, slots=True)
class _Mention:
    passage: int
    mention: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Context:
    """A text that is read at once; it may be parted where it is too long."""

    text: str
    mentions: tuple[_Mention, ...]
    parts: tuple[_Context, ...] = ()
    separator: str = ""


@dataclass(frozen=True, slots=True)
class _Pair:
    ids: list[int]
    mask_at: int
    place: Place


@dataclass(frozen=True, slots=True)
class _Group:
    """Pairs that stay together: all of a mention, or each alone in the mode `pair`."""

    mention: _Mention
    pairs: list[_Pair]

    @property
    def tokens(self) -> int:
        return sum(len(pair.ids) for pair in self.pairs)


def pack(
    passages: Sequence[PassageToRank], mode: str, ids_of: IdsOf, special: Special, window: int = 512, context: str = "sentence"
) -> list[Pack]:
    """The sequences of a document, each pair in exactly one of them."""
    packer = _Packer(passages, mode, ids_of, special, window)
    for each in _contexts(passages, mode, context):
        packer.add(each)
    return packer.packs


def _contexts(passages: Sequence[PassageToRank], mode: str, context: str) -> list[_Context]:
    if mode not in MODES:
        raise ValueError(f"mode is {mode!r}; known are {', '.join(MODES)}")
    whole = [_passage_context(one, index) for index, one in enumerate(passages)]
    if mode == "document":
        return [_joined(whole, "\n")] if whole else []
    reads = context if mode in ("pair", "mention") else mode
    return whole if reads == "passage" else [part for one in whole for part in one.parts]


def _passage_context(passage: PassageToRank, index: int) -> _Context:
    bounds = [0, *(start for start, _ in passage.sentences[1:]), len(passage.text)]
    last, parts = len(bounds) - 2, []
    for i, (start, end) in enumerate(zip(bounds, bounds[1:], strict=False)):
        # A mention belongs to the sentence it begins in; the last one takes those that begin at the text's very end.
        own = tuple(
            _Mention(index, at, m.start - start, min(m.end, end) - start)
            for at, m in enumerate(passage.mentions)
            if m.start >= start and (m.start < end or i == last)
        )
        parts.append(_Context(passage.text[start:end], own))
    every = tuple(_Mention(index, at, m.start, m.end) for at, m in enumerate(passage.mentions))
    return _Context(passage.text, every, tuple(parts))


def _joined(parts: Sequence[_Context], separator: str) -> _Context:
    """Contexts read one after the other as one text."""
    if len(parts) == 1:
        return parts[0]
    text, mentions = "", []
    for part in parts:
        if text:
            text += separator
        mentions += [replace(m, start=m.start + len(text), end=m.end + len(text)) for m in part.mentions]
        text += part.text
    return _Context(text, tuple(mentions), tuple(parts), separator)


@dataclass
class _Packer:
    passages: Sequence[PassageToRank]
    mode: str
    ids_of: IdsOf
    special: Special
    window: int
    packs: list[Pack] = field(default_factory=list)

    @property
    def room(self) -> int:
        return self.window - FRAME_TOKENS

    def add(self, context: _Context) -> None:
        groups = list(self.groups(context))
        if not groups:
            return
        text = list(self.ids_of(context.text))
        if self.mode in ("pair", "mention"):
            for group in groups:
                self.emit_repeated(context, text, [group])
            return
        fits = len(text) + sum(group.tokens for group in groups) <= self.room
        runs = [] if fits or len(text) <= self.room / 2 else self.runs(context)
        if len(runs) > 1:
            for run in runs:
                self.add(run)
        else:
            self.emit_repeated(context, text, groups)

    def groups(self, context: _Context) -> Iterator[_Group]:
        for at in context.mentions:
            mention = self.passages[at.passage].mentions[at.mention]
            pairs = [self.pair(mention.text, name, (at.passage, at.mention, i)) for i, name in enumerate(mention.names)]
            if self.mode == "pair":
                yield from (_Group(at, [pair]) for pair in pairs)
            elif pairs:
                yield _Group(at, pairs)

    def pair(self, mention: str, name: str, place: Place) -> _Pair:
        longest = self.window // 4
        own, other = list(self.ids_of(mention))[:longest], list(self.ids_of(name))[:longest]
        return _Pair([self.special.sep, *own, self.special.mask, *other], 1 + len(own), place)

    def emit(self, text: Sequence[int], groups: Sequence[_Group]) -> None:
        ids, masks = [self.special.cls, *text], []
        for group in groups:
            for pair in group.pairs:
                masks.append((len(ids) + pair.mask_at, pair.place))
                ids += pair.ids
        self.packs.append(Pack([*ids, self.special.sep], masks))

    def emit_repeated(self, context: _Context, text: list[int], groups: Sequence[_Group]) -> None:
        """The text before as many groups as fit, as often as it takes."""
        waiting: list[_Group] = []
        used = len(text)
        for group in groups:
            alone = len(text) + group.tokens > self.room
            if waiting and (alone or used + group.tokens > self.room):
                self.emit(text, waiting)
                waiting, used = [], len(text)
            if alone:
                self.emit_cut(context, text, group)
            else:
                waiting.append(group)
                used += group.tokens
        if waiting:
            self.emit(text, waiting)

    def emit_cut(self, context: _Context, text: list[int], group: _Group) -> None:
        """One mention whose text and names are longer than the window."""
        least = min(len(text), self.window // 4)
        for part in _parted(group, self.room - least):
            own = _Group(group.mention, part)
            limit = self.room - own.tokens
            read = text if len(text) <= limit else cut_around(context.text, group.mention, limit, self.ids_of)
            self.emit(read, [own])

    def runs(self, context: _Context) -> list[_Context]:
        """Neighbouring parts together as long as their text keeps to its share of the window."""
        runs: list[list[_Context]] = []
        used = float("inf")
        for part in context.parts:
            n = len(self.ids_of(part.text))
            if used + n > self.room / 2:
                runs.append([])
                used = 0
            runs[-1].append(part)
            used += n
        return [_joined(run, context.separator) for run in runs]


def _parted(group: _Group, limit: int) -> list[list[_Pair]]:
    parts: list[list[_Pair]] = [[]]
    used = 0
    for pair in group.pairs:
        if used + len(pair.ids) > limit:
            parts.append([])
            used = 0
        parts[-1].append(pair)
        used += len(pair.ids)
    return [part for part in parts if part]


def cut_around(text: str, mention: _Mention, limit: int, ids_of: IdsOf) -> list[int]:
    """As much of a text around a mention as has at most `limit` tokens, as even on both sides as the text allows."""
    bounds = [0, *(match.end() for match in _STRETCH.finditer(text))]
    last = len(bounds) - 1
    begin = max((i for i, bound in enumerate(bounds) if bound <= mention.start), default=0)
    end = next((i for i, bound in enumerate(bounds) if bound >= mention.end), last)

    def around(n: int) -> list[int]:
        """With `n` stretches more than the mention's own."""
        right = min(last - end, n - min(begin, n >> 1))
        left = min(begin, n - right)
        return list(ids_of(text[bounds[begin - left] : bounds[end + right]]))

    best = around(0)
    if len(best) > limit:
        return list(ids_of(text[mention.start : mention.end]))[:limit]
    # A stretch is a token at least.
    few, many = 0, min(limit, begin + last - end)
    while few < many:
        middle = (few + many + 1) >> 1
        ids = around(middle)
        if len(ids) <= limit:
            best, few = ids, middle
        else:
            many = middle - 1
    return best
