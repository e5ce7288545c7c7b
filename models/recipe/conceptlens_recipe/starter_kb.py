"""Builds the starter knowledge base: one table of concepts, names and is-a links from open sources.

    python -m conceptlens_recipe.starter_kb --data DIR --out ../starter-kb/concepts.tsv.gz

The rules, in the order they are applied (the README of this folder explains them):

1. *CUI concepts.* Every CUI of an exact cross-reference or of a MedMentions training annotation may become a concept.
   A source concept with one exact CUI joins it. With several, it joins the one that another source names by the same
   label, else the first; the CUIs are never merged with each other. Two live concepts of one source never join the
   same CUI: the one whose label the CUI has elsewhere wins, else the first by id; the other keeps its native id.
2. *MeSH by cross-reference.* A MeSH descriptor joins the concept that Mondo, else the Disease Ontology, else HPO or
   Orphanet (only when a name is shared) say is the same. One descriptor per concept. Supplementary ids (MESH:C…) and
   OMIM ids become cross-references.
3. *Lexical join.* A native concept whose label is also a label (or the dominant observed name) of exactly one concept
   of compatible group, and of one concept of its own source, joins it. Listed in ``lexical-joins.tsv.gz``.
4. Everything else keeps its native CURIE.

Output is deterministic: sorted by id, gzip without time stamp. Standard library only.
"""

from __future__ import annotations

import argparse
import json
import logging
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

from . import sources as read
from .corpora import Guard, default_data, observed_by_id, observed_names, observed_types
from .kb_lexical import LabelIndex, join_lexically, join_nameless
from .kb_table import Entry, Table, fold, lines, loose, manifest, observed_lines, write_gzip
from .sources import SourceConcept

log = logging.getLogger(__name__)

CUI_SOURCES = ("MONDO", "DOID", "HPO", "ORDO", "SYMP", "UBERON", "NIF", "MedQuAD")
LEXICAL_SOURCES = ("MSH", "MONDO", "DOID", "HPO", "ORDO", "SYMP", "NCIT", "UBERON", "CL", "CHEBI", "GO", "NCBITaxon")


# -- step 1: CUIs ----------------------------------------------------------------------------------------------------


def label_evidence(concepts: Iterable[SourceConcept], observed: dict) -> dict[str, dict[str, set[str]]]:
    """CUI -> folded name -> sources that use it, from concepts with exactly one CUI and from training text."""
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for concept in concepts:
        if len(concept.cuis) == 1:
            for text in (concept.label, *(name for name, _ in concept.names)):
                found[concept.cuis[0]][fold(text)].add(concept.source)
    for cui, text in observed:
        found[cui][fold(text)].add("MedMentions")
    return found


def label_owners(concepts: Iterable[SourceConcept]) -> dict[str, set[tuple[str, str]]]:
    """Folded label -> (CUI, source) of the live concepts with exactly one CUI that bear it."""
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for concept in concepts:
        if len(concept.cuis) == 1 and not concept.retired and not concept.weak and concept.source != "MedQuAD":
            found[fold(concept.label)].add((concept.cuis[0], concept.source))
    return found


def choose_cuis(
    concepts: list[SourceConcept], evidence: dict[str, dict[str, set[str]]], owners: dict[str, set[tuple[str, str]]]
) -> dict[int, str]:
    """Index of a concept of one source -> the CUI it joins. At most one live concept of a source per CUI. A cross-reference
    that no other source supports is not used when another source has the label for another CUI (Mondo's, curated one to
    one, always are), when it is of an older release, or when the concept is retired and bears no name of the CUI."""
    claims: dict[str, list[tuple[bool, bool, str, int]]] = defaultdict(list)
    for index, concept in enumerate(concepts):
        key = fold(concept.label)
        agreeing = [c for c in concept.cuis if evidence.get(c, {}).get(key, set()) - {concept.source}]
        if concept.retired or concept.weak:
            usable = agreeing or [c for c in concept.cuis if len(concept.cuis) == 1 and known_alike(concept, evidence.get(c, {}))]
        else:
            elsewhere = concept.source != "MONDO" and any(source != concept.source for _, source in owners.get(key, ()))
            usable = agreeing or ([] if elsewhere else concept.cuis)
        if usable:
            claims[usable[0]].append((concept.retired, not agreeing, concept.id, index))
    chosen = {}
    for cui, rivals in claims.items():
        rivals.sort()
        for retired, _, _, index in rivals:
            if retired or index == rivals[0][3]:
                chosen[index] = cui
    return chosen


