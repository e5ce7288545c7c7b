"""The peers, each behind ``build``, ``open`` and ``look_up``, and the process in which one of them is measured.

Run as ``python peers.py PEER build|ask FOLDER SECONDS``; the names are in FOLDER, the peer's index in FOLDER/PEER. Prints one
JSON object. Packages are imported by the peer that needs them, before its clock runs.
"""

from __future__ import annotations

import importlib
import json
import math
import os
import pickle
import re
import shutil
import sqlite3
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

from names import LIMIT, N_WARM, fold, read, read_names

N_THREADS = int(os.environ.get("PEERS_BUILD_THREADS", "1"))


class Peer(Protocol):
    """An index of names. A name is known by its number, 0 …, or by its text. Texts come in folded."""

    modules: tuple[str, ...]

    def build(self, names: Iterator[str], folder: Path) -> None: ...
    def open(self, folder: Path) -> None: ...
    def look_up(self, text: str) -> list[int] | list[str]: ...


class SparseVectors:
    """TF-IDF vectors of scikit-learn as scispaCy makes them, but that a gram counts once a name and in rare names, too:
    so their cosine is the one that recall is measured by."""

    modules = ("numpy", "scipy.sparse", "sklearn.feature_extraction.text")

    def vectors(self, names: Iterator[str], folder: Path) -> Any:
        text, numpy = module("sklearn.feature_extraction.text"), module("numpy")
        self.vectorizer = text.TfidfVectorizer(
            analyzer="char_wb", ngram_range=(3, 3), binary=True, lowercase=False, dtype=numpy.float32
        )
        vectors = self.vectorizer.fit_transform(names)
        with (folder / "vectorizer.pickle").open("wb") as out:
            pickle.dump(self.vectorizer, out)
        return vectors

    def save(self, matrix: Any, folder: Path) -> None:
        module("scipy.sparse").save_npz(folder / "vectors.npz", matrix, compressed=False)

    def load(self, folder: Path) -> Any:
        with (folder / "vectorizer.pickle").open("rb") as stream:
            self.vectorizer = pickle.load(stream)
        return module("scipy.sparse").load_npz(folder / "vectors.npz")


class BruteForce(SparseVectors):
    """The query times the whole matrix, kept gram by gram so that only the query's grams are read."""

    def build(self, names: Iterator[str], folder: Path) -> None:
        self.save(self.vectors(names, folder).T.tocsr(), folder)

    def open(self, folder: Path) -> None:
        self.by_gram = self.load(folder)

    def look_up(self, text: str) -> list[int]:
        numpy = module("numpy")
        scores = self.vectorizer.transform([text]) @ self.by_gram
        n = min(LIMIT, scores.nnz)
        best = numpy.argpartition(-scores.data, n - 1)[:n] if n else []
        return [int(scores.indices[i]) for i in sorted(best, key=lambda i: -scores.data[i])]


class Nmslib(SparseVectors):
    """A graph of near neighbours over the same vectors; by default with scispaCy's parameters."""

    modules = (*SparseVectors.modules, "nmslib")

    def __init__(self, m: int = 100, construction: int = 2000, search: int = 200):
        self.m, self.construction, self.search = m, construction, search

    def index(self, vectors: Any) -> Any:
        nmslib = module("nmslib")
        kind = nmslib.DataType.SPARSE_VECTOR
        index = nmslib.init(method="hnsw", space="cosinesimil_sparse", data_type=kind)
        index.addDataPointBatch(vectors)
        return index

    def build(self, names: Iterator[str], folder: Path) -> None:
        vectors = self.vectors(names, folder)
        self.save(vectors, folder)
        index = self.index(vectors)
        parameters = {"M": self.m, "efConstruction": self.construction, "post": 0, "indexThreadQty": N_THREADS}
        index.createIndex(parameters, print_progress=True)
        index.saveIndex(str(folder / "graph.bin"))

    def open(self, folder: Path) -> None:
        self.graph = self.index(self.load(folder))
        self.graph.loadIndex(str(folder / "graph.bin"))
        self.graph.setQueryTimeParams({"efSearch": self.search})

    def look_up(self, text: str) -> list[int]:
        vector = self.vectorizer.transform([text])
        if vector.nnz == 0:
            return []
        return self.graph.knnQueryBatch(vector, k=LIMIT, num_threads=1)[0][0].tolist()


