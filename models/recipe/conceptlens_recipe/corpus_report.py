"""What of the training corpora cannot be learned from, and why: counted, and listed one by one.

    python -m conceptlens_recipe.corpus_report --out problems.tsv

A line of the table that is printed is a corpus; a line of the file is an annotation: corpus, document, problem, offsets, text, type
and id as they stand there. An annotation can have several problems. Standard library only.
"""

from __future__ import annotations

import argparse
import csv
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from . import corpora
from .candidates import STARTER_TABLE, KnowledgeBaseTable
from .corpora import NO_ID, Annotation, Document, gold_curies
from .passages import longest

#: What can be wrong with an annotation, and what that means for training.
PROBLEMS = {
    "broken offsets": "the text is not at its offsets: left out",
    "no id": "teaches tags, and that none of the candidates is meant",
    "unreadable id": "an id in no form that is known: as without one",
    "composite": "several ids, any of which is right",
    "unknown id": "the knowledge base has none of its ids: teaches tags, and that none of the candidates is meant",
    "inside another": "a longer annotation covers a part of it: left out",
}

def problems(document: Document, table: KnowledgeBaseTable) -> Iterator[tuple[str, Annotation]]:
    """Each problem of each annotation of a document, in the order of `PROBLEMS`."""
    yield from (("broken offsets", a) for a in document.broken)
    kept = set(longest(document.annotations))
    for a in document.annotations:
        ids = gold_curies(document.corpus, a)
        if a.id.strip() in NO_ID:
            yield "no id", a
        elif not ids:
            yield "unreadable id", a
        elif not table.resolve(ids):
            yield "unknown id", a
        if len(ids) > 1:
            yield "composite", a
        if a not in kept:
            yield "inside another", a


def counted(documents: Iterable[Document], table: KnowledgeBaseTable, write: Callable[[list], object]) -> Counter[str]:
    """Counts documents, annotations and problems; writes a row for each problem."""
    counts: Counter[str] = Counter()
    for document in documents:
        counts["documents"] += 1
        counts["annotations"] += len(document.annotations) + len(document.broken)
        for problem, a in problems(document, table):
            counts[problem] += 1
            write([document.corpus, document.pmid, problem, a.start, a.end, a.text, a.type, a.id])
    return counts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=corpora.default_data())
    parser.add_argument("--table", type=Path, default=STARTER_TABLE)
    parser.add_argument("--corpora", nargs="+", default=list(corpora.TRAINING_CORPORA), choices=list(corpora.TRAINING_CORPORA))
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    table, guard = KnowledgeBaseTable(options.table), corpora.Guard.load(options.data)
    columns = ["documents", "annotations", *PROBLEMS]
    print("\t".join(["corpus", *columns]))
    with options.out.open("w", encoding="utf-8", newline="") as stream:
        listing = csv.writer(stream, delimiter="\t", lineterminator="\n")
        listing.writerow(["corpus", "document", "problem", "start", "end", "text", "type", "id"])
        for corpus in options.corpora:
            counts = counted(corpora.training_documents(options.data, [corpus], guard), table, listing.writerow)
            print("\t".join([corpus, *(f"{counts[column]:,}" for column in columns)]))
    for problem, meaning in PROBLEMS.items():
        print(f"{problem}: {meaning}")


if __name__ == "__main__":
    main()
