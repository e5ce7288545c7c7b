"""What the product's retrieval finds for a text, and the features of the fused list, without a document's own votes.

Retrieval itself is the product's: `conceptlens kb candidates DIR` reads JSON lines and writes its fused list with
every matching name. Here a training document's own surface forms are taken out again (no surface form vouches for its
own document), the list is fused anew by the product's rules, and the features are computed as its ranking does.
"""

from __future__ import annotations

import functools
import gzip
import json
import logging
import math
import pickle
import re
import shlex
import subprocess
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from . import corpora
from .contract import GROUP_NAMES, RANKED_CANDIDATES

if TYPE_CHECKING:
    from .contexts import FitOf

log = logging.getLogger(__name__)

DEFAULT_COMMAND = "npm run --silent conceptlens --"
STARTER_TABLE = Path(__file__).resolve().parents[2] / "starter-kb" / "concepts.tsv.gz"

#: How much the dense score counts beside the lexical one, as in the product's fused list.
DENSE_WEIGHT = 0.7

#: A name's match: text, kind, count, lexical score, dense score.
Match = tuple[str, str, int, float, float]


@dataclass(frozen=True, slots=True)
class Entry:
    """A concept that retrieval found, as the product wrote it."""

    id: str
    preferred: str
    groups: tuple[str, ...]
    exact: bool
    concept_count: int
    matches: tuple[Match, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place of the fused list. Fields as in the product's `Candidate`."""

    id: str
    name: str
    kind: str
    preferred: str
    lexical: float
    dense: float
    exact: bool
    name_count: int
    concept_count: int
    groups: tuple[str, ...]
    #: How many of its names matched, and the best score of those that a vocabulary has.
    matches: int = 1
    official: float = 0.0


@dataclass(frozen=True)
class Votes:
    """What one document adds to the counts: per (concept id, name) and per concept id."""

    names: Mapping[tuple[str, str], int]
    concepts: Mapping[str, int]


NO_VOTES = Votes({}, {})


def votes(
    observed: Mapping[tuple[str, str], Mapping[str, int]], by_concept: Mapping[tuple[str, str], Mapping[str, int]] | None = None
) -> dict[str, Votes]:
    """The votes of every training document, from `observed_names`: (CUI, surface) -> document -> times, and from
    the like by concept: (id, surface) -> document -> times."""
    names: defaultdict[str, dict[tuple[str, str], int]] = defaultdict(dict)
    concepts: defaultdict[str, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    every = [((f"UMLS:{cui}", surface), documents) for (cui, surface), documents in observed.items()]
    for (identifier, surface), documents in [*every, *(by_concept or {}).items()]:
        for pmid, times in documents.items():
            names[pmid][(identifier, surface)] = names[pmid].get((identifier, surface), 0) + times
            concepts[pmid][identifier] += times
    return {pmid: Votes(names[pmid], dict(concepts[pmid])) for pmid in names}


def training_votes(data: Path, table: KnowledgeBaseTable) -> dict[str, Votes]:
    """What every training document contributed to the starter knowledge base, as its recipe placed it."""
    by_concept: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for (curie, surface, _), documents in corpora.observed_by_id(data).items():
        own = table.resolve([curie])
        if len(own) == 1:
            by_concept[(*own, surface)].update(documents)
    return votes(corpora.observed_names(data), by_concept)


def retrieve(
    command: str, kb: Path, texts: Iterable[str], cache: Path, limit: int = 32
) -> dict[str, tuple[Entry, ...]]:
    """Asks the product for every text that the cache does not hold; gives text -> entries, best first."""
    known: dict[str, tuple[Entry, ...]] = {}
    if cache.exists():
        with gzip.open(cache, "rb") as stream:
            known = pickle.load(stream)
    wanted = sorted(set(texts) - known.keys())
    if not wanted:
        return known
    log.info("retrieving candidates of %d texts", len(wanted))
    cache.parent.mkdir(parents=True, exist_ok=True)
    questions = cache.with_suffix(".questions")
    with questions.open("w", encoding="utf-8") as stream:
        for index, text in enumerate(wanted):
            stream.write(json.dumps({"id": index, "text": text}, ensure_ascii=False) + "\n")
    line = [*shlex.split(command), "kb", "candidates", str(kb.resolve()), "--limit", str(limit)]
    with questions.open(encoding="utf-8") as asked:
        process = subprocess.Popen(line, stdin=asked, stdout=subprocess.PIPE, text=True, encoding="utf-8")
        assert process.stdout
        for answer in process.stdout:
            record = json.loads(answer)
            known[wanted[record["id"]]] = tuple(map(_entry, record["candidates"]))
        if process.wait() != 0:
            raise RuntimeError(f"{shlex.join(line)} ended with status {process.returncode}")
    missing = [text for text in wanted if text not in known]
    if missing:
        raise RuntimeError(f"no answer for {len(missing)} of {len(wanted)} texts, the first: {missing[0]!r}")
    temporary = cache.with_suffix(".part")
    with gzip.open(temporary, "wb", compresslevel=1) as stream:
        pickle.dump(known, stream)
    temporary.replace(cache)
    questions.unlink()
    return known


def _entry(record: dict) -> Entry:
    matches = tuple((m["name"], m["kind"], m["count"], m["score"], m.get("denseScore", 0.0)) for m in record["matches"])
    return Entry(
        record["id"],
        record["preferredName"],
        tuple(record["groups"]),
        record["exact"],
        record["conceptCount"],
        matches,
    )


def fuse(
    lookup: str, entries: Iterable[Entry], own: Votes = NO_VOTES, counts: bool = True, named: bool = True
) -> list[Candidate]:
    """The fused list by the product's rules, with the document's own votes taken out.

    Without `counts` the list is what a knowledge base without observed names would give; without `named` what one would
    give that has the text as nobody's name, in whatever order of words and with whatever ending.
    """
    found = []
    folded, stems = fold(lookup), sorted(word_stems(lookup))
    for entry in entries:
        matches = []
        for name, kind, count, *scores in entry.matches:
            left = max(0, count - own.names.get((entry.id, name), 0)) if counts else 0
            if (kind != "observed" or left > 0) and (named or sorted(word_stems(name)) != stems):
                matches.append((name, kind, left, *scores))
        if not matches:
            continue
        exact = [m for m in matches if m[3] >= 1 - 1e-9 and fold(m[0]) == folded] if entry.exact else []
        pool = sorted(
            exact or matches, key=lambda m: _name_order(lookup, m) if exact else (-_score(m), _name_order(lookup, m))
        )
        best = pool[0]
        alike = exact or [m for m in matches if _score(m) == _score(best)]
        left = max(0, entry.concept_count - own.concepts.get(entry.id, 0)) if counts else 0
        kind = "preferred" if any(m[1] == "preferred" for m in alike) else best[1]
        found.append(
            Candidate(
                id=entry.id,
                name=best[0],
                kind=kind,
                preferred=entry.preferred,
                lexical=1.0 if exact else best[3],
                dense=best[4],
                exact=bool(exact),
                name_count=sum(m[2] for m in alike),
                concept_count=left,
                groups=entry.groups,
                matches=len(matches),
                official=max((_score(m) for m in matches if m[1] != "observed"), default=0.0),
            )
        )
    found.sort(key=_fused_order)
    return found


_GREEK = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma sigma tau upsilon "
    "phi chi psi omega"
).split()
_LETTERS = str.maketrans(
    {chr(0x3B1 + i): name for i, name in enumerate(_GREEK)}
    | {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ı": "i", "ŋ": "n"}
)


@functools.lru_cache(maxsize=1_000_000)
def fold(text: str) -> str:
    """The form in which the product compares names (`fold` of its knowledge folder)."""
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).lower())
    text = "".join(c for c in text if not unicodedata.category(c).startswith("M")).translate(_LETTERS)
    return re.sub(r"[\W_]+", " ", text).strip()


