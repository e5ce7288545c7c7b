"""Readers for the annotated corpora, and the guard that keeps evaluation documents out of training.

Everything that trains, tunes a retriever, or adds names to the knowledge base reads its documents through
:func:`training_documents` (or :func:`observed_names`), which drops every reserved and every development document
and asserts that none is left. Development documents are read through :func:`development_documents`, which drops
the reserved ones.

Offsets are Unicode code points into ``Document.text``, half-open. ``Document.text`` is title, one space, abstract,
as PubTator counts. Standard library only.
"""

from __future__ import annotations

import gzip
import json
import logging
import os
import re
import unicodedata
import xml.etree.ElementTree as ElementTree
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from .abbreviations import abbreviations

log = logging.getLogger(__name__)

RESERVED_FILE = "corpora/never-train-on.pmids.txt"
DEV_FILE = "corpora/dev.pmids.txt"
MEDMENTIONS_SENTENCES = "corpora/medmentions/st21pv.trng.sentences-abbreviations-expanded.jsonl.gz"

#: Corpora that may be trained on (after the guard): name -> file, format.
TRAINING_CORPORA: dict[str, tuple[str, str]] = {
    "medmentions-full": ("corpora/medmentions/full.trng.pubtator.txt.gz", "pubtator"),
    "medmentions-st21pv": ("corpora/medmentions/st21pv.trng.pubtator.txt.gz", "pubtator"),
    "medmentions-sentences": (MEDMENTIONS_SENTENCES, "sentences"),
    "bc5cdr": ("corpora/bc5cdr/train.pubtator.txt.gz", "pubtator"),
    "ncbi-disease": ("corpora/ncbi-disease/train.pubtator.txt.gz", "pubtator"),
    "biored": ("corpora/biored/traindev.pubtator.txt.gz", "pubtator"),
    "belink-bc5cdr-chemical": ("corpora/belink/bc5cdr-chemical.traindev.bioc.xml.gz", "bioc"),
    "belink-bc5cdr-disease": ("corpora/belink/bc5cdr-disease.traindev.bioc.xml.gz", "bioc"),
    "belink-ncbi-disease": ("corpora/belink/ncbi-disease.traindev.bioc.xml.gz", "bioc"),
    "belink-nlm-chemical": ("corpora/belink/nlm-chemical.traindev.bioc.xml.gz", "bioc"),
    "bioid": ("corpora/other/BioID_Train_revision.pubtator.txt.gz", "pubtator"),
    "gnormplus": ("corpora/other/GNormPlus_Train.pubtator.txt.gz", "pubtator"),
    "nlm-gene": ("corpora/other/NLMgene_Train.pubtator.txt.gz", "pubtator"),
    "linnaeus": ("corpora/other/Linnaeus_Train.pubtator.txt.gz", "pubtator"),
    "species-800": ("corpora/other/SPECIES_Train.pubtator.txt.gz", "pubtator"),
    "tmvar3": ("corpora/other/tmVar3_Train.pubtator.txt.gz", "pubtator"),
}

#: Development corpora: tuned and reported on, never trained on.
DEVELOPMENT_CORPORA: dict[str, tuple[str, str]] = {
    "medmentions-full": ("corpora/medmentions/full.dev.pubtator.txt.gz", "pubtator"),
    "medmentions-st21pv": ("corpora/medmentions/st21pv.dev.pubtator.txt.gz", "pubtator"),
    "bc5cdr": ("corpora/bc5cdr/dev.pubtator.txt.gz", "pubtator"),
    "ncbi-disease": ("corpora/ncbi-disease/dev.pubtator.txt.gz", "pubtator"),
}


@dataclass(frozen=True, slots=True)
class Annotation:
    """One annotated mention. ``start``/``end``: code points in the document's text. ``type`` and ``id`` are verbatim
    from the corpus (``T116,T123``, ``D004829+D003294``, ``-1``); see :func:`gold_curies` for ids as CURIEs."""

    start: int
    end: int
    text: str
    type: str
    id: str


