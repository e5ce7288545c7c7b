"""The table of the starter knowledge base: concepts under construction, how names are compared, and how the table is
written. Standard library only."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .corpora import NAMING_CORPORA
from .sources import SourceConcept

VERSION = "1"
MAX_NAME = 200
KIND_RANK = {"preferred": 0, "synonym": 1, "layperson": 2, "abbreviation": 3, "observed": 4}
#: Whose label names the concept, best first. Observed names come last.
LABEL_ORDER = ("MSH", "DOID", "MONDO", "HPO", "ORDO", "SYMP", "UBERON", "CL", "HGNC", "GO", "CHEBI", "NCIT", "NIF", "MedQuAD",
               "NCBITaxon")  # fmt: skip

SOURCES = (
    {"name": "MSH", "title": "Medical Subject Headings, descriptors", "version": "descriptors and entry terms",
     "licence": "U.S. National Library of Medicine, attribution"},
    {"name": "MONDO", "title": "Mondo Disease Ontology, exact mappings", "version": "2026-08-04; 2022-10-24",
     "licence": "CC BY 4.0"},
    {"name": "DOID", "title": "Human Disease Ontology", "version": "2026; 2018-07-05; 2016 names", "licence": "CC0 1.0"},
    {"name": "HPO", "title": "Human Phenotype Ontology", "version": "2023-01-27",
     "licence": "HPO licence: attribution, content unaltered"},
    {"name": "ORDO", "title": "Orphanet Rare Disease Ontology", "version": "2.6 (2018-07-12)", "licence": "CC BY 4.0"},
    {"name": "NCIT", "title": "NCI Thesaurus, disease branch", "version": "2018-06-08", "licence": "CC BY 4.0"},
    {"name": "SYMP", "title": "Symptom Ontology", "version": "2026-07-30", "licence": "CC0 1.0"},
    {"name": "UBERON", "title": "Uberon anatomy ontology (as in CRAFT)", "version": "2015-04-23", "licence": "CC BY 3.0"},
    {"name": "CL", "title": "Cell Ontology (as in CRAFT)", "version": "as in CRAFT", "licence": "CC BY 4.0"},
    {"name": "NIF", "title": "NIF Gross Anatomy", "version": "NIFSTD", "licence": "CC BY"},
    {"name": "GO", "title": "Gene Ontology, labels", "version": "labels", "licence": "CC BY 4.0"},
    {"name": "HGNC", "title": "HUGO Gene Nomenclature Committee", "version": "approved genes", "licence": "CC0 1.0"},
    {"name": "CHEBI", "title": "Chemical Entities of Biological Interest, names", "version": "names",
     "licence": "CC BY 4.0"},
    {"name": "NCBITaxon", "title": "NCBI Taxonomy, species names", "version": "names", "licence": "CC0 1.0"},
    {"name": "MedQuAD", "title": "MedQuAD, NIH health topics", "version": "names and identifiers", "licence": "CC BY 4.0"},
    {"name": "MedMentions", "title": "MedMentions, names seen in training documents", "version": "UMLS 2017AA",
     "licence": "CC0 1.0"},
    {"name": "NCBI Disease", "title": "NCBI Disease corpus, names seen in training documents", "version": "2013",
     "licence": "public domain"},
    {"name": "BioRED", "title": "BioRED, names seen in training documents", "version": "2022", "licence": "MIT"},
    {"name": "NLM-Chem", "title": "NLM-Chem, names seen in training documents", "version": "2021", "licence": "MIT"},
    {"name": "GNormPlus", "title": "GNormPlus, names seen in training documents", "version": "2015", "licence": "MIT"},
    {"name": "NLM-Gene", "title": "NLM-Gene, names seen in training documents", "version": "2021", "licence": "MIT"},
)  # fmt: skip


#: Those that were read in annotated text.
OBSERVED_SOURCES = ("MedMentions", *NAMING_CORPORA.values())


def fold(text: str) -> str:
    """For comparing labels: lower case, one space between words. Punctuation counts."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def acceptable(text: str) -> bool:
    """False for what is no name: empty, longer than 200 characters, without a letter, or a bare code."""
    if not text or len(text) > MAX_NAME or not any(character.isalpha() for character in text):
        return False
    return not re.fullmatch(r"(C\d{7}|[A-Za-z]+[:_]\d+|D\d{6})", text)


