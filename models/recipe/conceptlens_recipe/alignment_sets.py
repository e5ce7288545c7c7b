"""What vocabulary alignment is calibrated and measured on.

    python -m conceptlens_recipe.alignment_sets --data DIR --starter ../starter-kb/concepts.tsv.gz --out WORK

Writes concepts tables to build knowledge bases from (`conceptlens kb import WORK/held-out.tsv.gz --out …`) and tables of terms
with the ids that are right (`term`, `id`; several ids with "|"; none when the concept is not in the knowledge base):

- ``held-out.tsv.gz``: the starter knowledge base less what the three sets below ask for.
- ``hpo-lay.tsv``: the lay synonyms of the Human Phenotype Ontology. Each is taken out of its concept, whatever source has it
  there; those that are a label of the concept in some source cannot be, and are left out of the set.
- ``medquad.tsv``: focus terms of NIH health topics. Names that only MedQuAD has are taken out.
- ``calibrate.tsv``: one synonym each of concepts that the other two sets do not ask for. 8,000 are taken out of their concept; one
  of these concepts in eight is taken out whole, so that "none of these" is right for its synonym. 3,000 more names
  stay in, labels or synonyms, written in one of four ways (as they are, in small or capital letters, with a capital): columns
  have names that the knowledge base knows, too, and without them an equal name would count against its concept.
- ``mondo.tsv.gz``, ``doid.tsv.gz``, ``ordo.tsv.gz`` and ``doid-in-mondo.tsv`` …: each of the three vocabularies alone, and
  the labels of the other two that the cross-references to the UMLS call the same.

Deterministic for a seed. Standard library only.
"""

from __future__ import annotations

import argparse
import json
import logging
import random
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

from . import sources as read
from .concepts_table import Concept, concept_lines, read_concepts
from .corpora import default_data, open_text
from .kb_table import acceptable, clean, write_gzip

log = logging.getLogger(__name__)

#: Where the synonyms for calibration come from: open ontologies that part exact synonyms from others. MeSH's entry terms, which
#: repeat a name in other orders of its words, and gene symbols are not what people have in a column.
CALIBRATION_SOURCES = frozenset({"DOID", "HPO", "ORDO", "MONDO", "NCIT", "UBERON", "CL", "SYMP"})
N_CALIBRATION = 8_000
#: Names that stay in the knowledge base.
N_KNOWN = 3_000
#: One concept of the calibration set in so many is taken out of the knowledge base.
ABSENT_EVERY = 8
SEED = 1

#: A vocabulary of ``cui_names_open``: the rows that are its current labels, and all its rows.
VOCABULARIES = {
    "mondo": ("MONDO_exact_HEAD", ("MONDO_exact_HEAD",)),
    "doid": ("DOID_2018", ("DOID_2018",)),
    "ordo": ("ORDO_2018", ("ORDO_2018",)),
}


def key_of(text: str) -> str:
    """Equal for names that the name index takes for one: letters and digits, without accents and case."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(re.findall(r"[^\W_]+", plain.casefold()))


def take_out(concept: Concept, keys: set[str]) -> set[str]:
    """Takes names out of a concept; gives the keys that are gone. A label of some source stays, and so does the first name."""
    labels = {key_of(text) for kind, _, _, text in concept.names if kind == "preferred"}
    labels.add(key_of(concept.names[0][3]))
    gone = keys - labels
    concept.names = [name for name in concept.names if key_of(name[3]) not in gone]
    return gone


Pairs = list[tuple[str, tuple[str, ...]]]


def lay_terms(data: Path, by_id: dict[str, Concept]) -> Pairs:
    """HPO's lay synonyms with the native id of the concept."""
    asked: dict[str, dict[str, str]] = defaultdict(dict)
    total = 0
    for concept in read.hpo(data / "ontologies"):
        lay = {clean(text) for text, kind in concept.names if kind == "layperson"}
        total += len(lay)
        if concept.id in by_id:
            for text in sorted(lay):
                asked[concept.id].setdefault(key_of(text), text)
    pairs: Pairs = []
    for identifier, terms in sorted(asked.items()):
        gone = take_out(by_id[identifier], set(terms))
        pairs += [(text, (identifier,)) for key, text in sorted(terms.items()) if key in gone]
    log.info("%d lay synonyms, %d of them held out of %d concepts", total, len(pairs), len({i for _, i in pairs}))
    return pairs


def focus_terms(data: Path, concepts: list[Concept], by_id: dict[str, Concept]) -> Pairs:
    """MedQuAD's focus terms with all CUIs that its program gave them and the knowledge base has."""
    found: dict[str, tuple[str, set[str]]] = {}
    for line in list(open_text(data / "ontologies" / "medquad_focus.tsv.gz"))[1:]:
        name, kind, cuis = line.rstrip("\n").split("\t")[:3]
        ids = {f"UMLS:{cui}" for cui in cuis.split("|") if f"UMLS:{cui}" in by_id}
        if kind == "focus" and ids and acceptable(clean(name)):
            found.setdefault(key_of(name), (clean(name), set()))[1].update(ids)
    for concept in concepts:
        kept = [name for name in concept.names if name[1] != "MedQuAD"]
        concept.names = kept or concept.names
    return [(text, tuple(sorted(ids))) for _, (text, ids) in sorted(found.items())]


