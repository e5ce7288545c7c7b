"""Ranking examples: which mentions of a passage are trained on, and with which candidates."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .candidates import (
    NO_VOTES,
    Candidate,
    Entry,
    KnowledgeBaseTable,
    Votes,
    considered,
    features,
    fuse,
    fused_score,
    type_label,
)
from .contract import CONCEPT_GROUPS
from .passages import Mention, Passage

if TYPE_CHECKING:
    from .contexts import Evidence, FitOf


@dataclass(frozen=True)
class Recipe:
    """How ranking examples are drawn; probabilities are per mention."""

    mentions: int = 12
    negatives: int = 5
    #: How often a sure mention (one exact candidate, seen at least three times elsewhere) is drawn; those drawn weigh
    #: as much more, so that what is learned stays the same and time goes where there is something to learn.
    sure_share: float = 0.4
    #: Weight of a mention whose concept the knowledge base does not have.
    unknown_share: float = 0.5
    #: Gold among the knowledge base's concepts but not among the ranked ones: added, else the answer is "none".
    add_gold: float = 0.15
    #: The gold candidate is taken away, so that the answer is "none".
    drop_gold: float = 0.02
    #: Retrieval as from a knowledge base without counts and observed names.
    without_counts: float = 0.1
    #: Retrieval as if the text were nobody's name: what it means must be told from names that are alike, and from the passage.
    without_name: float = 0.2
    without_type: float = 0.15
    without_preferred: float = 0.1
    group_known: float = 0.75
    group_wrong: float = 0.08
    #: Candidates and groups as the product would have them, by a `View`.
    as_product: float = 0.6


@dataclass(frozen=True)
class View:
    """How the product would see a passage: the groups that the tagger reads off its mentions, and which candidates the
    ranker of features lets through, given the features of each."""

    shares: Callable[[Mention], Mapping[str, float] | None]
    shortlist: Callable[[list[list[float]]], Sequence[int]]


@dataclass(frozen=True)
class Segment:
    name: str
    preferred: str
    label: str
    features: list[float]


@dataclass(frozen=True)
class Example:
    """`target` is the index of the right segment; `len(segments)` means "none of these"."""

    mention: Mention
    segments: list[Segment]
    target: int
    #: How many mentions it stands for.
    weight: float = 1.0


def is_sure(fused: Sequence[Candidate]) -> bool:
    """Whether the text is the name of one concept alone and was seen as such."""
    return bool(fused) and fused[0].name_count >= 3 and [c.exact for c in fused[:2]] in ([True], [True, False])


class Sampler:
    def __init__(
        self,
        retrieved: dict[str, tuple[Entry, ...]],
        votes: dict[str, Votes],
        table: KnowledgeBaseTable,
        recipe: Recipe,
        evidence: Evidence | None = None,
    ):
        self.retrieved, self.votes, self.table, self.recipe, self.evidence = retrieved, votes, table, recipe, evidence

    def fused(self, passage: Passage, mention: Mention, counts: bool = True, named: bool = True) -> list[Candidate]:
        entries = self.retrieved.get(mention.lookup, ())
        return fuse(mention.lookup, entries, self.votes.get(passage.pmid, NO_VOTES), counts, named)

    def drawn(self, passage: Passage, mention: Mention, rng: random.Random) -> tuple[list[Candidate], FitOf | None]:
        """The fused list of a mention, and how well it stands where concepts do; now and then as from a knowledge base that knows
        less (of a concept that it has)."""
        counts, named = rng.random() >= self.recipe.without_counts, rng.random() >= self.recipe.without_name
        fit_of = self.evidence.fit_of(passage, mention) if self.evidence and counts else None
        return self.fused(passage, mention, counts, named or not self.table.resolve(mention.gold)), fit_of

    def examples(self, passage: Passage, rng: random.Random, view: View | None = None) -> list[Example]:
        """At most `recipe.mentions` examples, one per distinct (text, concept).

        Drawn as they come: preferring rare or difficult mentions taught the model to distrust the order of retrieval.
        """
        distinct: dict[tuple, list[Mention]] = {}
        for mention in passage.mentions:
            distinct.setdefault((mention.lookup, mention.gold), []).append(mention)
        drawn = []
        for mentions in distinct.values():
            mention = rng.choice(mentions)
            weight = 1.0 if self.table.resolve(mention.gold) else self.recipe.unknown_share
            drawn.append((rng.random() ** (1 / weight), mention))
        drawn.sort(key=lambda pair: -pair[0])
        made = (self.example(passage, mention, rng, view) for _, mention in drawn[: self.recipe.mentions])
        return [example for example in made if example]

    def cannot_judge(self, mention: Mention, fused: Sequence[Candidate]) -> bool:
        """The knowledge base does not have the annotated concept, or there is none, yet a name of another vocabulary fits
        (`HGNC:11389` for a mention of the gene that the annotators knew as `UMLS:C…`): no evidence against it."""
        if self.table.resolve(mention.gold):
            return False
        known = {curie.partition(":")[0] for curie in mention.gold}
        return any(c.exact and c.id.partition(":")[0] not in known for c in fused)

    def example(
        self, passage: Passage, mention: Mention, rng: random.Random, view: View | None = None
    ) -> Example | None:
        recipe = self.recipe
        fused, fit_of = self.drawn(passage, mention, rng)
        gold = self.table.resolve(mention.gold)
        sure = is_sure(fused)
        if (sure and rng.random() >= recipe.sure_share) or self.cannot_judge(mention, fused):
            return None
        weight = 1 / recipe.sure_share if sure else 1.0
        seen = view if view and rng.random() < recipe.as_product else None
        shares = seen.shares(mention) if seen else self.shares(mention, rng)
        facts = considered(mention.lookup, mention.expanded, shares, fused, fit_of)
        right = [rank for rank in range(len(facts)) if fused[rank].id in gold]
        dropped = bool(right) and rng.random() < recipe.drop_gold
        offered = seen.shortlist(facts) if seen else self.some(range(len(facts)), rng)
        chosen = [rank for rank in offered if rank not in right][: recipe.negatives]
        no_type, no_preferred = rng.random() < recipe.without_type, rng.random() < recipe.without_preferred

        def segment(rank: int) -> Segment:
            c = fused[rank]
            label = "" if no_type else type_label(c.groups)
            return Segment(c.name, "" if no_preferred else c.preferred, label, facts[rank])

        if right and not dropped:
            segments = [segment(rank) for rank in [right[0], *chosen]]
            return Example(mention, segments, 0, weight)
        segments = [segment(rank) for rank in chosen]
        if gold and not dropped and rng.random() < recipe.add_gold:
            segments.append(self.added(mention, (fused, fit_of), gold, shares))
            return Example(mention, segments, len(segments) - 1, weight)
        return Example(mention, segments, len(segments), weight) if segments else None

    def some(self, ranks: Sequence[int], rng: random.Random) -> list[int]:
        """The ranks in random order, the first ones of the list mostly first."""
        return sorted(ranks, key=lambda rank: -(rng.random() ** (1 + rank / 2)))

    def added(
        self,
        mention: Mention,
        drawn: tuple[list[Candidate], FitOf | None],
        gold: frozenset[str],
        shares: Mapping[str, float] | None,
    ) -> Segment:
        """The gold concept where retrieval did not rank it: with its own place, or with the list's last score."""
        fused, fit_of = drawn
        for rank, candidate in enumerate(fused):
            if candidate.id in gold:
                values = features(mention.lookup, mention.expanded, shares, fused, rank, fit_of)
                return Segment(candidate.name, candidate.preferred, type_label(candidate.groups), values)
        identifier = min(gold)
        name, groups = self.table.concepts[identifier]
        last = min(fused, key=lambda c: fused_score(c.lexical, c.dense), default=None)
        lexical, dense = (last.lexical, last.dense) if last else (0.3, 0.3)
        official = fused_score(lexical, dense)
        stand_in = Candidate(identifier, name, "preferred", name, lexical, dense, False, 0, 0, groups, official=official)
        values = features(mention.lookup, mention.expanded, shares, [*fused, stand_in], len(fused), fit_of)
        return Segment(name, name, type_label(groups), values)

    def shares(self, mention: Mention, rng: random.Random) -> Mapping[str, float] | None:
        """The groups as the tagger would see them: mostly right and sure to some degree, often unknown, sometimes wrong."""
        drawn = rng.random()
        if drawn >= self.recipe.group_wrong + self.recipe.group_known:
            return None
        other = rng.choice(CONCEPT_GROUPS)
        group = other if drawn < self.recipe.group_wrong else mention.group
        if group is None:
            return None
        sure = 1 - rng.random() ** 2 / 2
        return {group: 1.0} if group == other else {group: sure, other: 1 - sure}