def fused_score(lexical: float, dense: float) -> float:
    """How alike a name is, in letters and in meaning."""
    return lexical + DENSE_WEIGHT * dense


def _score(match: Match) -> float:
    return fused_score(match[3], match[4])


def _name_order(lookup: str, match: Match) -> tuple:
    name, kind, count, *_ = match
    return (name != lookup, kind != "preferred", -count, name)


def _fused_order(c: Candidate) -> tuple:
    if c.exact:
        return (0, -c.name_count, -c.concept_count, c.kind != "preferred", c.id)
    return (1, -fused_score(c.lexical, c.dense), -c.name_count, c.id)


_ENDING = re.compile(r"(?:ies|es|s|ic|al|ed|ing|y|e)$")


@functools.lru_cache(maxsize=1_000_000)
def word_stems(text: str) -> tuple[str, ...]:
    """The words of the folded text; words of five letters and more without a common ending."""
    return tuple(_ENDING.sub("", word) if len(word) > 4 else word for word in fold(text).split())


def _overlap(a: Sequence[str], b: Sequence[str]) -> float:
    """Dice's coefficient of two sets of words."""
    first, second = set(a), set(b)
    return 2 * len(first & second) / (len(first) + len(second)) if first and second else 0.0


def features(
    lookup: str,
    expanded: bool,
    shares: Mapping[str, float] | None,
    fused: Sequence[Candidate],
    rank: int,
    fit_of: FitOf | None = None,
) -> list[float]:
    """The product's features of the candidate at `rank` of the fused list, as defined in its `features.ts`. `shares`: how
    probable each semantic group is for the mention, 1 in all; `fit_of`: how well it stands where concepts do."""
    c = fused[rank]
    cosine, count = (fit_of(c.id) if fit_of else None) or (0.0, 0)
    exact = [other for other in fused if other.exact]
    match = 0.5 if shares is None or not c.groups else min(1.0, sum(shares.get(group, 0.0) for group in c.groups))
    own, name, preferred = word_stems(lookup), word_stems(c.name), word_stems(c.preferred)
    return [
        c.lexical,
        float(c.exact),
        float(c.name == lookup),
        c.name_count / (1 + sum(other.name_count for other in exact)) if c.exact else 0.0,
        math.log1p(c.name_count) / 5,
        math.log1p(c.concept_count) / 8,
        float(c.kind == "preferred"),
        float(expanded),
        1 / (1 + rank),
        match,
        _overlap(own, name),
        _overlap(own, preferred),
        float(own[-1:] == name[-1:] != ()),
        float(own[-1:] == preferred[-1:] != ()),
        float(own[:1] == name[:1] != ()),
        c.concept_count / (1 + sum(other.concept_count for other in exact)) if c.exact else 0.0,
        float(c.exact and len(exact) == 1),
        float(c.exact and fold(c.preferred) == fold(lookup)),
        float(c.kind == "observed"),
        float(c.kind == "abbreviation"),
        1 - min(1.0, len(name) / max(1, len(own))),
        1 - min(1.0, len(own) / max(1, len(name))),
        c.lexical - fused[0].lexical,
        c.dense,
        c.dense - max(other.dense for other in fused),
        c.official / fused_score(1.0, 1.0),
        math.log1p(c.matches) / 3,
        c.name_count / (1 + c.concept_count),
        cosine,
        float(count > 0),
        math.log1p(count) / 8,
    ]