#: How people write a name that they know.
CASES: tuple[Callable[[str], str], ...] = (str, str.lower, str.upper, lambda text: text[:1].upper() + text[1:])


def calibration_terms(concepts: list[Concept], taken: set[str], seed: int) -> tuple[Pairs, set[str]]:
    """Terms to calibrate on, first those that are taken out, and the ids of the concepts that are taken out whole."""
    order = [c for c in concepts if taken.isdisjoint(c.ids())]
    random.Random(seed).shuffle(order)
    pairs: Pairs = []
    absent: set[str] = set()
    for concept in order:
        if len(pairs) == N_CALIBRATION + N_KNOWN:
            break
        is_known = len(pairs) >= N_CALIBRATION
        kinds = ("synonym", "preferred") if is_known else ("synonym",)
        names = {
            key_of(text): text
            for kind, source, _, text in concept.names
            if kind in kinds and source in CALIBRATION_SOURCES
        }
        if not names:
            continue
        choose = random.Random(f"{seed} {concept.id}")
        key = choose.choice(sorted(names))
        if is_known:
            pairs.append((choose.choice(CASES)(names[key]), (concept.id,)))
        elif take_out(concept, {key}):
            if len(pairs) % ABSENT_EVERY == ABSENT_EVERY - 1:
                absent.add(concept.id)
            pairs.append((names[key], () if concept.id in absent else (concept.id,)))
    return pairs, absent


def vocabulary_tables(data: Path) -> Iterator[tuple[str, list[Concept], dict[str, str]]]:
    """Each vocabulary: its name, its concepts by CUI, and its label for every CUI."""
    rows = read.open_names(data / "ontologies")
    for name, (label_source, all_sources) in VOCABULARIES.items():
        names: dict[str, list[tuple[str, str, str, str]]] = defaultdict(list)
        labels: dict[str, str] = {}
        for source in all_sources:
            for _, entries in sorted(rows[source].items()):
                for cui, text, kind in entries:
                    text = clean(text)
                    if not acceptable(text):
                        continue
                    if source == label_source and kind == "label":
                        labels.setdefault(cui, text)
                    names[cui].append(("preferred" if kind == "label" else "synonym", name.upper(), "0", text))
        concepts = [
            Concept(["C", f"UMLS:{cui}", "", "DISO", "", ""], sorted(set(found), key=lambda n: (n[3] != labels[cui], n)))
            for cui, found in sorted(names.items())
            if cui in labels
        ]
        yield name, concepts, labels


def write_terms(path: Path, pairs: Pairs) -> None:
    path.write_text("term\tid\n" + "".join(f"{text}\t{'|'.join(ids)}\n" for text, ids in pairs), "utf-8")
    log.info("%s: %d terms", path.name, len(pairs))


def make(data: Path, table: Path, out: Path, seed: int = SEED) -> None:
    out.mkdir(parents=True, exist_ok=True)
    header, concepts = read_concepts(table)
    by_id = {identifier: concept for concept in concepts for identifier in concept.ids()}
    by_id.update({concept.id: concept for concept in concepts})
    lay = lay_terms(data, by_id)
    focus = focus_terms(data, concepts, by_id)
    taken = {identifier for _, ids in (*lay, *focus) for identifier in ids}
    calibrate, absent = calibration_terms(concepts, taken, seed)
    write_terms(out / "hpo-lay.tsv", lay)
    write_terms(out / "medquad.tsv", focus)
    write_terms(out / "calibrate.tsv", calibrate)
    write_gzip(out / "held-out.tsv.gz", concept_lines(header, (c for c in concepts if c.id not in absent)))
    vocabularies = list(vocabulary_tables(data))
    for name, own, _ in vocabularies:
        title = json.dumps({"name": name, "sources": [], "version": "1"}, separators=(",", ":"))
        write_gzip(out / f"{name}.tsv.gz", concept_lines(f"#conceptlens-kb\t1\t{title}", own))
        known = {concept.id for concept in own}
        for other, _, labels in vocabularies:
            if other != name:
                pairs = [(text, (f"UMLS:{cui}",)) for cui, text in sorted(labels.items()) if f"UMLS:{cui}" in known]
                write_terms(out / f"{other}-in-{name}.tsv", pairs)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=default_data())
    parser.add_argument("--starter", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=SEED)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    make(arguments.data, arguments.starter, arguments.out, arguments.seed)


if __name__ == "__main__":
    main()