def clean(text: str) -> str:
    """The name verbatim, but on one line: the table's separators become spaces."""
    return " ".join(text.split())


@dataclass(slots=True)
class Entry:
    """A concept under construction. ``names``: text -> (kind, source, count)."""

    id: str
    names: dict[str, tuple[str, str, int]] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    types: set[str] = field(default_factory=set)
    scopes: set[str] = field(default_factory=set)
    parents: set[str] = field(default_factory=set)
    xrefs: set[str] = field(default_factory=set)
    #: How often training text of a source used a text for the concept.
    uses: Counter[tuple[str, str]] = field(default_factory=Counter)
    #: How many training documents used a text for it.
    documents: Counter[str] = field(default_factory=Counter)

    def add_name(self, text: str, kind: str, source: str, count: int = 0) -> None:
        text = clean(text)
        if not acceptable(text):
            return
        old = self.names.get(text)
        if old is not None:
            count += old[2]
            if KIND_RANK[old[0]] <= KIND_RANK[kind]:
                kind, source = old[0], old[1]
        self.names[text] = (kind, source, count)

    def add_observed(self, text: str, source: str, uses: Mapping[str, int]) -> None:
        """A name that annotators used for it: document -> how often."""
        count = sum(uses.values())
        self.add_name(text, "observed", source, count)
        text = clean(text)
        if text in self.names:
            self.uses[(text, source)] += count
            self.documents[text] += len(uses)

    def absorb(self, concept: SourceConcept) -> None:
        """Takes names, cross-references, types, scope and parents of a source concept."""
        if concept.label and not concept.retired:
            self.labels.setdefault(concept.source, clean(concept.label))
        self.add_name(concept.label, "synonym" if concept.retired else "preferred", concept.source)
        for text, kind in concept.names:
            self.add_name(text, kind, concept.source)
        if concept.id and concept.source not in ("MedQuAD", "NIF"):
            self.xrefs.add(concept.id)
        self.xrefs.update(x for x in concept.xrefs if not x.startswith("OMIM:"))
        self.types.update(concept.types)
        if concept.group:
            self.scopes.add(concept.group)
        self.parents.update(concept.parents)

    def preferred(self) -> str:
        """See LABEL_ORDER; without a label, the observed name that most documents use and that is not an abbreviation. One document
        can say nine times what no other says."""
        return self._called(lambda text: (self.documents[text], self.names[text][2]))

    def commonest(self) -> str:
        """The same by uses alone. What joins by name is measured with it (`kb_report`)."""
        return self._called(lambda text: (self.names[text][2],))

    def _called(self, frequency: Callable[[str], tuple[int, ...]]) -> str:
        for source in LABEL_ORDER:
            if self.labels.get(source) in self.names:
                return self.labels[source]
        official = any(kind != "observed" for kind, _, _ in self.names.values())

        def order(text: str) -> tuple:
            kind = self.names[text][0]
            short = not re.search(r"[a-z]{3}", text)
            return (short, official and kind == "observed", [-n for n in frequency(text)], -len(text), text)

        return min(self.names, key=order)


@dataclass
class Table:
    """All entries, and where every native id went."""

    groups_of_type: dict[str, str]
    entries: dict[str, Entry] = field(default_factory=dict)
    home: dict[str, str] = field(default_factory=dict)
    lexical: list[tuple[str, str, str]] = field(default_factory=list)
    report: dict[str, object] = field(default_factory=dict)

    def entry(self, identifier: str) -> Entry:
        return self.entries.setdefault(identifier, Entry(identifier))

    def place(self, concept: SourceConcept, identifier: str) -> None:
        self.entry(identifier).absorb(concept)
        if concept.id:
            self.home[concept.id] = identifier

    def groups(self, entry: Entry) -> set[str]:
        typed = {self.groups_of_type[t] for t in entry.types if t in self.groups_of_type}
        return typed or entry.scopes


