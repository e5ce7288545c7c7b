"""Documents to training passages: text, word pieces, tag labels and mentions with their gold concepts."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from .abbreviations import abbreviations
from .contract import CONCEPT_GROUPS, ENTITY_GROUPS, HEADS, PASSAGE_CHARACTERS
from .corpora import Annotation, Document, gold_curies, open_text
from .pieces import Pieces, Splitter

#: Corpus types to semantic groups of the `entities` head; `?GROUP` may or may not be marked by other corpora.
ENTITY_TYPES = {
    "Chemical": "CHEM",
    "Disease": "DISO",
    "SpecificDisease": "DISO",
    "DiseaseClass": "DISO",
    "Modifier": "DISO",
    "CompositeMention": "DISO",
    "Gene": "GENE",
    "Species": "LIVB",
    "FamilyName": "?GENE",
    "DomainMotif": "?GENE",
}

#: Groups that each corpus marks completely; what it does not mark is unknown, not outside. The corpora of species leave out what others
#: mark (patients, children), so that only their mentions teach something.
ENTITY_CORPORA = {
    "bc5cdr": ("CHEM", "DISO"),
    "ncbi-disease": ("DISO",),
    "biored": ENTITY_GROUPS,
    "tmvar3": ("DISO", "GENE", "LIVB"),
    "gnormplus": ("GENE",),
    "nlm-gene": ("GENE",),
    "belink-nlm-chemical": ("CHEM",),
    "species-800": (),
    "linnaeus": (),
}


@dataclass(frozen=True)
class Mention:
    """An annotated mention of a passage. Offsets: code points of the passage's text. `lookup` is what to look up
    and to show to the model: the expansion of an abbreviation, else the text. `gold` is empty for "no concept"."""

    start: int
    end: int
    text: str
    lookup: str
    gold: tuple[str, ...]
    group: str | None

    @property
    def expanded(self) -> bool:
        return self.lookup != self.text


@dataclass(frozen=True)
class Passage:
    """`tags[i]`: the allowed labels of piece i as a bit mask over the head's labels; 0 where no label is asked."""

    pmid: str
    corpus: str
    text: str
    pieces: Pieces
    head: int
    tags: list[int]
    mentions: list[Mention]

    def rows(self, mention: Mention) -> slice:
        """The pieces of a mention, whose mean stands for it; at least one."""
        covered = self.pieces.covering(mention.start, mention.end)
        return slice(covered.start, max(covered.stop, covered.start + 1))


_SENTENCE_END = re.compile(r"(?<=[.!?])[)\]\"']?\s+(?=[(\[\"']?[A-Z0-9])")
_NO_END = re.compile(r"(?:\b(?:e\.g|i\.e|vs|cf|al|Fig|Figs|Dr|No|approx|ca|sp|spp|St|Eq|Ref)|\b[A-Z])\.$")


def sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    begin = start
    for match in _SENTENCE_END.finditer(text, start, end):
        if not _NO_END.search(text, max(start, match.start() - 12), match.start()):
            yield begin, match.end()
            begin = match.end()
    if begin < end:
        yield begin, end


def cut(text: str, start: int, end: int, most: int = PASSAGE_CHARACTERS) -> Iterator[tuple[int, int]]:
    """Stretches of at most `most` characters, cut at sentence ends; a longer sentence at a blank."""
    begin = at = start
    for _, stop in sentences(text, start, end):
        if stop - begin > most and at > begin:
            yield begin, at
            begin = at
        while stop - begin > most:
            blank = text.rfind(" ", begin + 1, begin + most)
            middle = blank + 1 if blank > begin else begin + most
            yield begin, middle
            begin = middle
        at = stop
    if at > begin:
        yield begin, at


def semantic_groups(data: Path) -> dict[str, str]:
    """TUI -> semantic group."""
    rows = (line.split("|") for line in open_text(data / "ontologies/SemGroups.txt.gz"))
    return {row[2]: row[0] for row in rows if len(row) >= 3}


