"""What a dense cross-encoder learns from and is measured on: documents whose mentions have names to choose from.

The names are those of the product's own retrieval, without what a training document itself contributes to it. Of concepts that
retrieval found by the same name the first one stands for it, as such a model reads nothing but the name.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from .candidates import Candidate
from .dense_pack import MentionToRank, PassageToRank
from .passages import Mention, Passage, sentences
from .sampling import Sampler

#: Names that are ranked at most, and those beside the right one that are trained on.
RANKED, NEGATIVES = 10, 5
#: Mentions of a passage that are trained on.
MENTIONS = 12


@dataclass(frozen=True, slots=True)
class Choice:
    """A mention with the names that retrieval found for it, best first, and which are right. `taught`: the name that training
    takes for the right one, perhaps not among them; None where the mention teaches nothing."""

    mention: Mention
    names: tuple[str, ...]
    right: frozenset[int]
    taught: str | None


#: The passages of a document with the choices of each.
Choices = Sequence[tuple[Passage, tuple[Choice, ...]]]


@dataclass(frozen=True, slots=True)
class Ranking:
    """Passages of a document, as they were read and with the mentions to rank; `right[passage][mention]`: indices of the
    right names."""

    read: tuple[Passage, ...]
    passages: tuple[PassageToRank, ...]
    right: tuple[tuple[frozenset[int], ...], ...]

    @property
    def n_mentions(self) -> int:
        return sum(len(passage.mentions) for passage in self.passages)

    @property
    def n_pairs(self) -> int:
        return sum(len(mention.names) for passage in self.passages for mention in passage.mentions)


def documents(passages: Iterable[Passage], sampler: Sampler) -> list[Choices]:
    """Every document with its choices, so that retrieval's lists need not be kept."""
    parts = groupby(passages, key=lambda passage: passage.pmid)
    return [[(passage, tuple(_choices(passage, sampler))) for passage in part] for _, part in parts]


def _choices(passage: Passage, sampler: Sampler) -> Iterator[Choice]:
    """Of every mention with a gold id. One whose concept the knowledge base lacks, or knows only by a name that stands for
    another concept, teaches nothing."""
    for mention in passage.mentions:
        if not mention.gold:
            continue
        gold = sampler.table.resolve(mention.gold)
        names, right = distinct_names(sampler.fused(passage, mention), gold)
        taught = names[min(right)] if right else sampler.table.concepts[min(gold)][0] if gold else None
        if not right and taught and taught.lower() in map(str.lower, names):
            taught = None
        # Where nothing else is to choose from, there is nothing to learn.
        if set(names) <= {taught}:
            taught = None
        yield Choice(mention, tuple(names[:RANKED]), frozenset(at for at in right if at < RANKED), taught)


def distinct_names(fused: Sequence[Candidate], gold: frozenset[str]) -> tuple[list[str], frozenset[int]]:
    """The names of the list without repetitions, and which of them are right."""
    first: dict[str, Candidate] = {}
    for candidate in fused:
        first.setdefault(candidate.name.lower(), candidate)
    found = list(first.values())
    return [one.name for one in found], frozenset(at for at, one in enumerate(found) if one.id in gold)


def training_ranking(document: Choices, rng: random.Random) -> Ranking:
    """Names in random order, exactly one of them right; each (text, concept) once in a passage."""
    asked = []
    for _, choices in document:
        distinct = {(one.mention.lookup, one.mention.gold): one for one in choices if one.taught}
        drawn = sorted(rng.sample(list(distinct.values()), min(MENTIONS, len(distinct))), key=lambda one: one.mention.start)
        asked.append([(one.mention, *_offered(one, rng)) for one in drawn])
    return _ranking(document, asked)


def _offered(choice: Choice, rng: random.Random) -> tuple[list[str], frozenset[int]]:
    assert choice.taught
    others = [name for at, name in enumerate(choice.names) if at not in choice.right and name != choice.taught]
    offered = [choice.taught, *rng.sample(others, min(NEGATIVES, len(others)))]
    rng.shuffle(offered)
    return offered, frozenset({offered.index(choice.taught)})


def development_ranking(document: Choices) -> Ranking:
    """Every mention with a gold id, its names in the order of retrieval."""
    return _ranking(document, [[(one.mention, one.names, one.right) for one in choices] for _, choices in document])


def _ranking(document: Choices, asked: Sequence[Sequence[tuple[Mention, Sequence[str], frozenset[int]]]]) -> Ranking:
    passages = []
    for (passage, _), own in zip(document, asked, strict=True):
        mentions = tuple(MentionToRank(m.start, m.end, m.lookup, tuple(names)) for m, names, _ in own)
        passages.append(PassageToRank(passage.text, tuple(sentences(passage.text, 0, len(passage.text))), mentions))
    read = tuple(passage for passage, _ in document)
    return Ranking(read, tuple(passages), tuple(tuple(right for *_, right in own) for own in asked))


def n_right(ranking: Ranking, scores: Sequence[Sequence[float]]) -> int:
    """Mentions whose first name is right, of those with scores (by mention, in order); one without names is wrong."""
    right = [names for mentions in ranking.right for names in mentions]
    best = (max(range(len(own)), key=own.__getitem__, default=-1) for own in scores)
    return sum(at in names for at, names in zip(best, right, strict=True))