@dataclass(frozen=True, slots=True)
class Document:
    """An annotated text. ``verbatim`` is False where the corpus holds tokens or replaced abbreviations only.
    ``other_ids`` are further ids of the same article (a PubMed id where ``pmid`` is a PMC id). ``broken`` are annotations whose
    offsets do not cover their text, as they came; nothing is learned from them, and `corpus_report` lists them."""

    pmid: str
    corpus: str
    title: str
    text: str
    annotations: tuple[Annotation, ...]
    verbatim: bool = True
    other_ids: frozenset[str] = field(default_factory=frozenset)
    broken: tuple[Annotation, ...] = ()


def open_text(path: Path) -> Iterator[str]:
    """Lines of a UTF-8 text file, gzip or plain, cut at LF only, without the LF and a CR before it."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8", newline="\n") as lines:
        for line in lines:
            yield line.rstrip("\n").rstrip("\r")


def default_data() -> Path:
    """``$CONCEPTLENS_DATA``, else ``../shared/data`` beside the repository."""
    if configured := os.environ.get("CONCEPTLENS_DATA"):
        return Path(configured)
    return Path(__file__).resolve().parents[4] / "shared" / "data"


# -- the guard ---------------------------------------------------------------------------------------------------


def _read_ids(path: Path) -> frozenset[str]:
    return frozenset(line.strip() for line in open_text(path) if line.strip())


def reserved_pmids(data: Path) -> frozenset[str]:
    """PubMed ids of the documents kept for evaluation: never to be trained, tuned or looked at."""
    return _read_ids(Path(data) / RESERVED_FILE)


def dev_pmids(data: Path) -> frozenset[str]:
    """PubMed ids of the development documents: tuned and reported on, in no training file."""
    return _read_ids(Path(data) / DEV_FILE)


def _title_key(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", unicodedata.normalize("NFKD", title).lower()).strip()


def _development_titles(data: Path) -> frozenset[str]:
    """Titles of the development documents: catches the same article under a PMC id. Short ones are no evidence."""
    keys = set()
    for relative, _ in DEVELOPMENT_CORPORA.values():
        path = Path(data) / relative
        if path.exists():
            for line in open_text(path):
                match = _PASSAGE.match(line)
                if match and match[2] == "t":
                    keys.add(_title_key(match[3]))
    return frozenset(key for key in keys if len(key) >= 30)


@dataclass(frozen=True)
class Guard:
    """Which documents may not be trained on."""

    reserved: frozenset[str]
    dev: frozenset[str]
    dev_titles: frozenset[str] = frozenset()

    @staticmethod
    def load(data: Path) -> Guard:
        return Guard(reserved_pmids(data), dev_pmids(data), _development_titles(data))

    def reason(self, document: Document) -> str | None:
        """Why the document may not be trained on: ``reserved``, ``dev``, ``dev title``; None when it may."""
        ids = {document.pmid, *document.other_ids}
        if ids & self.reserved:
            return "reserved"
        if ids & self.dev:
            return "dev"
        if _title_key(document.title) in self.dev_titles:
            return "dev title"
        return None


# -- formats -----------------------------------------------------------------------------------------------------

_PASSAGE = re.compile(r"^([^|\t]+)\|([ta])\|(.*)$", re.DOTALL)


def read_pubtator(path: Path, corpus: str) -> Iterator[Document]:
    """Documents of a PubTator file. Relation lines are skipped."""
    pmid, title, abstract, rows = "", "", "", []

    def finish() -> Document:
        text = f"{title} {abstract}"
        kept, broken = [], []
        for start, end, surface, kind, identifier in rows:
            covered = text[start:end]
            if not covered.strip() or covered.strip() != surface.strip():
                broken.append(Annotation(start, end, surface, kind, identifier))
                continue
            start += len(covered) - len(covered.lstrip())
            covered = covered.strip()
            kept.append(Annotation(start, start + len(covered), covered, kind, identifier))
        kept.sort(key=lambda a: (a.start, a.end, a.id))
        return Document(pmid, corpus, title, text, tuple(kept), broken=tuple(broken))

    for line in open_text(path):
        passage = _PASSAGE.match(line)
        if passage and passage[2] == "t":
            if pmid:
                yield finish()
            pmid, title, abstract, rows = passage[1], passage[3], "", []
        elif passage:
            abstract = passage[3]
        else:
            parts = line.split("\t")
            if len(parts) >= 5 and parts[1].isdigit() and parts[2].isdigit():
                identifier = parts[5].strip() if len(parts) > 5 else ""
                rows.append((int(parts[1]), int(parts[2]), parts[3], parts[4], identifier))
    if pmid:
        yield finish()


def join_tokens(tokens: list[str]) -> tuple[str, list[tuple[int, int]]]:
    """Joins tokens to readable text, without spaces inside brackets, before closing marks and around hyphens and slashes.
    Returns the text and the span of every token."""
    text, spans, glue, quote_open = "", [], True, False
    for token in tokens:
        closing = token[0] in ",.;:)]%?!'" and token not in ("'", "...") and not re.match(r"[.,]\d", token)
        closing = closing or token in ("-", "/")
        if token == '"':
            closing = quote_open
        if text and not glue and not closing:
            text += " "
        start = len(text)
        text += token
        spans.append((start, len(text)))
        glue = token in ("(", "[", "-", "/", "$") or (token == '"' and not quote_open) or token.endswith("(")
        if token == '"':
            quote_open = not quote_open
    return text, spans


def read_sentences(path: Path, corpus: str) -> Iterator[Document]:
    """Documents of the MedMentions token file (``{"pmid", "sents": [{"tok", "tag"}]}``, tags ``B:CUI``/``I:CUI``/
    ``O``). The text is rejoined from tokens and its abbreviations were replaced, so it is not verbatim; types are
    empty. The title is the first sentence."""
    for line in open_text(path):
        record = json.loads(line)
        text, annotations, first = "", [], None
        for sentence in record["sents"]:
            joined, spans = join_tokens(sentence["tok"])
            if text:
                text += " "
            base = len(text)
            text += joined
            first = first if first is not None else joined
            for begin, last, cui in _bio_spans(sentence["tag"]):
                start, end = base + spans[begin][0], base + spans[last][1]
                annotations.append(Annotation(start, end, text[start:end], "", cui))
        yield Document(str(record["pmid"]), corpus, first or "", text, tuple(annotations), verbatim=False)


def _bio_spans(tags: list[str]) -> Iterator[tuple[int, int, str]]:
    begin, current = None, ""
    for index, tag in enumerate([*tags, "O"]):
        continues = tag.startswith("I:") and begin is not None and tag[2:] == current
        if begin is not None and not continues:
            yield begin, index - 1, current
            begin = None
        if tag.startswith(("B:", "I:")) and not continues:
            begin, current = index, tag[2:]


def read_bioc(path: Path, corpus: str) -> Iterator[Document]:
    """Documents of a BioC XML file. The passages' texts are put at their offsets; what lies between is spaces."""
    with gzip.open(path, "rb") as stream:
        for _, element in ElementTree.iterparse(stream, events=("end",)):
            if element.tag == "document":
                yield _bioc_document(element, corpus)
                element.clear()


