"""Readers for the open vocabularies: each gives :class:`SourceConcept` values, verbatim, nothing merged.

Only facts are read (id, name, cross-reference, is-a link, semantic type); definitions and comments never are.
Standard library only.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from .corpora import open_text

CUI = re.compile(r"C\d{7}$")


@dataclass(slots=True)
class SourceConcept:
    """One concept as one source has it. ``names``: (text, kind), without the label. ``cuis``: exact UMLS
    cross-references in the order of the source. ``mesh``: exact MeSH ids. ``parents``: native CURIEs.
    ``group``: the semantic group that the source itself says all its entries have; None when it says none.
    ``retired``: the source has withdrawn the concept. ``weak``: its CUIs stand in an older release only."""

    id: str
    source: str
    label: str
    names: list[tuple[str, str]] = field(default_factory=list)
    cuis: list[str] = field(default_factory=list)
    mesh: list[str] = field(default_factory=list)
    xrefs: list[str] = field(default_factory=list)
    parents: list[str] = field(default_factory=list)
    types: list[str] = field(default_factory=list)
    group: str | None = None
    retired: bool = False
    weak: bool = False
    publisher: str = ""


def _table(path: Path, quoted: bool = False) -> Iterator[list[str]]:
    lines = (line for line in open_text(path) if not line.startswith("#"))
    quoting = csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE
    return csv.reader(lines, delimiter="\t", quoting=quoting)


def semantic_groups(folder: Path) -> dict[str, str]:
    """TUI -> semantic group, from SemGroups."""
    rows = (line.split("|") for line in open_text(folder / "SemGroups.txt.gz"))
    return {row[2]: row[0] for row in rows if len(row) >= 4}


def open_names(folder: Path) -> dict[str, dict[str, list[tuple[str, str, str]]]]:
    """``cui_names_open``: source -> source id -> (CUI, name, label|syn). RxNorm rows are never read."""
    found: dict[str, dict[str, list[tuple[str, str, str]]]] = defaultdict(lambda: defaultdict(list))
    for row in _table(folder / "cui_names_open.tsv.gz"):
        if len(row) == 5 and not row[3].startswith("RXNORM") and CUI.match(row[0]):
            found[row[3]][row[4]].append((row[0], row[1], row[2]))
    return found


def _unique(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))


# -- Mondo -----------------------------------------------------------------------------------------------------------


def mondo(folder: Path) -> list[SourceConcept]:
    """Mondo from its exact mappings: the current file first, the 2022 file and the 2021 file only for ids that the
    current one does not hold."""
    found: dict[str, SourceConcept] = {}
    head: set[str] = set()
    for row in _table(folder / "mondo_exactmatch_umls.HEAD.sssom.tsv.gz"):
        if row[0].startswith("MONDO:") and row[2] == "skos:exactMatch":
            concept = found.setdefault(row[0], SourceConcept(row[0], "MONDO", row[1], group="DISO"))
            concept.cuis.append(row[3].split(":")[1])
            head.add(row[0])
    for row in _table(folder / "mondo_exactmatch_mesh.HEAD.sssom.tsv.gz"):
        if row[0].startswith("MONDO:") and row[2] == "skos:exactMatch":
            concept = found.setdefault(row[0], SourceConcept(row[0], "MONDO", row[1], group="DISO"))
            concept.mesh.append("MESH:" + row[3].split(":")[1])
    for row in _table(folder / "mondo_exactmatch_umls.hist.sssom.tsv.gz"):
        if len(row) > 3 and row[0].startswith("MONDO:") and row[2] == "skos:exactMatch":
            concept = found.setdefault(row[0], SourceConcept(row[0], "MONDO", row[1], group="DISO", retired=True))
            concept.names.append((row[1], "synonym"))
            if row[0] not in head:
                concept.cuis.append(row[3].split(":")[1])
    for concept in found.values():
        concept.cuis = [cui for cui in _unique(concept.cuis) if CUI.match(cui)]
        concept.mesh = _unique(concept.mesh)
    return list(found.values())


# -- OBO graphs ------------------------------------------------------------------------------------------------------


def _graph(path: Path) -> dict:
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        return json.load(stream)["graphs"][0]


def _local(iri: str) -> str:
    return iri.rsplit("/", 1)[-1].replace("Orphanet_", "ORPHA_").replace("_", ":", 1)


def _descendants(graph: dict, root: str) -> set[str]:
    children: dict[str, list[str]] = defaultdict(list)
    for edge in graph["edges"]:
        if edge["pred"] == "is_a":
            children[edge["obj"]].append(edge["sub"])
    found, stack = set(), [root]
    while stack:
        for child in children[stack.pop()]:
            if child not in found:
                found.add(child)
                stack.append(child)
    return found


def _add_xref(concept: SourceConcept, value: str) -> None:
    prefix, _, local = value.strip().partition(":")
    local = local.strip()
    if prefix in ("UMLS", "UMLS_CUI") and CUI.match(local):
        concept.cuis.append(local)
    elif prefix in ("MESH", "MSH") and re.match(r"[CD]\d{6,9}$", local):
        concept.mesh.append("MESH:" + local)
    elif prefix in ("OMIM", "MIM") and re.match(r"(PS)?\d{6}$", local):
        concept.xrefs.append("OMIM:" + local)
    elif prefix in ("ORDO", "Orphanet", "ORPHA") and local.isdigit():
        concept.xrefs.append("ORPHA:" + local)
    elif prefix in ("NCI", "NCIT") and re.match(r"C\d+$", local):
        concept.xrefs.append("NCIT:" + local)


def _graph_concepts(graph: dict, source: str, group: str | None, keep: set[str] | None) -> list[SourceConcept]:
    parents: dict[str, list[str]] = defaultdict(list)
    for edge in graph["edges"]:
        if edge["pred"] == "is_a" and (keep is None or edge["obj"] in keep):
            parents[edge["sub"]].append(_local(edge["obj"]))
    found = []
    for node in graph["nodes"]:
        meta = node.get("meta", {})
        label = node.get("lbl")
        if not label or node.get("type") not in (None, "CLASS") or (keep is not None and node["id"] not in keep):
            continue
        concept = SourceConcept(_local(node["id"]), source, label, group=group, retired=bool(meta.get("deprecated")))
        for synonym in meta.get("synonyms", []):
            lay = synonym.get("synonymType", "").endswith("layperson")
            if synonym["pred"] in ("hasExactSynonym", "hasRelatedSynonym"):
                concept.names.append((synonym["val"], "layperson" if lay else "synonym"))
        for xref in meta.get("xrefs", []):
            _add_xref(concept, xref["val"])
        for value in meta.get("basicPropertyValues", []):
            if value["pred"].endswith("hasAlternativeId"):
                concept.xrefs.append(value["val"])
        concept.cuis, concept.mesh = _unique(concept.cuis), _unique(concept.mesh)
        concept.parents = sorted(_unique(parents[node["id"]]))
        found.append(concept)
    return found


def hpo(folder: Path) -> list[SourceConcept]:
    """HPO below "Phenotypic abnormality", with lay synonyms."""
    graph = _graph(folder / "hp.json.gz")
    root = "http://purl.obolibrary.org/obo/HP_0000118"
    found = _graph_concepts(graph, "HPO", "DISO", _descendants(graph, root) | {root})
    by_id = {concept.id: concept for concept in found}
    for row in _table(folder / "hp_layperson-synonyms.HEAD.tsv.gz", quoted=True):
        concept = by_id.get(_local(row[0].strip("<>")))
        if concept is not None and not concept.retired:
            concept.names.append((row[2], "layperson"))
    return [concept for concept in found if not concept.retired]


def ncit(folder: Path) -> list[SourceConcept]:
    """NCI Thesaurus below "Disease, Disorder or Finding"."""
    graph = _graph(folder / "ncit-disease_2018-06-08.json.gz")
    root = next(node["id"] for node in graph["nodes"] if node.get("lbl") == "Disease, Disorder or Finding")
    return _graph_concepts(graph, "NCIT", "DISO", _descendants(graph, root))


def ordo(folder: Path) -> list[SourceConcept]:
    """Orphanet's clinical entities."""
    graph = _graph(folder / "ordo_2.6_2018-07-12.json.gz")
    root = next(node["id"] for node in graph["nodes"] if node.get("lbl") == "clinical entity")
    keep = {iri for iri in _descendants(graph, root) if "Orphanet_" in iri and iri.rsplit("_", 1)[1].isdigit()}
    return _graph_concepts(graph, "ORDO", "DISO", keep)


