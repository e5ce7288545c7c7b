"""Measures the starter knowledge base: coverage of the development documents, precision of the lexical join,
duplicates that are left.

    python -m conceptlens_recipe.kb_report --data DIR --table ../starter-kb/concepts.tsv.gz
"""

from __future__ import annotations

import argparse
import json
from collections import Counter, defaultdict
from pathlib import Path

from . import starter_kb as kb
from .kb_lexical import LabelIndex, join_nameless, lexical_targets, typical
from .kb_table import Table, fold, loose
from .corpora import default_data, development_documents, gold_curies, observed_names, observed_types, open_text
from .sources import SourceConcept, semantic_groups


def resolver(path: Path) -> dict[str, set[str]]:
    """Id or cross-reference -> concept ids, from a written table. A concept's own id wins over cross-references."""
    own, found = set(), defaultdict(set)
    for line in open_text(path):
        if line.startswith("C\t"):
            _, identifier, _, _, _, xrefs = line.split("\t")
            own.add(identifier)
            for xref in filter(None, xrefs.split("|")):
                found[xref].add(identifier)
    found.update({identifier: {identifier} for identifier in own})
    return found


def names_of(path: Path) -> dict[str, set[str]]:
    """Concept id -> folded names."""
    found: dict[str, set[str]] = defaultdict(set)
    current = ""
    for line in open_text(path):
        if line.startswith("C\t"):
            current = line.split("\t", 2)[1]
        elif line.startswith("N\t"):
            found[current].add(fold(line.split("\t")[4]))
    return found


def coverage(data: Path, path: Path) -> dict[str, dict[str, object]]:
    """Share of gold ids that resolve, by mention and by distinct id; of mentions whose text is a name of the gold concept;
    and the mean number of concepts a text names, where it names any."""
    resolve, names = resolver(path), names_of(path)
    owners: dict[str, set[str]] = defaultdict(set)
    for identifier, texts in names.items():
        for text in texts:
            owners[text].add(identifier)
    result = {}
    for corpus in ("bc5cdr", "ncbi-disease", "medmentions-st21pv"):
        totals: Counter[str] = Counter()
        ids: dict[str, bool] = {}
        for document in development_documents(data, corpus):
            for annotation in document.annotations:
                gold = gold_curies(corpus, annotation)
                if not gold:
                    totals["without id"] += 1
                    continue
                concepts = set().union(*(resolve.get(g, set()) for g in gold))
                for identifier in gold:
                    ids[identifier] = bool(resolve.get(identifier))
                text = fold(annotation.text)
                totals["mentions"] += 1
                totals["covered"] += bool(concepts)
                totals["named"] += bool(concepts & owners.get(text, set()))
                totals["ambiguous"] += len(owners.get(text, ()))
                totals["known"] += bool(owners.get(text))
                totals["alone"] += bool(concepts) and owners.get(text) is not None and owners[text] <= concepts
        result[corpus] = {
            "mentions": totals["mentions"],
            "mentionsCovered": round(totals["covered"] / totals["mentions"], 4),
            "idsCovered": round(sum(ids.values()) / len(ids), 4),
            "textNamesGold": round(totals["named"] / totals["mentions"], 4),
            "textNamesOnlyGold": round(totals["alone"] / totals["mentions"], 4),
            "conceptsPerKnownText": round(totals["ambiguous"] / max(1, totals["known"]), 2),
        }
    return result


def held_out_precision(data: Path) -> dict[str, object]:
    """Hides every MeSH cross-reference of Mondo and the Disease Ontology, joins MeSH lexically only, and compares.

    `agree`: joined to the concept that the hidden cross-reference names. `observedOnly`: the same where the join rests
    on training text alone.
    """
    folder = data / "ontologies"
    by_source = kb.read_sources(folder)
    by_source = {s: sorted(c, key=lambda c: (c.id, c.label)) for s, c in by_source.items()}
    observed, types = observed_names(data), observed_types(data)
    table = Table(semantic_groups(folder))
    claims = by_source["MONDO"] + by_source["DOID"]
    kb.place_cui_sources(table, by_source, observed)
    kb.place_observed(table, observed, types)
    truth: dict[str, set[str]] = defaultdict(set)
    for concept in claims:
        for identifier in concept.mesh:
            if concept.id in table.home:
                truth[identifier].add(table.home[concept.id])
    result = {}
    for name, key, observed_only, all_names in (
        ("label", fold, False, False),
        ("labelObservedOnly", fold, True, False),
        ("anyNameLoose", loose, False, True),
        ("anyNameLooseObservedOnly", loose, True, True),
    ):
        index = LabelIndex(table, key)
        if observed_only:
            index.forget_labels()
        result[name] = _agreement(by_source["MSH"], (table, index), all_names, truth)
    seen = Table(table.groups_of_type)
    kb.place_observed(seen, observed, types)
    join_nameless(seen, "MSH", by_source["MSH"])
    result["commonestName"] = _compared({t: [n] for n, t in seen.home.items()}, by_source["MSH"], truth)
    return result


def _agreement(
    mesh: list[SourceConcept], where: tuple[Table, LabelIndex], all_names: bool, truth: dict[str, set[str]]
) -> dict[str, object]:
    table, index = where
    wanted: dict[str, list[str]] = defaultdict(list)
    for concept in mesh:
        targets = lexical_targets(concept, index, all_names)
        targets = {t for t in targets if index.by_label(concept, t, all_names) or typical(concept, table.entries[t])}
        if len(targets) == 1:
            wanted[next(iter(targets))].append(concept.id)
    return _compared(wanted, mesh, truth)


def _compared(
    wanted: dict[str, list[str]], mesh: list[SourceConcept], truth: dict[str, set[str]]
) -> dict[str, object]:
    counts: Counter[str] = Counter()
    for target, identifiers in wanted.items():
        if len(identifiers) == 1:
            counts["joined"] += 1
            if truth.get(identifiers[0]):
                counts["agree" if target in truth[identifiers[0]] else "disagree"] += 1
    checked = counts["agree"] + counts["disagree"]
    known = sum(concept.id in truth for concept in mesh)
    return {**counts, "precision": round(counts["agree"] / max(1, checked), 4), "knownDescriptors": known}


def duplicates(path: Path) -> dict[str, object]:
    """Preferred names (case folded) that several concepts have, by pair of id prefixes."""
    owners: dict[str, list[str]] = defaultdict(list)
    current, first = "", False
    for line in open_text(path):
        if line.startswith("C\t"):
            current, first = line.split("\t", 2)[1], True
        elif first and line.startswith("N\t"):
            owners[fold(line.split("\t")[4])].append(current)
            first = False
    pairs: Counter[str] = Counter()
    for ids in owners.values():
        if len(ids) > 1:
            pairs[" ".join(sorted({i.split(":")[0] for i in ids}))] += 1
    return {"names": sum(pairs.values()), "byPrefixes": dict(pairs.most_common(25))}


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Measure the starter knowledge base.")
    parser.add_argument("--data", type=Path, default=default_data())
    parser.add_argument("--table", type=Path, required=True)
    options = parser.parse_args(arguments)
    report = {
        "coverage": coverage(options.data, options.table),
        "duplicates": duplicates(options.table),
        "lexicalJoinHeldOut": held_out_precision(options.data),
    }
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