def _bioc_document(element: ElementTree.Element, corpus: str) -> Document:
    text, title = "", ""
    rows: list[tuple[int, int, str, str]] = []
    other = {e.text.strip() for e in element.iter("infon") if (e.get("key") or "").startswith("article-id_pm") and e.text}
    for passage in element.iter("passage"):
        offset = int(passage.findtext("offset") or 0)
        content = passage.findtext("text")
        if content is None:
            content = ""
            for sentence in passage.iter("sentence"):
                place = int(sentence.findtext("offset") or 0) - offset
                content = content.ljust(place) + (sentence.findtext("text") or "")
        text = text.ljust(offset)[:offset] + content
        title = title or content.split("\n")[0]
        for annotation in passage.iter("annotation"):
            location = annotation.find("location")
            identifier = ""
            for infon in annotation.findall("infon"):
                if infon.get("key") in ("concept_id", "identifier"):
                    identifier = (infon.text or "").strip()
            if location is not None:
                start = int(location.get("offset") or 0)
                rows.append((start, start + int(location.get("length") or 0), annotation.findtext("text") or "", identifier))
    found = [Annotation(s, e, surface, "", i) for s, e, surface, i in rows]
    found.sort(key=lambda a: (a.start, a.end, a.id))
    kept, broken = [], []
    for a in found:
        (kept if a.text and text[a.start : a.end] == a.text else broken).append(a)
    identifier = element.findtext("id") or ""
    return Document(identifier, corpus, title, text, tuple(kept), other_ids=frozenset(other), broken=tuple(broken))