def known_alike(concept: SourceConcept, names: dict[str, set[str]]) -> bool:
    """Whether another source knows the CUI by a name of the concept, or no other source knows it at all."""
    others = {text for text, sources in names.items() if sources - {concept.source}}
    return not others or not others.isdisjoint({fold(concept.label), *(fold(text) for text, _ in concept.names)})


def trusted_topics(topics: list[SourceConcept], evidence: dict[str, dict[str, set[str]]]) -> list[SourceConcept]:
    """MedQuAD's CUIs were assigned by a program that also took part of a title for the whole. A topic is trusted when one of
    its names is a name of that CUI in another source, or when no other source knows the CUI and the publisher is one
    whose topics are single conditions (GHR, GARD)."""
    trusted = []
    for topic in topics:
        others = {text for text, sources in evidence.get(topic.cuis[0], {}).items() if sources - {"MedQuAD"}}
        names = {fold(topic.label), *(fold(text) for text, _ in topic.names)}
        if names & others or (not others and topic.publisher in ("GHR", "GARD")):
            trusted.append(topic)
    return trusted


def place_cui_sources(table: Table, by_source: dict[str, list[SourceConcept]], observed: dict) -> None:
    everything = [concept for source in CUI_SOURCES for concept in by_source.get(source, [])]
    evidence = label_evidence(everything, observed)
    owners = label_owners(everything)
    for topic in trusted_topics(by_source.pop("MedQuAD", []), evidence):
        table.place(topic, "UMLS:" + topic.cuis[0])
    for source in CUI_SOURCES:
        concepts = by_source.get(source, [])
        chosen = choose_cuis(concepts, evidence, owners)
        for index, concept in enumerate(concepts):
            if index in chosen:
                table.place(concept, "UMLS:" + chosen[index])
        by_source[source] = [c for i, c in enumerate(concepts) if i not in chosen and c.id and not c.retired and source != "NIF"]


def place_observed(table: Table, observed: dict[tuple[str, str], Counter[str]], types: dict[str, tuple[str, ...]]) -> None:
    for (cui, text), documents in sorted(observed.items()):
        table.entry("UMLS:" + cui).add_observed(text, "MedMentions", documents)
    for cui, tuis in types.items():
        entry = table.entries.get("UMLS:" + cui)
        if entry is not None and entry.names:
            entry.types.update(tuis)


# -- step 2: MeSH and OMIM by cross-reference ------------------------------------------------------------------------


def shares_name(one: SourceConcept, entry: Entry) -> bool:
    """Compared loosely: a cross-reference already says that the two are the same."""
    names = {loose(one.label), *(loose(text) for text, _ in one.names)}
    return any(loose(text) in names for text in entry.names)


def join_by_xref(table: Table, natives: list[SourceConcept], claims: list[SourceConcept]) -> list[SourceConcept]:
    """Joins Orphanet and NCI concepts that a placed Disease Ontology concept refers to and shares a name with, when only one
    does. Returns the rest."""
    claimed: dict[str, set[str]] = defaultdict(set)
    for concept in claims:
        where = table.home.get(concept.id)
        if where is not None and concept.source == "DOID" and not concept.retired:
            for identifier in concept.xrefs:
                claimed[identifier].add(where)
    rest, taken = [], set()
    for concept in natives:
        alike = [w for w in sorted(claimed.get(concept.id, ())) if w not in taken and shares_name(concept, table.entries[w])]
        if len(alike) == 1:
            taken.add(alike[0])
            table.place(concept, alike[0])
        else:
            rest.append(concept)
    return rest