def doid(folder: Path, names: dict[str, list[tuple[str, str, str]]]) -> list[SourceConcept]:
    """The Disease Ontology: the 2026 release decides label, parents and cross-references; the 2018 release and the
    2016 names add synonyms, and cross-references where 2026 has none. ``names``: the 2016 rows of the open names."""
    current: dict[str, SourceConcept] = {}
    by_label: dict[str, str] = {}
    links: list[tuple[str, str]] = []
    for row in _table(folder / "doid_2026_HumanDO.tsv.gz", quoted=True):
        if row and row[0].startswith("DOID:"):
            current.setdefault(row[0], SourceConcept(row[0], "DOID", row[1], group="DISO"))
            by_label[row[1]] = row[0]
            links.append((row[0], row[2] if len(row) > 2 else ""))
    for child, parent in links:
        if parent in by_label:
            current[child].parents.append(by_label[parent])
    for row in _table(folder / "doid_2026_allXREFinDO.tsv.gz", quoted=True):
        if len(row) > 2 and row[0].startswith("DOID:"):
            concept = current.setdefault(row[0], SourceConcept(row[0], "DOID", row[1], group="DISO"))
            _add_xref(concept, row[2])
    graph = _graph(folder / "doid_2018-07-05.json.gz")
    for old in _graph_concepts(graph, "DOID", "DISO", None):
        if not old.id.startswith("DOID:"):
            continue
        concept = current.get(old.id)
        if concept is None:
            old.retired = True
            old.label = re.sub(r"^obsolete ", "", old.label)
            current[old.id] = old
            continue
        concept.names += [(old.label, "synonym"), *old.names]
        concept.weak = concept.weak or not concept.cuis
        concept.cuis = concept.cuis or old.cuis
        concept.mesh = concept.mesh or old.mesh
        concept.xrefs += old.xrefs
    for identifier, rows in names.items():
        label = next((name for _, name, kind in rows if kind == "label"), rows[0][1])
        concept = current.get(identifier)
        if concept is None:
            concept = current[identifier] = SourceConcept(identifier, "DOID", label, group="DISO", retired=True)
        concept.weak = concept.weak or not concept.cuis
        concept.names += [(name, "synonym") for _, name, _ in rows]
        concept.cuis = concept.cuis or _unique(cui for cui, _, _ in rows)
    for concept in current.values():
        concept.cuis, concept.mesh, concept.xrefs = map(_unique, (concept.cuis, concept.mesh, concept.xrefs))
        concept.parents = sorted(_unique(concept.parents))
    return list(current.values())


