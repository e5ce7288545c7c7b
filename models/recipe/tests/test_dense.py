"""Packing and what dense cross-encoders learn from. Needs no package and no data; `tests/model/test_dense.py` has the oracle."""

from __future__ import annotations

import random
import unittest

from conceptlens_recipe.candidates import Entry
from conceptlens_recipe.dense_data import Choices, development_ranking, distinct_names, documents, n_right, training_ranking
from conceptlens_recipe.dense_pack import MODES, MentionToRank, PassageToRank, Special, pack
from conceptlens_recipe.passages import Mention, Passage
from conceptlens_recipe.pieces import Pieces
from conceptlens_recipe.sampling import Recipe, Sampler

SPECIAL = Special(cls=1, sep=2, mask=3)


def ids_of(text: str) -> list[int]:
    """A word's token is the number of its letters, and 10."""
    return [10 + len(word) for word in text.split()]


def passage(rng: random.Random) -> PassageToRank:
    sizes = [rng.randint(1, 9) for _ in range(rng.randint(1, 90))]
    words = ["w" * n for n in sizes]
    text = " ".join(words)
    starts = [sum(sizes[:i]) + i for i in range(len(sizes))]
    cuts = sorted(rng.sample(range(len(words)), min(len(words), rng.randint(1, 4))) + [0])
    sentences = tuple((starts[i], starts[i] + sizes[i]) for i in dict.fromkeys(cuts))
    mentions = []
    for i in sorted(rng.sample(range(len(words)), rng.randint(0, min(6, len(words))))):
        names = tuple(" ".join(["n"] * rng.randint(1, 5)) for _ in range(rng.randint(0, 6)))
        mentions.append(MentionToRank(starts[i], starts[i] + sizes[i], words[i], names))
    return PassageToRank(text, sentences, tuple(mentions))


class Packing(unittest.TestCase):
    def test_every_pair_is_in_one_sequence_that_fits(self) -> None:
        rng = random.Random(4)
        for _ in range(60):
            document = [passage(rng) for _ in range(rng.randint(1, 3))]
            wanted = [
                (p, m, n)
                for p, one in enumerate(document)
                for m, mention in enumerate(one.mentions)
                for n in range(len(mention.names))
            ]
            for mode in MODES:
                for window in (64, 100, 512):
                    packs = pack(document, mode, ids_of, SPECIAL, window)
                    self.assertEqual(sorted(place for one in packs for _, place in one.masks), wanted, mode)
                    for one in packs:
                        self.assertLessEqual(len(one.ids), window)
                        self.assertTrue(all(one.ids[at] == SPECIAL.mask for at, _ in one.masks))
                        self.assertEqual(one.ids.count(SPECIAL.mask), len(one.masks))

    def test_packings_differ_in_what_they_read_together(self) -> None:
        mentions = (MentionToRank(0, 1, "a", ("b b", "c")), MentionToRank(4, 6, "dd", ("e",)))
        document = [PassageToRank("a x. dd y.", ((0, 5), (5, 10)), (mentions[0], MentionToRank(5, 7, "dd", ("e",))))]
        text, pairs = [11, 12], [[2, 11, 3, 11, 11], [2, 11, 3, 11], [2, 12, 3, 11]]
        other = [12, 12]
        found = {mode: [one.ids for one in pack(document, mode, ids_of, SPECIAL)] for mode in MODES}
        self.assertEqual(found["pair"], [[1, *read, *pair, 2] for read, pair in zip((text, text, other), pairs, strict=True)])
        self.assertEqual(found["mention"], [[1, *text, *pairs[0], *pairs[1], 2], [1, *other, *pairs[2], 2]])
        self.assertEqual(found["sentence"], found["mention"])
        self.assertEqual(found["passage"], [[1, *text, *other, *pairs[0], *pairs[1], *pairs[2], 2]])
        self.assertEqual(found["document"], found["passage"])

    def test_an_unknown_mode_is_refused(self) -> None:
        with self.assertRaisesRegex(ValueError, "known are pair, mention"):
            pack([], "chapter", ids_of, SPECIAL)


class Table:
    concepts = {"C:1": ("cold", ()), "C:2": ("Cold", ()), "C:9": ("common cold", ())}

    def resolve(self, curies: tuple[str, ...]) -> frozenset[str]:
        return frozenset(curies) & {"C:1", "C:2", "C:9"}


def entry(identifier: str, *names: str) -> Entry:
    matches = tuple((name, "synonym", 0, 1.0 if name == "cold" else 0.5, 0.0) for name in names)
    return Entry(identifier, names[0], (), "cold" in names, 0, matches)


class Names(unittest.TestCase):
    retrieved = {"cold": (entry("C:1", "cold"), entry("C:2", "cold"), entry("C:3", "cold sore"), entry("C:4", "colder"))}
    sampler = Sampler(retrieved, {}, Table(), Recipe())

    def passage(self, *gold: str) -> Passage:
        mentions = [Mention(0, 4, "cold", "cold", (one,), None) for one in gold]
        return Passage("1", "bc5cdr", "cold. Then.", Pieces([7], [0], [4], [True]), 1, [0], mentions)

    def document(self, *gold: str) -> Choices:
        (only,) = documents([self.passage(*gold)], self.sampler)
        return only

    def test_of_concepts_with_one_name_the_first_stands_for_it(self) -> None:
        fused = self.sampler.fused(self.passage("C:1"), self.passage("C:1").mentions[0])
        names, right = distinct_names(fused, frozenset({"C:1"}))
        self.assertEqual((names[0], len(names), right), ("cold", 3, frozenset({0})))
        self.assertEqual(distinct_names(fused, frozenset({"C:2"}))[1], frozenset())

    def test_training_asks_once_with_one_right_name(self) -> None:
        ranking = training_ranking(self.document("C:1", "C:1"), random.Random(1))
        self.assertEqual((ranking.n_mentions, ranking.n_pairs), (1, 3))
        ((right,),) = ranking.right
        self.assertEqual([ranking.passages[0].mentions[0].names[at] for at in right], ["cold"])

    def test_training_adds_the_right_name_and_leaves_out_what_names_cannot_tell(self) -> None:
        ranking = training_ranking(self.document("C:9", "C:2", "C:8"), random.Random(1))
        self.assertEqual(ranking.n_mentions, 1)
        ((right,),) = ranking.right
        self.assertEqual([ranking.passages[0].mentions[0].names[at] for at in right], ["common cold"])

    def test_every_mention_is_measured_and_one_without_names_is_wrong(self) -> None:
        ranking = development_ranking(self.document("C:1", "C:1", "C:9"))
        self.assertEqual(ranking.n_mentions, 3)
        self.assertEqual(n_right(ranking, [[3.0, 1.0, 2.0], [1.0, 3.0, 2.0], []]), 1)


if __name__ == "__main__":
    unittest.main()