def join_mesh(table: Table, mesh: list[SourceConcept], claims: list[SourceConcept]) -> list[SourceConcept]:
    """Joins descriptors by exact cross-reference and returns the ones left over."""
    claimed: dict[str, set[tuple[int, str]]] = defaultdict(set)
    priority = {"MONDO": 0, "DOID": 1, "HPO": 2, "ORDO": 3, "SYMP": 4}
    for concept in claims:
        where = table.home.get(concept.id)
        for identifier in concept.mesh:
            if where is not None and concept.source in priority:
                claimed[identifier].add((priority[concept.source], where))
    left, joined = [], Counter()
    taken: set[str] = set()
    by_id = {concept.id: concept for concept in mesh}
    for identifier in sorted(claimed):
        descriptor = by_id.get(identifier)
        if descriptor is None:
            best = min(rank for rank, _ in claimed[identifier])
            for rank, where in claimed[identifier]:
                if rank == best or rank <= 1:
                    table.entry(where).xrefs.add(identifier)
            joined["supplementary id as cross-reference"] += 1
    for descriptor in mesh:
        ranked = sorted(
            (not shares_name(descriptor, table.entries[where]), rank, where) for rank, where in claimed.get(descriptor.id, ())
        )
        usable = [(foreign, rank, where) for foreign, rank, where in ranked if (rank == 0 or not foreign) and where not in taken]
        if usable:
            taken.add(usable[0][2])
            joined["shared name" if not usable[0][0] else "cross-reference alone"] += 1
            table.place(descriptor, usable[0][2])
            for foreign, _, where in usable[1:]:
                if not foreign:
                    table.entries[where].xrefs.add(descriptor.id)
        else:
            left.append(descriptor)
    table.report["meshByCrossReference"] = dict(sorted(joined.items()))
    return left


def add_omim(table: Table, claims: list[SourceConcept]) -> None:
    """An OMIM id goes to the concepts that claim it and few others; a grouping that lists many OMIM ids claims an id
    only when nobody else does."""
    claimed: dict[str, set[tuple[int, str]]] = defaultdict(set)
    for concept in claims:
        where = table.home.get(concept.id)
        ids = [x for x in concept.xrefs if x.startswith("OMIM:")]
        for identifier in ids:
            if where is not None:
                claimed[identifier].add((len(ids), where))
    for identifier, owners in claimed.items():
        fewest = min(n for n, _ in owners)
        for n, where in owners:
            if n == fewest:
                table.entry(where).xrefs.add(identifier)


# -- all together ----------------------------------------------------------------------------------------------------


def place_observed_by_id(table: Table, observed: dict[tuple[str, str, str], Counter[str]]) -> None:
    """Names that annotators used for an id go to the one concept that has it, as its own or as a cross-reference."""
    # No cross-reference is the id of another concept (`finish`).
    owners: defaultdict[str, set[str]] = defaultdict(set)
    for entry in table.entries.values():
        for identifier in (entry.id, *entry.xrefs):
            owners[identifier].add(entry.id)
    placed = Counter()
    for (identifier, text, source), documents in sorted(observed.items()):
        own = owners.get(identifier, set())
        if len(own) == 1:
            table.entry(*own).add_observed(text, source, documents)
        placed["one concept" if len(own) == 1 else "several concepts" if own else "no concept"] += 1
    table.report["observedById"] = dict(sorted(placed.items()))


def read_sources(folder: Path) -> dict[str, list[SourceConcept]]:
    names = read.open_names(folder)
    return {
        "MONDO": read.mondo(folder),
        "DOID": read.doid(folder, names["DOID_2016"]),
        "HPO": read.hpo(folder),
        "ORDO": read.ordo(folder),
        "SYMP": read.obo(read.open_text(folder / "symp.obo.gz"), "SYMP", "SYMP", "DISO"),
        "UBERON": read.obo(read.zipped_lines(folder / "uberon_CRAFT.obo.zip"), "UBERON", "UBERON", "ANAT"),
        "CL": read.obo(read.zipped_lines(folder / "cl_CRAFT.obo.zip"), "CL", "CL", "ANAT"),
        "NIF": read.from_open_names(names["NIF_GrossAnatomy"], "NIF", "ANAT"),
        "MedQuAD": read.medquad(folder),
        "MSH": read.mesh(folder),
        "NCIT": read.ncit(folder),
        "GO": read.go(folder),
        "HGNC": read.hgnc(folder),
        "CHEBI": read.chebi(folder),
        "NCBITaxon": read.species(folder),
    }


