"""Training texts of the small GLiNER model: passages with spans of words and the labels that each span has.

A mention has several labels: the name of its semantic type or of its corpus' type (with common paraphrases), the name of its
semantic group, and the preferred names of its concept and of those above it in the starter knowledge base ("ontology type
labels"). Labels that name a held-out type are never seen, and mentions of such types teach nothing.

What a mention does not have it may still be: the ontologies do not name everything above a concept. So the absence of a label
means something only where its corpus marks the label completely, or where the label never goes with the mention's group.
"""

from __future__ import annotations

import gzip
import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from .corpora import Annotation, Document, open_text, training_documents
from .passages import cut

#: Types left out of training: the label that asks for them -> UMLS semantic types.
HELD_OUT = {
    "cell": ("T025",),
    "medical device": ("T074",),
    "bacterium": ("T007",),
    "plant": ("T002",),
    "food": ("T168",),
    "mental disorder": ("T048",),
    "organization": ("T092", "T093", "T094", "T095"),
    "age group": ("T100",),
}
_HELD_OUT_TYPES = frozenset(tui for tuis in HELD_OUT.values() for tui in tuis)
#: A label with one of these words may name a held-out type.
_HELD_OUT_WORDS = re.compile(
    r"\b(cells?|cytes?|devices?|bacteri\w*|plants?|flora|foods?|diets?|mental|psych\w*|behaviou?ral|organi[sz]ations?|"
    r"institutions?|ages?|child\w*|adults?|infants?|prostheses|implants?|equipment)\b|cytes?\b",
    re.I,
)

#: What an author would call a semantic type, beside its own name in the UMLS.
PARAPHRASES = {
    "T005": ("virus",), "T015": ("mammal", "animal"), "T016": ("human",), "T017": ("anatomical structure",),
    "T019": ("congenital anomaly", "birth defect", "disease"), "T022": ("organ system",), "T023": ("organ", "body part"),
    "T024": ("tissue",), "T026": ("organelle",), "T028": ("gene",), "T029": ("body region",),
    "T031": ("body fluid",), "T033": ("finding", "clinical finding"), "T037": ("injury",), "T038": ("biological process",),
    "T039": ("physiological process",), "T040": ("physiological process",), "T042": ("physiological process",),
    "T043": ("biological process",), "T044": ("molecular process", "biological process"),
    "T045": ("molecular process", "biological process"), "T046": ("disease", "pathological process"),
    "T047": ("disease", "medical condition", "illness"), "T049": ("mutation", "molecular dysfunction"),
    "T050": ("animal model", "disease model"), "T052": ("activity",), "T055": ("behavior",), "T056": ("daily activity",),
    "T058": ("health care",), "T059": ("laboratory test", "assay"), "T060": ("diagnostic test", "examination"),
    "T061": ("treatment", "therapy", "intervention"), "T062": ("study", "research method", "study design"),
    "T063": ("laboratory technique", "method"), "T067": ("process",), "T070": ("natural process",),
    "T078": ("idea",), "T079": ("time", "duration"), "T080": ("quality",), "T081": ("quantity", "measurement", "statistic"),
    "T082": ("location", "direction"), "T083": ("place", "country", "geographic location"), "T085": ("molecular sequence",),
    "T086": ("nucleotide sequence",), "T087": ("amino acid sequence",), "T089": ("law", "regulation"),
    "T090": ("discipline", "field of study"), "T091": ("biomedical discipline", "medical specialty"),
    "T096": ("group of people",), "T097": ("profession", "occupation"), "T098": ("population", "group of people"),
    "T101": ("patient", "patient group"), "T103": ("chemical",), "T104": ("chemical",), "T109": ("chemical compound", "chemical"),
    "T114": ("nucleic acid",), "T116": ("protein", "peptide"), "T121": ("drug", "medication", "medicine"),
    "T123": ("biomolecule",), "T125": ("hormone",), "T126": ("enzyme",), "T127": ("vitamin",), "T129": ("antibody or antigen",),
    "T130": ("diagnostic reagent",), "T131": ("toxin", "poison"), "T167": ("substance",), "T169": ("function",),
    "T170": ("document", "publication", "software or database"), "T184": ("symptom", "sign or symptom"),
    "T190": ("anatomical abnormality",), "T191": ("cancer", "tumor", "disease"),
    "T192": ("receptor",), "T195": ("antibiotic", "drug"), "T196": ("chemical element", "ion"),
    "T197": ("inorganic compound", "chemical"), "T200": ("drug product", "drug"),
    "T201": ("clinical attribute", "measurement"), "T204": ("eukaryote", "organism"),
}  # fmt: skip
#: Types of the entity corpora -> labels that ask for them. The labels of a corpus are also what it marks completely.
ENTITY_LABELS = {
    "Chemical": ("chemical", "drug or chemical", "chemical compound"),
    "Disease": ("disease", "disease or phenotype", "disorder"),
    "SpecificDisease": ("disease", "disorder"),
    "DiseaseClass": ("disease", "disorder"),
    "Modifier": ("disease", "disorder"),
    "CompositeMention": ("disease", "disorder"),
    "Gene": ("gene", "gene or protein", "gene or gene product"),
    "FamilyName": ("gene family", "protein family"),
    "DomainMotif": ("protein domain", "protein motif"),
    "Species": ("species", "organism", "organism or taxon"),
    "Variant": ("variant", "genetic variant", "mutation"),
    "ChromosomeLocation": ("chromosome location",),
}
#: Corpora with the types that each marks completely.
ENTITY_CORPORA = {
    "bc5cdr": ("Chemical", "Disease"),
    "ncbi-disease": ("SpecificDisease",),
    "biored": ("Gene", "Disease", "Chemical", "Species", "Variant"),
    "gnormplus": ("Gene", "FamilyName", "DomainMotif"),
    "nlm-gene": ("Gene", "FamilyName", "DomainMotif"),
    "species-800": ("Species",),
}
GROUP_LABELS = {
    "ANAT": "anatomy", "CHEM": "chemical or drug", "CONC": "concept or idea", "DEVI": "technical object", "DISO": "disorder",
    "GENE": "gene or molecular sequence", "GEOG": "geographic area", "LIVB": "living being", "OBJC": "physical object",
    "OCCU": "occupation or discipline", "PHEN": "phenomenon or process", "PHYS": "physiology", "PROC": "procedure",
    "ACTI": "activity", "ORGA": "organization",
}  # fmt: skip
_WORD = re.compile(r"\w+(?:[-_]\w+)*|\S")