class Simstring:
    """As QuickUMLS asks: 3-grams, Jaccard similarity of at least 0.7, the names found sorted by it."""

    modules = ("quickumls_simstring.simstring",)

    def build(self, names: Iterator[str], folder: Path) -> None:
        writer = module(*self.modules).writer(str(folder / "names.simstring"), 3, False, True)
        for name in names:
            writer.insert(name)
        writer.close()

    def open(self, folder: Path) -> None:
        simstring = module(*self.modules)
        self.reader = simstring.reader(str(folder / "names.simstring"))
        self.reader.measure, self.reader.threshold = simstring.jaccard, 0.7

    def look_up(self, text: str) -> list[str]:
        own = substrings(text)

        def jaccard(name: str) -> float:
            other = substrings(name)
            return len(own & other) / len(own | other)

        return sorted(self.reader.retrieve(text), key=lambda name: (-jaccard(name), name))[:LIMIT]


def substrings(text: str) -> set[str]:
    """The text's runs of three characters; the text itself when it is shorter."""
    return {text[i : i + 3] for i in range(max(1, len(text) - 2))}


class Sqlite:
    """The full-text index of SQLite by trigrams: any of the query's, best first by BM25."""

    modules = ()

    def build(self, names: Iterator[str], folder: Path) -> None:
        store = sqlite3.connect(folder / "names.db")
        store.execute("CREATE VIRTUAL TABLE names USING fts5(name, tokenize = 'trigram')")
        store.executemany("INSERT INTO names(rowid, name) VALUES (?, ?)", enumerate(names))
        store.execute("INSERT INTO names(names) VALUES ('optimize')")
        store.commit()
        store.close()

    def open(self, folder: Path) -> None:
        self.store = sqlite3.connect(f"file:{folder / 'names.db'}?mode=ro", uri=True)
        self.store.execute("SELECT rowid FROM names LIMIT 1").fetchall()

    def look_up(self, text: str) -> list[int]:
        if len(text) < 3:
            return []
        wanted = " OR ".join(f'"{gram}"' for gram in sorted(substrings(text)))
        asked = "SELECT rowid FROM names WHERE names MATCH ? ORDER BY rank LIMIT ?"
        return [number for (number,) in self.store.execute(asked, (wanted, LIMIT))]


PEERS: dict[str, Peer] = {
    "brute-force": BruteForce(),
    "nmslib": Nmslib(),
    "nmslib-light": Nmslib(m=16, construction=200),
    "simstring": Simstring(),
    "sqlite": Sqlite(),
}


def module(name: str) -> Any:
    """A module that was imported before, or is now."""
    return sys.modules.get(name) or importlib.import_module(name)


def memory_mib(field: str, process: int | str = "self") -> float:
    """What Linux says of a process: ``VmRSS``, resident now, or ``VmHWM``, the most ever. 0 when the process is gone."""
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0.0
    found = re.search(rf"^{field}:\s+(\d+) kB", status, re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0


def processor_ms(process: int | str = "self") -> float:
    """Processor time of all threads of a process so far, to about 10 ms."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of them does not exceed."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def build(peer: Peer, folder: Path, own: Path) -> dict[str, object]:
    shutil.rmtree(own, ignore_errors=True)
    own.mkdir()
    start = time.perf_counter()
    peer.build((name for name, _ in read_names(folder)), own)
    return {"buildS": time.perf_counter() - start, "buildPeakMiB": memory_mib("VmHWM")}


def ask(peer: Peer, folder: Path, own: Path, seconds: float) -> dict[str, object]:
    """Looks the queries up as long as there is time; gives ``quantiles`` in ms and ``found`` of the measured ones."""
    texts = [fold(query["text"]) for query in read(folder / "queries.json")]
    start = time.perf_counter()
    peer.open(own)
    open_s = time.perf_counter() - start
    times, found, used = [], [], 0.0
    for place, text in enumerate(texts):
        if place == N_WARM:
            used = processor_ms()
        before = time.perf_counter()
        if before - start > seconds:
            break
        names = peer.look_up(text)
        if place >= N_WARM:
            times.append((time.perf_counter() - before) * 1000)
            found.append(names)
    row = {"openS": open_s, "residentMiB": memory_mib("VmRSS"), "cpuMs": (processor_ms() - used) / max(1, len(times))}
    shares = {"50": 0.5, "95": 0.95, "99": 0.99} if times else {}
    return row | {"quantiles": {key: quantile(times, share) for key, share in shares.items()}, "found": found}


def main(name: str, step: str, folder: Path, seconds: float) -> None:
    peer = PEERS[name]
    for needed in peer.modules:
        module(needed)
    result = build(peer, folder, folder / name) if step == "build" else ask(peer, folder, folder / name, seconds)
    print(json.dumps(result))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]), float(sys.argv[4]))