# -- OBO text --------------------------------------------------------------------------------------------------------

_SYNONYM = re.compile(r'synonym: "((?:[^"\\]|\\.)*)" (EXACT|RELATED|NARROW|BROAD)\s*([A-Z_]*)')
_DOUBTFUL = {"DUBIOUS", "INCONSISTENT", "DEPRECATED", "NON_AMNIOTE", "NON_MAMMAL", "HOMOLOGY", "PENDING_REVIEW"}


def obo(lines: Iterable[str], source: str, prefix: str, group: str) -> list[SourceConcept]:
    """Live terms of an OBO text file whose id has the prefix. Broad, narrow and doubtful synonyms are left out."""
    found: list[SourceConcept] = []
    concept: SourceConcept | None = None
    in_term = False
    for line in lines:
        if line.startswith("["):
            in_term, concept = line.startswith("[Term]"), None
        elif in_term and line.startswith("id: "):
            concept = SourceConcept(line[4:].strip(), source, "", group=group)
            if concept.id.startswith(prefix + ":"):
                found.append(concept)
        elif concept is not None:
            _obo_line(concept, line)
    for concept in found:
        concept.cuis, concept.mesh = _unique(concept.cuis), _unique(concept.mesh)
        concept.parents = sorted(p for p in _unique(concept.parents) if p.startswith(prefix + ":"))
    return [c for c in found if c.label and not c.retired and not c.label.startswith("obsolete ")]


def _obo_line(concept: SourceConcept, line: str) -> None:
    key, _, value = line.partition(": ")
    if key == "name":
        concept.label = value.strip()
    elif key == "synonym":
        match = _SYNONYM.match(line)
        if match and match[2] in ("EXACT", "RELATED") and match[3] not in _DOUBTFUL:
            text = re.sub(r"\\(.)", r"\1", match[1])
            concept.names.append((text, "abbreviation" if match[3] == "ABBREVIATION" else "synonym"))
    elif key == "xref":
        _add_xref(concept, value.split(" ")[0])
    elif key == "is_a":
        concept.parents.append(value.split(" ")[0].strip())
    elif key == "alt_id":
        concept.xrefs.append(value.strip())
    elif key == "is_obsolete" and value.strip() == "true":
        concept.retired = True


def zipped_lines(path: Path) -> Iterator[str]:
    """Lines of the first file in a zip archive."""
    with zipfile.ZipFile(path) as archive, archive.open(archive.namelist()[0]) as stream:
        for line in io.TextIOWrapper(stream, "utf-8", newline="\n"):
            yield line.rstrip("\r\n")


# -- tables ----------------------------------------------------------------------------------------------------------


def from_open_names(rows: dict[str, list[tuple[str, str, str]]], source: str, group: str | None) -> list[SourceConcept]:
    """Concepts known only through ``cui_names_open``."""
    found = []
    for identifier, entries in rows.items():
        label = next((name for _, name, kind in entries if kind == "label"), entries[0][1])
        concept = SourceConcept(identifier, source, label, group=group)
        concept.names = [(name, "synonym") for _, name, _ in entries]
        concept.cuis = _unique(cui for cui, _, _ in entries)
        found.append(concept)
    return found