@dataclass(frozen=True, slots=True)
class Span:
    """Words `[first, last]` of a passage. `labels` it has; `is_masked`: says nothing about any label. `groups`: its semantic
    groups, none where the corpus has no such thing."""

    first: int
    last: int
    labels: frozenset[str]
    is_masked: bool = False
    groups: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Example:
    """`asked`: the only labels whose absence means something; None: any (the corpus marks every concept)."""

    words: tuple[str, ...]
    spans: tuple[Span, ...]
    asked: frozenset[str] | None


def is_held_out(label: str) -> bool:
    return _HELD_OUT_WORDS.search(label) is not None


@dataclass(frozen=True)
class TypeNames:
    """Names of semantic types and groups, and of the concepts above a concept."""

    of_type: dict[str, tuple[str, str]]
    above: dict[str, frozenset[str]]

    @staticmethod
    def load(data: Path, table: Path) -> TypeNames:
        rows = (line.split("|") for line in open_text(data / "ontologies/SemGroups.txt.gz"))
        of_type = {row[2]: (row[3].lower(), row[0]) for row in rows if len(row) >= 4}
        return TypeNames(of_type, _names_above(table))

    def labels(self, annotation: Annotation) -> frozenset[str]:
        found = set(self.above.get("UMLS:" + annotation.id.removeprefix("UMLS:"), ()))
        for tui in annotation.type.split(","):
            if tui in self.of_type:
                name, group = self.of_type[tui]
                found |= {name, GROUP_LABELS[group], *PARAPHRASES.get(tui, ())}
        return frozenset(label for label in found if not is_held_out(label))

    def groups(self, annotation: Annotation) -> frozenset[str]:
        return frozenset(self.of_type[tui][1] for tui in annotation.type.split(",") if tui in self.of_type)

    def complete(self) -> frozenset[str]:
        """Labels that every mention with one of its types has: what lacks them is something else."""
        names = {name for name, _ in self.of_type.values()} | {name for found in PARAPHRASES.values() for name in found}
        # What the entity corpora call a disease or a chemical goes beyond single types.
        marked = {label for found in ENTITY_LABELS.values() for label in found}
        return frozenset(names - marked) | frozenset(GROUP_LABELS.values())


