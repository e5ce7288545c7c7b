"""Lexical joins: native concepts that bear the name of exactly one concept of the table. Standard library only."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable

from .kb_table import Entry, Table, clean, fold, loose
from .sources import SourceConcept

PREFIX = {"MSH": "MESH:", "MONDO": "MONDO:", "DOID": "DOID:", "HPO": "HP:", "ORDO": "ORPHA:", "SYMP": "SYMP:", "NCIT": "NCIT:",
          "UBERON": "UBERON:", "CL": "CL:", "CHEBI": "CHEBI:", "GO": "GO:", "NCBITaxon": "NCBITaxon:"}  # fmt: skip


class LabelIndex:
    """Folded name -> concepts that a lexical join may take, in four tiers: the name of the concept, a label that any source
    gives it, a MeSH entry term, the dominant observed name. Only the first tier that knows the text answers."""

    def __init__(self, table: Table, key: Callable[[str], str] = fold) -> None:
        self._key = key
        self._tiers: tuple[dict[str, set[str]], ...] = tuple(defaultdict(set) for _ in range(3))
        self._observed: dict[str, Counter[str]] = defaultdict(Counter)
        for entry in table.entries.values():
            if entry.names:
                self.add(entry)

    def add(self, entry: Entry) -> None:
        if any(label in entry.names for label in entry.labels.values()):
            self._tiers[0][self._key(entry.preferred())].add(entry.id)
        for text, (kind, source, count) in entry.names.items():
            key = self._key(text)
            if kind == "preferred":
                self._tiers[1][key].add(entry.id)
            if source == "MSH":
                self._tiers[2][key].add(entry.id)
            if count:
                self._observed[key][entry.id] = max(count, self._observed[key][entry.id])

    def forget_labels(self) -> None:
        """Leaves only observed names: for measuring how good they are alone."""
        for tier in self._tiers:
            tier.clear()

    def by_label(self, concept: SourceConcept, target: str, all_names: bool) -> bool:
        """Whether the target answers by a label or entry term, not only by an observed name."""
        texts = [concept.label, *(text for text, _ in concept.names if all_names)]
        return any(target in tier.get(self._key(text), ()) for text in texts for tier in self._tiers)

    def targets(self, text: str) -> set[str]:
        """Concepts of the best tier. An observed name counts for the concept that has three quarters of its uses."""
        key = self._key(text)
        for tier in self._tiers:
            if tier.get(key):
                return tier[key]
        counts = self._observed.get(key)
        if not counts:
            return set()
        (best, uses), *_ = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        return {best} if uses >= 0.75 * sum(counts.values()) else set()


def typical(concept: SourceConcept, entry: Entry) -> bool:
    """Whether the names of the concept make up a quarter of what training text calls the entry. Annotators gave broad
    concepts ("finding") to anything that lacks its own; one such name says nothing about the concept."""
    names = {loose(concept.label), *(loose(text) for text, _ in concept.names)}
    uses = sum(count for _, _, count in entry.names.values())
    return sum(count for text, (_, _, count) in entry.names.items() if loose(text) in names) >= 0.25 * uses


def lexical_targets(concept: SourceConcept, index: LabelIndex, all_names: bool) -> set[str]:
    """Concepts that the label names; with ``all_names`` those that any name names."""
    found = set(index.targets(concept.label))
    if all_names:
        for text, _ in concept.names:
            found |= index.targets(text)
    return found


def join_lexically(
    table: Table, source: str, natives: list[SourceConcept], index: LabelIndex, all_names: bool = False
) -> list[SourceConcept]:
    """Joins what is unique on both sides and of compatible group; returns the rest."""
    labels = Counter(fold(concept.label) for concept in natives)
    occupied = {where for identifier, where in table.home.items() if identifier.startswith(PREFIX[source])}
    rest, wanted = [], defaultdict(list)
    for concept in natives:
        targets = lexical_targets(concept, index, all_names)
        fitting = {t for t in targets - occupied if compatible(table, table.entries[t], concept)}
        fitting = {t for t in fitting if index.by_label(concept, t, all_names) or typical(concept, table.entries[t])}
        if labels[fold(concept.label)] == 1 and len(fitting) == 1 and (not all_names or len(targets) == 1):
            wanted[next(iter(fitting))].append(concept)
        else:
            rest.append(concept)
    for target, concepts in wanted.items():
        if len(concepts) > 1:
            rest += concepts
            continue
        table.place(concepts[0], target)
        table.lexical.append((concepts[0].id, target, clean(concepts[0].label)))
        index.add(table.entries[target])
    return sorted(rest, key=lambda c: c.id)


#: How much of the uses of a text in training documents must mean the concept that is called so most of all.
LEAST_SHARE = 2 / 3


def join_nameless(table: Table, source: str, natives: list[SourceConcept]) -> list[SourceConcept]:
    """A CUI that only training text knows is the native concept whose label is what it is called most often, if two thirds
    of the uses of that text mean it and the groups are compatible. A gene's symbol must have been seen letter by letter, and
    stands for its product, too. Returns the rest."""
    uses: dict[str, Counter[str]] = defaultdict(Counter)
    called: dict[str, list[Entry]] = defaultdict(list)
    for entry in table.entries.values():
        for text, (_, _, count) in entry.names.items():
            if count:
                uses[loose(text)][entry.id] += count
        if entry.names and not entry.labels:
            called[loose(entry.commonest())].append(entry)
    labels = Counter(loose(concept.label) for concept in natives)
    rest = []
    for concept in natives:
        key = loose(concept.label)
        fitting = [
            entry
            for entry in called.get(key, ())
            if not entry.labels
            and labels[key] == 1
            and uses[key][entry.id] >= LEAST_SHARE * uses[key].total()
            and (source != "HGNC" or concept.label in entry.names)
            and (compatible(table, entry, concept) or (source == "HGNC" and "CHEM" in table.groups(entry)))
        ]
        if len(fitting) == 1:
            table.place(concept, fitting[0].id)
            table.lexical.append((concept.id, fitting[0].id, clean(concept.label)))
        else:
            rest.append(concept)
    return rest


def compatible(table: Table, entry: Entry, concept: SourceConcept) -> bool:
    groups = table.groups(entry)
    return not groups or concept.group is None or concept.group in groups