_READERS = {"pubtator": read_pubtator, "sentences": read_sentences, "bioc": read_bioc}


# -- corpora -----------------------------------------------------------------------------------------------------


def training_documents(data: Path, corpora: Iterable[str], guard: Guard | None = None) -> Iterator[Document]:
    """Documents of the named training corpora, in file order, without any reserved or development document.

    A document that a file holds twice comes once. What was dropped is logged per corpus and reason.
    """
    data = Path(data)
    guard = guard or Guard.load(data)
    assert guard.reserved and guard.dev, "the lists of reserved and development documents are empty"
    for corpus in corpora:
        relative, kind = TRAINING_CORPORA[corpus]
        dropped: Counter[str] = Counter()
        seen: set[str] = set()
        broken = 0
        for document in _READERS[kind](data / relative, corpus):
            reason = guard.reason(document)
            if reason is None and document.pmid in seen:
                reason = "repeated"
            if reason is not None:
                dropped[reason] += 1
                continue
            seen.add(document.pmid)
            forbidden = {document.pmid, *document.other_ids} & (guard.reserved | guard.dev)
            assert not forbidden, f"{corpus}: {forbidden} may not be trained on"
            broken += len(document.broken)
            yield document
        log.info("%s: %d documents, dropped %s", corpus, len(seen), dict(sorted(dropped.items())) or "none")
        if broken:
            log.info("%s: %d annotations left out, their offsets do not cover their text", corpus, broken)


def development_documents(data: Path, corpus: str) -> Iterator[Document]:
    """Documents of a development corpus, without any reserved one."""
    data = Path(data)
    reserved = reserved_pmids(data)
    relative, kind = DEVELOPMENT_CORPORA[corpus]
    for document in _READERS[kind](data / relative, corpus):
        if not {document.pmid, *document.other_ids} & reserved:
            yield document


#: How corpora write that there is no id.
NO_ID = ("", "-", "-1", "None")


def gold_curies(corpus: str, annotation: Annotation) -> tuple[str, ...]:
    """The annotated ids as CURIEs of the knowledge base: ``UMLS:C…``, ``MESH:D…``, ``OMIM:…``, ``NCBIGene:…``,
    ``NCBITaxon:…``, ``CVCL:…``. Several for a composite mention (``+``, ``|``, ``,``, ``;``); empty for none (``-1``)."""
    found = []
    for part in re.split(r"[|+,;]", annotation.id):
        part = re.sub(r"\(.*?\)", "", part).strip().lstrip("*")
        curie = _curie(corpus, annotation.type, part)
        if curie and curie not in found:
            found.append(curie)
    return tuple(found)