def _names_above(table: Path, levels: int = 2) -> dict[str, frozenset[str]]:
    """Concept -> its preferred name and those of its parents and theirs, short ones that could name a type."""
    names: dict[str, str] = {}
    parents: dict[str, list[str]] = {}
    current = ""
    with gzip.open(table, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = line.rstrip("\n").split("\t")
            if row[0] == "C":
                current = row[1]
                if len(row) > 4 and row[4]:
                    parents[current] = row[4].split("|")
            elif row[0] == "N" and current not in names:
                names[current] = row[-1].lower()
    found = {}
    for concept in names:
        direct = parents.get(concept, [])
        level, above = direct, [concept, *direct]
        for _ in range(levels - 1):
            level = [parent for one in level for parent in parents.get(one, ())]
            above += level
        found[concept] = frozenset(names[one] for one in above if one in names and len(names[one].split()) <= 3)
    return found


def words_of(text: str) -> list[tuple[str, int, int]]:
    """Words as gliner's `whitespace` splitter finds them."""
    return [(match.group(), match.start(), match.end()) for match in _WORD.finditer(text)]


@dataclass(frozen=True, slots=True)
class Placed:
    """A passage of a document with the annotations that begin in it, each with its words `(first, last)`; None where it does
    not begin and end with a word, or is too wide."""

    words: tuple[str, ...]
    annotations: tuple[tuple[Annotation, tuple[int, int] | None], ...]


def placed(document: Document, max_width: int, most: int = 600) -> Iterator[Placed]:
    """Passages of at most `most` characters: the title, the rest cut at sentence ends."""
    title = min(len(document.title), len(document.text))
    for start, end in [(0, title), *cut(document.text, title, len(document.text), most)]:
        words = words_of(document.text[start:end])
        starts = {begin: index for index, (_, begin, _) in enumerate(words)}
        ends = {stop: index for index, (_, _, stop) in enumerate(words)}
        found = []
        for one in document.annotations:
            if start <= one.start < end:
                first, last = starts.get(one.start - start), ends.get(one.end - start)
                fits = first is not None and last is not None and first <= last < first + max_width
                found.append((one, (first, last) if fits else None))
        if words:
            yield Placed(tuple(word for word, _, _ in words), tuple(found))


def examples(documents: Iterable[Document], names: TypeNames, max_width: int) -> Iterator[Example]:
    """Passages to learn from. Annotations that have no words of their own are left out."""
    for document in documents:
        kinds = ENTITY_CORPORA.get(document.corpus)
        asked = frozenset(label for kind in kinds for label in ENTITY_LABELS[kind]) if kinds else None
        for passage in placed(document, max_width):
            spans: dict[tuple[int, int], Span] = {}
            for annotation, place in passage.annotations:
                if place is None:
                    continue
                labels = frozenset(ENTITY_LABELS.get(annotation.type, ())) if kinds else names.labels(annotation)
                groups = frozenset() if kinds else names.groups(annotation)
                hidden = not kinds and bool(_HELD_OUT_TYPES & set(annotation.type.split(",")))
                known = spans.get(place)
                if known:
                    labels, groups, hidden = labels | known.labels, groups | known.groups, hidden or known.is_masked
                spans[place] = Span(*place, labels, hidden or not labels, groups)
            yield Example(passage.words, tuple(spans.values()), asked)


#: Label -> the words `(first, last)` that have it; mentions without words of their own are there as `(-1, n)`.
Gold = dict[str, set[tuple[int, int]]]


def gold_passages(
    documents: Iterable[Document], types: dict[str, tuple[str, ...]], max_width: int
) -> Iterator[tuple[Example, Gold]]:
    """Passages to measure on: every mention counts, also one that the model could not mark."""
    for document in documents:
        for passage in placed(document, max_width):
            gold: Gold = {label: set() for label in types}
            for index, (annotation, place) in enumerate(passage.annotations):
                for label, tuis in types.items():
                    if set(tuis) & set(annotation.type.split(",")):
                        gold[label].add(place or (-1, index))
            yield Example(passage.words, (), None), gold


def training_examples(data: Path, names: TypeNames, max_width: int) -> list[Example]:
    """Every training passage, without reserved and development documents (`corpora.Guard`)."""
    corpora = ["medmentions-full", *ENTITY_CORPORA]
    return list(examples(training_documents(data, corpora), names, max_width))


def label_counts(found: Iterable[Example]) -> Counter[str]:
    return Counter(label for one in found for span in one.spans if not span.is_masked for label in span.labels)


@dataclass(frozen=True)
class LabelSet:
    """The labels of the training texts, and when one that a mention does not have means something."""

    #: Labels to ask for in vain: the commoner ones more often, but not by their full count.
    pool: tuple[str, ...]
    #: Label -> semantic groups of mentions that have it, for those that not every such mention has.
    loose: dict[str, frozenset[str]]

    @staticmethod
    def of(found: Iterable[Example], complete: frozenset[str]) -> LabelSet:
        examples, groups = list(found), {}
        for one in examples:
            for span in one.spans:
                for label in span.labels - complete:
                    groups[label] = groups.get(label, frozenset()) | span.groups
        counts = sorted(label_counts(examples).items())
        return LabelSet(tuple(label for label, n in counts for _ in range(max(1, round(n**0.5)))), groups)

    def is_known(self, span: Span, label: str) -> bool:
        """Whether it is known that a mention has the label, or that it has not."""
        return not span.is_masked and (label in span.labels or not span.groups & self.loose.get(label, frozenset()))


def ask(batch: list[Example], labels: LabelSet, rng: random.Random, n_absent: int = 32) -> list[str]:
    """The labels to ask all passages of a batch for: those that one of them has, what corpora that mark a few types mark, and
    others. Asking for many costs little, as texts are read without the labels."""
    asked = {label for one in batch for span in one.spans if not span.is_masked for label in span.labels}
    asked.update(*(one.asked for one in batch if one.asked))
    return sorted(asked | {rng.choice(labels.pool) for _ in range(n_absent)})
