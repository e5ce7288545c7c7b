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
import gzip
import json
import logging
import random
import shlex
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from .candidates import DEFAULT_COMMAND, STARTER_TABLE, KnowledgeBaseTable, Votes, retrieve, training_votes
from .passages import Mention, Passage
from .sampling import Recipe, Sampler

HEADER = {
    "name": "Diseases of MeSH, Mondo and Orphanet",
    "version": "1",
    "sources": [
        {"name": "MSH", "title": "Medical Subject Headings", "version": "as in the starter knowledge base", "licence": "NLM, attribution"},
        {"name": "MONDO", "title": "Mondo", "version": "as in the starter knowledge base", "licence": "CC BY 4.0"},
        {"name": "ORDO", "title": "Orphanet", "version": "as in the starter knowledge base", "licence": "CC BY 4.0"},
    ],
}


@dataclass(frozen=True)
class Foreign:
    """What is fitted on beside the starter knowledge base."""

    sampler: Sampler
    passages: list[Passage]


def read_table(path: Path) -> Iterator[tuple[list[str], list[list[str]]]]:
    """The concepts of a table: the fields of each, and those of its names."""
    concept: list[str] | None = None
    names: list[list[str]] = []
    with gzip.open(path, "rt", encoding="utf-8", newline="\n") as lines:
        for line in lines:
            kind, *fields = line.rstrip("\n").split("\t")
            if kind == "C":
                if concept:
                    yield concept, names
                concept, names = fields, []
            elif kind == "N":
                names.append(fields)
    if concept:
        yield concept, names


def table(starter: Path) -> dict[str, tuple[set[str], list[tuple[str, str]]]]:
    """Id -> its other ids, and names with their sources, the preferred one first."""
    found: dict[str, tuple[set[str], list[tuple[str, str]]]] = {}
    for (identifier, _, groups, _, references), names in read_table(starter):
        if "DISO" not in groups.split("|"):
            continue
        ids = {i for i in (identifier, *references.split("|")) if i.startswith(("MESH:", "OMIM:"))}
        mesh = sorted((i for i in ids if i.startswith("MESH:")), key=lambda i: (not i.startswith("MESH:D"), i))
        own = [row for row in names if row[1] == "MSH"]
        other = [row for row in names if row[1] in ("MONDO", "ORDO")]
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
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as raw, gzip.GzipFile("", "wb", mtime=0, fileobj=raw) as packed:
        lines = [f"#conceptlens-kb\t1\t{json.dumps(HEADER, sort_keys=True)}"]
        for identifier in sorted(rows):
            others, names = rows[identifier]
            lines.append(f"C\t{identifier}\t\tDISO\t\t{'|'.join(sorted(others))}")
            distinct = {text: source for source, text in reversed(names)}
            order = dict.fromkeys(text for _, text in names)
            lines += [f"N\t{'synonym' if i else 'preferred'}\t{distinct[text]}\t0\t{text}" for i, text in enumerate(order)]
        packed.write(("\n".join(lines) + "\n").encode())


def asked_about(mention: Mention) -> bool:
    """Whether the vocabulary is there for such a mention: a disease, annotated by ids that it has."""
    return mention.group == "DISO" and any(curie.startswith(("MESH:", "OMIM:")) for curie in mention.gold)


def of_diseases(passages: Iterable[Passage]) -> list[Passage]:
    """The passages with their mentions of diseases alone; those without any are left out."""
    kept = (dataclasses.replace(p, mentions=[m for m in p.mentions if asked_about(m)]) for p in passages)
    return [p for p in kept if p.mentions]


def learning(options: argparse.Namespace, pools: Mapping[str, Iterable[Passage]], seed: int) -> Foreign | None:
    """Training passages and the vocabulary of `options.foreign`; `None` without one. What a document contributed to the observed names does
    not count for that document."""
    if options.foreign is None:
        return None
    passages = [p for pool in pools.values() for p in of_diseases(pool)]
    random.Random(seed).shuffle(passages)
    own = KnowledgeBaseTable(options.foreign / "concepts.tsv.gz")
    return Foreign(sampler_of(options, own, passages, training_votes(options.data, own)), passages)


def developing(options: argparse.Namespace, dev: Mapping[str, Iterable[Passage]]) -> tuple[Sampler, dict[str, list[Passage]]]:
    """The same for development passages, by corpus."""
    chosen = {corpus: of_diseases(part) for corpus, part in dev.items()}
    own = KnowledgeBaseTable(options.foreign / "concepts.tsv.gz")
    return sampler_of(options, own, [p for part in chosen.values() for p in part], {}), chosen


def sampler_of(
    options: argparse.Namespace, own: KnowledgeBaseTable, passages: Iterable[Passage], votes: dict[str, Votes]
) -> Sampler:
    asked = [m.lookup for p in passages for m in p.mentions]
    retrieved = retrieve(options.command, options.foreign / "kb", asked, options.foreign / "candidates.pkl.gz")
    return Sampler(retrieved, votes, own, Recipe())


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
