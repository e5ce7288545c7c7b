"""The names and the queries that every peer gets, and the exact answers that recall is measured against.

:func:`prepare` writes into a folder: ``names.tsv``, every distinct folded name once (columns ``id``, ``name``,
``concepts``: a names table for `kb import`, in which each name is a concept of its own, so that a list of candidates is
a list of names), ``queries.json``, and ``exact.json``: how often each gram is in the names, and the exact scores of the best
names. Standard library only.
"""

from __future__ import annotations

import heapq
import json
import math
import random
import re
import sys
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "models" / "recipe"))

from conceptlens_recipe.candidates import fold as fold_any
from conceptlens_recipe.corpora import default_data, development_documents, gold_curies, open_text

CORPORA = ("bc5cdr", "medmentions-st21pv")
#: Names asked for.
LIMIT = 64
#: Queries looked up before the clock runs.
N_WARM = 50


@dataclass(frozen=True)
class Sample:
    """What is compared: ``share`` of the concepts, ``queries`` look-ups, ``checked`` of them by brute force."""

    source: str
    data: str
    share: float
    queries: int
    checked: int
    seed: int
    queries_file: str | None = None
    gold: bool = True


def fold(text: str) -> str:
    """The form in which the product compares names."""
    return re.sub(r"[^a-z0-9]+", " ", text.lower()).strip() if text.isascii() else fold_any(text)


# -- similarity ----------------------------------------------------------------------------------------------------


def grams(folded: str) -> set[str]:
    """Character 3-grams of the words between two spaces, as scikit-learn's ``char_wb`` and the product cut them."""
    return {w[i : i + 3] for w in (f" {word} " for word in folded.split()) for i in range(len(w) - 2)}


class Similarity:
    """Cosine of binary TF-IDF over 3-grams (`src/knowledge/FORMAT.md`): a gram weighs (1 + ln((1+n)/(1+df)))²."""

    def __init__(self, frequency: Counter[str], n: int):
        self.weights = {gram: (1 + math.log((1 + n) / (1 + df))) ** 2 for gram, df in frequency.items()}
        self.unseen = (1 + math.log(1 + n)) ** 2

    def norm(self, own: Iterable[str]) -> float:
        """The squared norm of a text with these grams."""
        return sum(self.weights.get(gram, self.unseen) for gram in own)

    def cosine(self, a: str, b: str) -> float:
        """Of two folded texts, 0 to 1."""
        first, second = grams(a), grams(b)
        dot = self.norm(first & second)
        return dot / math.sqrt(self.norm(first) * self.norm(second)) if dot else 0.0

    def best(self, names: Iterable[str], queries: list[str]) -> list[list[float]]:
        """For each query the scores of its best names, falling, found by comparing it with every name."""
        asking: defaultdict[str, list[int]] = defaultdict(list)
        for q, text in enumerate(queries):
            for gram in grams(text):
                asking[gram].append(q)
        norms = [self.norm(grams(text)) for text in queries]
        heaps: list[list[float]] = [[] for _ in queries]
        for name in names:
            own, dots = grams(name), defaultdict(float)
            for gram in own:
                for q in asking.get(gram, ()):
                    dots[q] += self.weights[gram]
            norm = self.norm(own) if dots else 0.0
            for q, dot in dots.items():
                score, heap = dot / math.sqrt(norms[q] * norm), heaps[q]
                if len(heap) < LIMIT:
                    heapq.heappush(heap, score)
                elif score > heap[0]:
                    heapq.heapreplace(heap, score)
        return [sorted(heap, reverse=True) for heap in heaps]


# -- sources -------------------------------------------------------------------------------------------------------


def concepts(source: Path) -> Iterator[tuple[str, list[str], str]]:
    """(id, other ids of the concept, name) for every name of a starter table or of the folder of an RRF release (by
    default what `kb import` takes of it: English names that are not suppressible)."""
    yield from _release(source) if source.is_dir() else _table(source)


def _table(path: Path) -> Iterator[tuple[str, list[str], str]]:
    identifier, others = "", []
    for line in open_text(path):
        parts = line.split("\t")
        if parts[0] == "C":
            identifier, others = parts[1], parts[5].split("|")
        elif parts[0] == "N":
            yield identifier, others, parts[4]