def _curie(corpus: str, kind: str, part: str) -> str | None:
    if part in NO_ID:
        return None
    if corpus.startswith("medmentions"):
        return f"UMLS:{part.removeprefix('UMLS:')}"
    if re.fullmatch(r"(?i)(MESH:)?[CD]\d{5,9}", part):
        return f"MESH:{part.split(':')[-1]}"
    if re.match(r"(?i)(OMIM|MIM)[:_]", part):
        return "OMIM:" + re.split("[:_]", part)[-1]
    if ":" in part and re.fullmatch(r"[A-Za-z]+:\S+", part):
        return part
    if re.fullmatch(r"CVCL_\w+", part):
        return f"CVCL:{part[5:]}"
    if part.isdigit() and kind.startswith("Gene"):
        return f"NCBIGene:{part}"
    if part.isdigit() and (kind in ("Species", "OrganismTaxon", "Genus", "Strain") or corpus in ("linnaeus", "species-800")):
        return f"NCBITaxon:{part}"
    return None


# -- names seen in training text -----------------------------------------------------------------------------------


def medmentions_training(data: Path, guard: Guard | None = None) -> Iterator[Document]:
    """Every MedMentions training document once: verbatim with all its annotations (the full set, else ST21pv) where
    the verbatim text is at hand, else rejoined from tokens."""
    guard = guard or Guard.load(data)
    seen: set[str] = set()
    for corpus in ("medmentions-full", "medmentions-st21pv", "medmentions-sentences"):
        for document in training_documents(data, [corpus], guard):
            if document.pmid not in seen:
                seen.add(document.pmid)
                yield document


def observed_names(data: Path, guard: Guard | None = None) -> dict[tuple[str, str], Counter[str]]:
    """(CUI, surface form) -> how often each training document uses it. Feeds the `observed` names of the knowledge
    base; in training, subtract the mention's own document so that no surface form vouches for itself."""
    found: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for document in medmentions_training(data, guard):
        for annotation in document.annotations:
            surface = " ".join(annotation.text.split())
            if surface:
                found[(annotation.id.removeprefix("UMLS:"), surface)][document.pmid] += 1
    return dict(found)


#: Corpora whose annotators named concepts by the ids of MeSH, OMIM and NCBI Gene, and what their names are called in the knowledge
#: base. Their licences (public domain, MIT) allow that names are passed on; that of BC5CDR, "for research", does not say so.
NAMING_CORPORA = {
    "ncbi-disease": "NCBI Disease",
    "biored": "BioRED",
    "belink-nlm-chemical": "NLM-Chem",
    "gnormplus": "GNormPlus",
    "nlm-gene": "NLM-Gene",
}


#: So many uses of a name in one document count: a full text says the same word a hundred times.
MOST_USES = 5


def observed_by_id(data: Path, guard: Guard | None = None) -> dict[tuple[str, str, str], Counter[str]]:
    """(CURIE, surface form, source) -> how often each training document uses it, of the `NAMING_CORPORA`. Composite mentions are
    left out, and short forms that their document defines: they mean something else elsewhere."""
    found: defaultdict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
    for document in training_documents(data, NAMING_CORPORA, guard):
        short = abbreviations(document.text)
        for annotation in document.annotations:
            surface, ids = " ".join(annotation.text.split()), gold_curies(document.corpus, annotation)
            if surface and len(ids) == 1 and annotation.text not in short:
                uses = found[(ids[0], surface, NAMING_CORPORA[document.corpus])]
                uses[document.pmid] = min(uses[document.pmid] + 1, MOST_USES)
    return dict(found)


def observed_types(data: Path, guard: Guard | None = None) -> dict[str, tuple[str, ...]]:
    """CUI -> semantic types (TUIs) that the MedMentions training annotations give it, sorted."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for document in training_documents(data, ["medmentions-full", "medmentions-st21pv"], guard):
        for annotation in document.annotations:
            found[annotation.id.removeprefix("UMLS:")].update(re.findall(r"T\d{3}", annotation.type))
    return {cui: tuple(sorted(types)) for cui, types in found.items() if types}