def concept_types(data: Path) -> dict[str, str]:
    """CUI -> semantic types as the MedMentions training documents name them."""
    found = {}
    with gzip.open(data / "corpora/medmentions/full.trng.pubtator.txt.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            parts = line.rstrip("\n").split("\t")
            if len(parts) >= 6:
                found[parts[5].strip().removeprefix("UMLS:")] = parts[4]
    return found


GroupOf = Callable[[Annotation], str | None]


def entity_group(corpus: str) -> GroupOf:
    """The group of an annotation of a corpus of the `entities` head; `?GROUP` where others may or may not mark it."""
    if corpus == "belink-nlm-chemical":  # has no types, and chemicals alone
        return lambda _: "CHEM"
    return lambda annotation: ENTITY_TYPES.get(annotation.type)


def medmentions_group(groups: dict[str, str], types: dict[str, str]) -> GroupOf:
    """The group of a MedMentions annotation: from its own types, else from its concept's; None when unknown."""

    def group(annotation: Annotation) -> str | None:
        named = annotation.type or types.get(annotation.id.removeprefix("UMLS:"), "")
        found = groups.get(named.split(",")[0])
        return found if found in CONCEPT_GROUPS else None

    return group


def passages(
    documents: Iterable[Document], splitter: Splitter, concept_group: GroupOf, max_pieces: int = 510
) -> Iterator[Passage]:
    """The title is one passage, the rest is cut at sentence ends. Passages without a word are left out."""
    for document in documents:
        head = 0 if document.corpus.startswith("medmentions") else 1
        short = abbreviations(document.text) if document.verbatim else {}
        title = min(len(document.title), len(document.text))
        spans = [(0, title), *cut(document.text, title, len(document.text))]
        annotations = longest(document.annotations)
        for start, end in spans:
            text = document.text[start:end]
            pieces = splitter.pieces(text)
            if not pieces.ids:
                continue
            if len(pieces.ids) > max_pieces:
                n = max_pieces
                pieces = Pieces(pieces.ids[:n], pieces.starts[:n], pieces.ends[:n], pieces.first[:n])
            inside = [a for a in annotations if start <= a.start and a.end <= start + pieces.ends[-1]]
            group_of = concept_group if head == 0 else entity_group(document.corpus)
            tags = label(document.corpus, head, pieces, [(a, group_of(a)) for a in inside], start)
            mentions = []
            for a in inside:
                group = group_of(a)
                group = group.lstrip("?") if group else None
                lookup = short.get(a.text, a.text)
                gold = gold_curies(document.corpus, a)
                mentions.append(Mention(a.start - start, a.end - start, a.text, lookup, gold, group))
            yield Passage(document.pmid, document.corpus, text, pieces, head, tags, mentions)


def longest(annotations: Iterable[Annotation]) -> list[Annotation]:
    """Annotations without those that overlap a longer one, in reading order."""
    kept: list[Annotation] = []
    for a in sorted(annotations, key=lambda a: (a.start - a.end, a.start, a.id)):
        if all(a.end <= b.start or b.end <= a.start for b in kept):
            kept.append(a)
    return sorted(kept, key=lambda a: a.start)


def label(
    corpus: str, head: int, pieces: Pieces, annotated: list[tuple[Annotation, str | None]], shift: int
) -> list[int]:
    """Allowed labels of every piece as bit masks; only the first piece of a word is asked.

    A group that the corpus does not mark is allowed wherever nothing is marked; an annotation of unknown group
    allows every group.
    """
    labels = {name: 1 << i for i, name in enumerate(HEADS[head]["labels"])}
    everything = (1 << len(labels)) - 1
    groups = CONCEPT_GROUPS if head == 0 else ENTITY_GROUPS
    outside = labels["O"]
    if head == 1:
        for group in set(groups) - set(ENTITY_CORPORA[corpus]):
            outside |= labels[f"B-{group}"] | labels[f"I-{group}"]
    tags = [outside if first else 0 for first in pieces.first]
    for a, group in annotated:
        begun = False
        for i in pieces.covering(a.start - shift, a.end - shift):
            if not pieces.first[i]:
                continue
            prefix = "I" if begun else "B"
            begun = True
            if group in groups:
                tags[i] = labels[f"{prefix}-{group}"]
            elif head == 0:
                tags[i] = sum(labels[f"{prefix}-{g}"] for g in groups)
            elif group and group.startswith("?"):
                tags[i] = outside | labels[f"B-{group[1:]}"] | labels[f"I-{group[1:]}"]
    assert all(0 <= tag <= everything for tag in tags)
    return tags
