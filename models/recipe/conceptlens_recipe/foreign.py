"""A vocabulary as a stranger brings it: the diseases of MeSH, and of Mondo and Orphanet what MeSH lacks.

    python -m conceptlens_recipe.foreign --out WORK/foreign

The starter knowledge base joins many vocabularies, knows what annotated text calls a concept, and lacks a quarter of the concepts that
its training text mentions. Who brings one vocabulary of their own has fewer names, hardly any counts, and asks for what it has. So the
ranker of features and the score's head are fitted on such a one, too (`--foreign`). It is made of the starter knowledge base's own rows: MeSH's
names under MeSH's ids, else those of Mondo or Orphanet under OMIM's. `OUT/concepts.tsv.gz` is the table, `OUT/kb` what the product
builds of it, with observed names as in every import.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import logging
import random
import shlex
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .candidates import DEFAULT_COMMAND, STARTER_TABLE, KnowledgeBaseTable, Votes, retrieve, training_votes
from .concepts_table import Concept, concept_lines, read_concepts
from .kb_table import SOURCES, write_gzip
from .passages import Mention, Passage
from .sampling import Recipe, Sampler

if TYPE_CHECKING:
    from .contexts import Evidence

#: Whose names it has: MeSH's, where MeSH has a concept, else the others'.
NAMED_BY = ("MSH", "MONDO", "ORDO")


@dataclass(frozen=True)
class Foreign:
    """What is fitted on beside the starter knowledge base."""

    sampler: Sampler
    passages: list[Passage]


def table(starter: Path) -> dict[str, tuple[set[str], list[tuple[str, str]]]]:
    """Id -> its other ids, and names with their sources, the preferred one first."""
    found: dict[str, tuple[set[str], list[tuple[str, str]]]] = {}
    for concept in read_concepts(starter)[1]:
        if "DISO" not in concept.head[3].split("|"):
            continue
        ids = {i for i in concept.ids() if i.startswith(("MESH:", "OMIM:"))}
        mesh = sorted((i for i in ids if i.startswith("MESH:")), key=lambda i: (not i.startswith("MESH:D"), i))
        own = [name for name in concept.names if name[1] == "MSH"]
        other = [name for name in concept.names if name[1] in NAMED_BY[1:]]
        named = own if mesh and own else other
        if not ids or not named:
            continue
        chosen = mesh[0] if mesh else min(ids)
        others, texts = found.setdefault(chosen, (set(), []))
        others |= ids - {chosen}
        # In small letters, as CTD has them: a stranger's vocabulary does not know how a name is written in text.
        rows = sorted(named, key=lambda row: row[0] != "preferred")
        texts += [(row[1], row[3].lower()) for row in rows]
    return found


def write(rows: Mapping[str, tuple[set[str], list[tuple[str, str]]]], path: Path) -> None:
    """As `starter_kb` writes its table; each text once, under the first source that has it."""
    described = [source for source in SOURCES if source["name"] in NAMED_BY]
    head = {"name": "Diseases of MeSH, Mondo and Orphanet", "version": "1", "sources": described}
    concepts = []
    for identifier, (others, names) in sorted(rows.items()):
        source_of: dict[str, str] = {}
        for source, text in names:
            source_of.setdefault(text, source)
        named = [("synonym" if i else "preferred", source, "0", text) for i, (text, source) in enumerate(source_of.items())]
        concepts.append(Concept(["C", identifier, "", "DISO", "", "|".join(sorted(others))], named))
    write_gzip(path, concept_lines(f"#conceptlens-kb\t1\t{json.dumps(head, sort_keys=True)}", concepts))


def asked_about(mention: Mention) -> bool:
    """Whether the vocabulary is there for such a mention: a disease, annotated by ids that it has."""
    return mention.group == "DISO" and any(curie.startswith(("MESH:", "OMIM:")) for curie in mention.gold)


def of_diseases(passages: Iterable[Passage]) -> list[Passage]:
    """The passages with their mentions of diseases alone; those without any are left out."""
    kept = (dataclasses.replace(p, mentions=[m for m in p.mentions if asked_about(m)]) for p in passages)
    return [p for p in kept if p.mentions]


def learning(
    options: argparse.Namespace, pools: Mapping[str, Iterable[Passage]], seed: int, evidence: Evidence | None = None
) -> Foreign | None:
    """Training passages and the vocabulary of `options.foreign`; `None` without one. What a document contributed to the observed names, and
    to what stands around concepts, does not count for that document."""
    if options.foreign is None:
        return None
    passages = [p for pool in pools.values() for p in of_diseases(pool)]
    random.Random(seed).shuffle(passages)
    own = KnowledgeBaseTable(options.foreign / "concepts.tsv.gz")
    return Foreign(sampler_of(options, own, passages, training_votes(options.data, own), evidence), passages)


def developing(options: argparse.Namespace, dev: Mapping[str, Iterable[Passage]]) -> tuple[Sampler, dict[str, list[Passage]]]:
    """The same for development passages, by corpus."""
    chosen = {corpus: of_diseases(part) for corpus, part in dev.items()}
    own = KnowledgeBaseTable(options.foreign / "concepts.tsv.gz")
    return sampler_of(options, own, [p for part in chosen.values() for p in part], {}), chosen


def sampler_of(
    options: argparse.Namespace,
    own: KnowledgeBaseTable,
    passages: Iterable[Passage],
    votes: dict[str, Votes],
    evidence: Evidence | None = None,
) -> Sampler:
    asked = [m.lookup for p in passages for m in p.mentions]
    retrieved = retrieve(options.command, options.foreign / "kb", asked, options.foreign / "candidates.pkl.gz")
    return Sampler(retrieved, votes, own, Recipe(), evidence)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--table", type=Path, default=STARTER_TABLE)
    parser.add_argument("--command", default=DEFAULT_COMMAND)
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    written = options.out / "concepts.tsv.gz"
    write(table(options.table), written)
    line = [*shlex.split(options.command), "kb", "import", str(written.resolve()), "--out", str((options.out / "kb").resolve())]
    subprocess.run(line, check=True)


if __name__ == "__main__":
    main()