def considered(
    lookup: str,
    expanded: bool,
    shares: Mapping[str, float] | None,
    fused: Sequence[Candidate],
    fit_of: FitOf | None = None,
) -> list[list[float]]:
    """Features of every candidate that is considered, in the order of the list."""
    ranks = range(min(RANKED_CANDIDATES, len(fused)))
    return [features(lookup, expanded, shares, fused, rank, fit_of) for rank in ranks]


def type_label(groups: Iterable[str]) -> str:
    """Readable names of the groups, as the product writes them; empty when unknown."""
    return ", ".join(GROUP_NAMES[group] for group in groups if group in GROUP_NAMES)


class KnowledgeBaseTable:
    """Ids, cross-references, preferred names and groups of the starter table, to resolve gold ids."""

    def __init__(self, path: Path):
        self.concepts: dict[str, tuple[str, tuple[str, ...]]] = {}
        self._known: defaultdict[str, list[str]] = defaultdict(list)
        identifier, groups = "", ()
        with gzip.open(path, "rt", encoding="utf-8", newline="\n") as lines:
            for line in lines:
                parts = line.rstrip("\n").split("\t")
                if parts[0] == "C":
                    identifier, groups = parts[1], tuple(filter(None, parts[3].split("|")))
                    self._known[identifier].append(identifier)
                    for xref in filter(None, parts[5].split("|")):
                        self._known[xref].append(identifier)
                elif parts[0] == "N" and identifier not in self.concepts:
                    self.concepts[identifier] = (parts[4], groups)

    def aliases(self) -> dict[str, str]:
        """Cross-reference -> concept, where one concept alone has it."""
        known = {curie: owners[0] for curie, owners in self._known.items() if len(owners) == 1}
        return {curie: owner for curie, owner in known.items() if curie != owner}

    def resolve(self, curies: Iterable[str]) -> frozenset[str]:
        """Every concept that one of the ids names."""
        return frozenset(found for curie in curies for found in self._known.get(curie, ()))