def _release(folder: Path) -> Iterator[tuple[str, list[str], str]]:
    files = (line.split("|") for line in open_text(folder / "MRFILES.RRF"))
    columns = next(row[2].split(",") for row in files if row[0] == "MRCONSO.RRF")
    cui, language, suppress, vocabulary, code, text = map(
        columns.index, ("CUI", "LAT", "SUPPRESS", "SAB", "CODE", "STR")
    )
    for line in open_text(folder / "MRCONSO.RRF"):
        row = line.split("|")
        if row[language] == "ENG" and row[suppress] not in ("O", "E", "Y"):
            others = [f"MESH:{row[code]}"] if row[vocabulary] == "MSH" else []
            yield f"UMLS:{row[cui]}", others, row[text]


def sampled_queries(sample: Sample) -> list[dict[str, Any]]:
    """``text`` and ``gold``: distinct mention texts with the CURIEs they were annotated with: as many of each corpus, in random order; or the
    lines of a file (text, then perhaps a tab and CURIEs joined by |)."""
    if sample.queries_file:
        rows = (line.split("\t") for line in open_text(Path(sample.queries_file)) if fold(line.split("\t")[0]))
        return [{"text": row[0], "gold": row[1].split("|") if len(row) > 1 else []} for row in rows]
    chooser, found, data = random.Random(sample.seed), [], Path(sample.data) if sample.data else default_data()
    n_each = math.ceil((sample.queries + N_WARM) / len(CORPORA))
    for corpus in CORPORA:
        gold: defaultdict[str, set[str]] = defaultdict(set)
        for document in development_documents(data, corpus):
            for mention in document.annotations:
                gold[mention.text].update(gold_curies(corpus, mention))
        texts = sorted(text for text in gold if fold(text))
        found += [{"text": text, "gold": sorted(gold[text])} for text in chooser.sample(texts, min(n_each, len(texts)))]
    chooser.shuffle(found)
    return found[: sample.queries + N_WARM]


# -- preparation ---------------------------------------------------------------------------------------------------


def read_names(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """(folded name, ids of its concepts), in the order of their numbers, 0 …; tells on stderr how far it is."""
    lines = open_text(folder / "names.tsv")
    next(lines)
    for number, line in enumerate(lines):
        if number and number % 100_000 == 0:
            print(f"{number:,} names read", file=sys.stderr, flush=True)
        _, name, owners = line.split("\t")
        yield name, owners.split("|")


def prepare(sample: Sample, folder: Path) -> None:
    """Writes the three files; see the module."""
    queries = sampled_queries(sample)
    wanted = {curie for query in queries for curie in query["gold"]} if sample.gold else set()
    resolved: defaultdict[str, set[str]] = defaultdict(set)
    owners: dict[str, str] = {}
    for identifier, others, name in concepts(Path(sample.source)):
        if zlib.crc32(identifier.encode()) % 10_000 >= sample.share * 10_000 or not (folded := fold(name)):
            continue
        known = owners.get(folded, "")
        if identifier not in known.split("|"):
            owners[folded] = f"{known}|{identifier}" if known else identifier
        for curie in wanted.intersection((identifier, *others)):
            resolved[curie].add(identifier)
    frequency: Counter[str] = Counter()
    with (folder / "names.tsv").open("w", encoding="utf-8", newline="\n") as out:
        out.write("id\tname\tconcepts\n")
        for number, (folded, ids) in enumerate(owners.items()):
            out.write(f"NAME:{number}\t{folded}\t{ids}\n")
            frequency.update(grams(folded))
    n_names = len(owners)
    owners.clear()
    for query in queries:
        query["gold"] = sorted({identifier for curie in query["gold"] for identifier in resolved.get(curie, ())})
    write(folder / "queries.json", queries)
    measured = range(N_WARM, len(queries))
    checked = measured[:: max(1, len(measured) // max(1, sample.checked))][: sample.checked]
    names = (name for name, _ in read_names(folder))
    best = Similarity(frequency, n_names).best(names, [fold(queries[place]["text"]) for place in checked])
    exact = {"nNames": n_names, "frequency": frequency, "checked": [place - N_WARM for place in checked], "best": best}
    write(folder / "exact.json", exact)
    write(folder / "sample.json", asdict(sample))


def read(path: Path) -> Any:
    """A JSON file."""
    return json.loads(path.read_text(encoding="utf-8"))


def write(path: Path, value: object) -> None:
    """As JSON."""
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    prepare(Sample(**json.loads(sys.argv[2])), Path(sys.argv[1]))