_GREEK = {"α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "κ": "kappa", "ω": "omega"}


def loose(text: str) -> str:
    """`fold` without hyphens, commas, apostrophes and a final plural s, Greek letters spelled out."""
    text = re.sub(r"[-,/'’ ]+", " ", fold(text)).strip()
    text = re.sub(r"[αβγδκω]", lambda match: _GREEK[match[0]], text)
    return re.sub(r"(?<=[a-z][a-rt-z])(?<![iu])s$", "", text)


def lines(table: Table) -> Iterable[str]:
    """The table's text, line by line, without line ends."""
    head = {"name": "ConceptLens starter knowledge base", "version": VERSION, "sources": list(SOURCES)}
    yield "#conceptlens-kb\t1\t" + json.dumps(head, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    for identifier in sorted(table.entries):
        entry = table.entries[identifier]
        fields = (entry.types, table.groups(entry), entry.parents, entry.xrefs)
        yield "\t".join(["C", identifier, *("|".join(sorted(values)) for values in fields)])
        first = entry.preferred()
        order = sorted(entry.names, key=lambda t: (t != first, KIND_RANK[entry.names[t][0]], -entry.names[t][2], t))
        for text in order:
            kind, source, count = entry.names[text]
            yield f"N\t{kind}\t{source}\t{count}\t{text}"


def observed_lines(table: Table) -> Iterable[str]:
    """What training text alone says, as a table of the same form: which texts it used for a concept, and how often."""
    described = [source for source in SOURCES if source["name"] in OBSERVED_SOURCES]
    head = {"name": "Names observed in annotated text", "version": VERSION, "sources": described}
    yield "#conceptlens-kb\t1\t" + json.dumps(head, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    for identifier in sorted(table.entries):
        entry = table.entries[identifier]
        if entry.uses:
            yield "\t".join(["C", identifier, "", "", "", "|".join(sorted(entry.xrefs))])
        for (text, source), count in sorted(entry.uses.items(), key=lambda use: (-use[1], use[0])):
            yield f"N\tobserved\t{source}\t{count}\t{text}"


def write_gzip(path: Path, content: Iterable[str]) -> None:
    """gzip -9 without name or time, UTF-8, LF."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as packed:
        with io.TextIOWrapper(packed, "utf-8", newline="\n") as text:
            for line in content:
                text.write(line + "\n")


def manifest(table: Table, files: dict[str, Path]) -> dict[str, object]:
    """What the table holds, by source, and the checksums of its files."""
    concepts: Counter[str] = Counter()
    names: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    prefixes: Counter[str] = Counter()
    for entry in table.entries.values():
        prefixes[entry.id.split(":")[0]] += 1
        by_source = Counter(source for _, source, _ in entry.names.values())
        names.update(by_source)
        concepts.update(set(by_source) | set(entry.labels))
        kinds.update(kind for kind, _, _ in entry.names.values())
    listed = [{**s, "nConcepts": concepts[s["name"]], "nNames": names[s["name"]]} for s in SOURCES]
    return {
        "name": "ConceptLens starter knowledge base",
        "version": VERSION,
        "nConcepts": len(table.entries),
        "nNames": sum(names.values()),
        "nConceptsWithTypes": sum(bool(e.types) for e in table.entries.values()),
        "nConceptsWithGroups": sum(bool(table.groups(e)) for e in table.entries.values()),
        "nConceptsWithParents": sum(bool(e.parents) for e in table.entries.values()),
        "idPrefixes": dict(sorted(prefixes.items())),
        "nameKinds": dict(sorted(kinds.items())),
        **table.report,
        "sources": listed,
        "sha256": {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items()},
    }