def build(
    by_source: dict[str, list[SourceConcept]],
    observed: dict[tuple[str, str], Counter[str]],
    types: dict[str, tuple[str, ...]],
    groups_of_type: dict[str, str],
    observed_ids: dict[tuple[str, str, str], Counter[str]],
) -> Table:
    """Merges the sources by the rules above."""
    table = Table(groups_of_type)
    by_source = {source: sorted(concepts, key=lambda c: (c.id, c.label)) for source, concepts in by_source.items()}
    claims = [concept for source in CUI_SOURCES for concept in by_source.get(source, [])]
    place_cui_sources(table, by_source, observed)
    place_observed(table, observed, types)
    mesh = join_mesh(table, by_source.pop("MSH", []), claims)
    by_source["MSH"] = mesh
    index = LabelIndex(table)
    joined = {}
    for source in LEXICAL_SOURCES:
        natives = by_source.get(source, [])
        if source in ("ORDO", "NCIT"):
            unplaced = join_by_xref(table, natives, claims)
            joined[source + " by cross-reference"] = len(natives) - len(unplaced)
            natives, index = unplaced, LabelIndex(table)
        rest = join_lexically(table, source, natives, index)
        if source == "MSH":
            rest = join_lexically(table, source, rest, LabelIndex(table, loose), all_names=True)
            index = LabelIndex(table)
        named = len(rest)
        rest = join_nameless(table, source, rest)
        joined[source + " by the commonest name"] = named - len(rest)
        joined[source] = len(natives) - len(rest)
        for concept in rest:
            table.place(concept, concept.id)
            index.add(table.entries[concept.id])
    genes = by_source.get("HGNC", [])
    rest = join_nameless(table, "HGNC", genes)
    joined["HGNC by the commonest name"] = len(genes) - len(rest)
    for concept in rest:
        table.place(concept, concept.id)
    late_mesh(table, claims)
    add_omim(table, claims)
    table.report["joins"] = joined
    finish(table)
    place_observed_by_id(table, observed_ids)
    return table


def late_mesh(table: Table, claims: list[SourceConcept]) -> None:
    """Cross-references to MeSH of Mondo and Disease Ontology concepts that got their place only in step 3 or 4."""
    owned = {x for entry in table.entries.values() for x in entry.xrefs}
    for concept in claims:
        where = table.home.get(concept.id)
        if where is not None and concept.source in ("MONDO", "DOID"):
            for identifier in concept.mesh:
                if identifier not in owned and identifier not in table.entries:
                    table.entries[where].xrefs.add(identifier)


def finish(table: Table) -> None:
    """Drops nameless entries, turns parents into ids of the table, and cross-references to what is a concept of its own."""
    table.entries = {identifier: entry for identifier, entry in table.entries.items() if entry.names}
    for entry in table.entries.values():
        parents = {table.home.get(parent) for parent in entry.parents}
        entry.parents = {p for p in parents if p is not None and p != entry.id and p in table.entries}
        entry.xrefs = {x for x in entry.xrefs if x not in table.entries}


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Build the starter knowledge base from open sources.")
    parser.add_argument("--data", type=Path, default=default_data(), help="folder with corpora/ and ontologies/")
    parser.add_argument("--out", type=Path, required=True, help="the table to write, concepts.tsv.gz")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    folder = options.data / "ontologies"
    guard = Guard.load(options.data)
    table = build(
        read_sources(folder),
        observed_names(options.data, guard),
        observed_types(options.data, guard),
        read.semantic_groups(folder),
        observed_by_id(options.data, guard),
    )
    joins = options.out.parent / "lexical-joins.tsv.gz"
    write_gzip(options.out, lines(table))
    write_gzip(joins, ("\t".join(row) for row in [("native", "concept", "label"), *sorted(table.lexical)]))
    observed = options.out.parent / "observed.tsv.gz"
    write_gzip(observed, observed_lines(table))
    facts = manifest(table, {path.name: path for path in (options.out, joins, observed)})
    text = json.dumps(facts, ensure_ascii=False, indent=2) + "\n"
    (options.out.parent / "manifest.json").write_text(text, encoding="utf-8")
    log.info(text)


if __name__ == "__main__":
    main()