def medquad(folder: Path) -> list[SourceConcept]:
    """NIH health topics with exactly one CUI, one concept per (publisher, focus, CUI). The CUIs were assigned by a program:
    the publisher decides how far they are trusted (see ``starter_kb.trusted_topics``)."""
    found: dict[tuple[str, str, str], SourceConcept] = {}
    for row in list(_table(folder / "medquad_focus.tsv.gz"))[1:]:
        name, kind, cui, tuis, publisher, focus = row[0], row[1], row[2], row[3], row[5], row[6]
        if CUI.match(cui):
            key = (cui, publisher, focus)
            concept = found.setdefault(key, SourceConcept("", "MedQuAD", focus, cuis=[cui], publisher=publisher))
            concept.types = sorted({*concept.types, *re.findall(r"T\d{3}", tuis)})
            concept.names.append((name, "synonym"))
    return [found[key] for key in sorted(found)]


def mesh(folder: Path) -> list[SourceConcept]:
    """MeSH descriptors with their entry terms; the file gives neither types nor tree numbers."""
    found = []
    for line in open_text(folder / "mesh_id_label_mappings.tsv.gz"):
        identifier, label, terms = (line.split("\t") + ["", ""])[:3]
        names = [(term, "synonym") for term in terms.split("|") if term]
        found.append(SourceConcept("MESH:" + identifier, "MSH", label, names))
    return found


def go(folder: Path) -> list[SourceConcept]:
    """GO labels. The file lacks the aspect. A group is given only where GO's naming rules make it certain: molecular
    functions end in "activity" or "binding" and regulations are processes, both PHYS."""
    found = []
    for line in open_text(folder / "go_id_label_mappings.tsv.gz"):
        identifier, _, label = line.partition(",")
        label = label.strip().strip('"')
        if re.match(r"GO:\d{7}$", identifier) and label and not label.startswith("obsolete "):
            certain = re.search(r" (activity|binding)$", label) or re.match(r"((posi|nega)tive )?regulation of ", label)
            found.append(SourceConcept(identifier, "GO", label, group="PHYS" if certain else None))
    return found


def hgnc(folder: Path) -> list[SourceConcept]:
    """Approved human genes. The symbol is the label; withdrawn symbols become abbreviations of their successor."""
    found: dict[str, SourceConcept] = {}
    by_symbol: dict[str, SourceConcept] = {}
    withdrawn: list[tuple[str, str, str]] = []
    for row in list(_table(folder / "hgnc_entries.tsv.gz"))[1:]:
        identifier, symbol, name, status, synonyms, entrez = (row + [""] * 7)[:6]
        if status == "Approved":
            concept = SourceConcept(identifier, "HGNC", symbol, [(name, "synonym")], group="GENE")
            concept.names += [(text.strip(), "synonym") for text in synonyms.split(",") if text.strip()]
            concept.xrefs = [f"NCBIGene:{entrez}"] if entrez else []
            found[identifier] = by_symbol[symbol] = concept
        elif status == "Symbol Withdrawn":
            withdrawn.append((identifier, symbol.removesuffix("~withdrawn"), name))
    for identifier, symbol, name in withdrawn:
        target = by_symbol.get(name.removeprefix("symbol withdrawn, see ").strip())
        if target is not None:
            target.xrefs.append(identifier)
            target.names.append((symbol, "abbreviation"))
    return list(found.values())


def chebi(folder: Path) -> list[SourceConcept]:
    """ChEBI names."""
    rows = (line.split("\t") for line in open_text(folder / "reach_chebi.tsv.gz"))
    return [SourceConcept(row[1], "CHEBI", row[0], group="CHEM") for row in rows if len(row) == 2]


def species(folder: Path) -> list[SourceConcept]:
    """Species names by NCBI taxon. The file does not say which name is the scientific one: the label is the first
    full binomial in alphabetical order, else the first name; genus-abbreviated names are abbreviations."""
    names: dict[str, list[str]] = defaultdict(list)
    for line in open_text(folder / "reach_Species.tsv.gz"):
        name, _, taxon = line.partition("\t")
        names[taxon.strip()].append(name)
    found = []
    for taxon, texts in names.items():
        texts = sorted(texts)
        label = next((t for t in texts if re.fullmatch(r"[A-Z][a-z]{2,} [a-z]{3,}", t)), texts[0])
        concept = SourceConcept(f"NCBITaxon:{taxon}", "NCBITaxon", label, group="LIVB")
        concept.names = [(t, "abbreviation" if re.match(r"[A-Z]\. ?\w", t) else "synonym") for t in texts]
        found.append(concept)
    return found
