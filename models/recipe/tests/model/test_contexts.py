"""What stands around concepts: made of states, kept, written, read, and compared with the state of a mention."""

from __future__ import annotations

import dataclasses
import unittest
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from conceptlens_recipe import contexts
from conceptlens_recipe.passages import Mention, Passage, Pieces


def passage(pmid: str) -> Passage:
    return Passage(pmid, "bc5cdr", "a b", Pieces([], [], [], []), 0, [], [])


def mention(start: int) -> Mention:
    return Mention(start, start + 1, "a", "a", ("A",), None)


class AroundConcepts(unittest.TestCase):
    def setUp(self) -> None:
        rng = np.random.default_rng(3)
        self.centres = {name: rng.normal(size=16) for name in ("A", "B", "C")}
        self.owners = [["A"], ["B"], ["C"], ["A", "B"], []] * 40
        centres = np.array([self.centres[own[0] if own else "C"] for own in self.owners])
        self.states = (centres + rng.normal(scale=0.3, size=centres.shape)).astype(np.float32)
        #: Ten mentions in a document.
        self.documents = [str(row // 10) for row in range(len(self.owners))]
        keys = [contexts.key(passage(document), mention(row % 10)) for row, document in enumerate(self.documents)]
        self.evidence = contexts.evidence_of(self.states, keys, self.documents, self.owners, {"MESH:A": "A", "MESH:E": "E"}, dimensions=8)
        self.made = self.evidence.contexts()

    def test_a_mention_fits_the_concept_that_such_mentions_had(self) -> None:
        for name in ("A", "C"):
            fit_of = self.made.fit_of(self.centres[name].astype(np.float32))
            cosines = {concept: fit_of(concept)[0] for concept in "ABC"}
            self.assertEqual(max(cosines, key=cosines.get), name)
            self.assertGreater(max(cosines.values()), 0.9)

    def test_tells_of_how_many_mentions_it_knows(self) -> None:
        fit_of = self.made.fit_of(self.states[0])
        self.assertEqual([fit_of(concept)[1] for concept in "ABC"], [80, 80, 40])

    def test_nothing_is_said_of_a_concept_that_training_text_lacks(self) -> None:
        self.assertIsNone(self.made.fit_of(self.states[0])("D"))

    def test_is_the_cosine(self) -> None:
        space = contexts.Space(np.eye(2, 3, dtype=np.float32), np.array([0.0, 1.0], np.float32))
        known = contexts.Contexts(space, ("A",), (7,), np.array([[100, 0]], np.int8), {})
        cosine, count = known.fit_of(np.array([1.0, 0.0, 9.0], np.float32))("A")
        self.assertAlmostEqual(cosine, np.sqrt(0.5), 6)
        self.assertEqual(count, 7)

    def test_counts_as_much_as_it_is_trusted(self) -> None:
        trusted = dataclasses.replace(self.made, trust=1.5)
        self.assertAlmostEqual(trusted.fit_of(self.states[0])("A")[0], 1.5 * self.made.fit_of(self.states[0])("A")[0], 6)

    def test_a_document_does_not_vouch_for_its_own_mentions(self) -> None:
        without = [row for row, document in enumerate(self.documents) if document != "3"]
        for row in range(30, 40):
            found = self.evidence.fit_of(passage("3"), mention(row % 10))
            for concept in "ABC":
                others = [self.evidence.places[i].astype(float) for i in without if concept in self.owners[i]]
                cosine, count = found(concept)
                self.assertEqual(count, len(others))
                expected = contexts.directions(np.sum(others, 0)) @ self.evidence.places[row].astype(float)
                self.assertAlmostEqual(cosine, float(expected), 6)

    def test_a_concept_of_one_document_alone_is_unknown_there(self) -> None:
        owners = [["A"], ["B"]] * 8
        keys = [contexts.key(passage(str(row % 2)), mention(row)) for row in range(16)]
        evidence = contexts.evidence_of(self.states[:16], keys, ["0", "1"] * 8, owners, {}, dimensions=4)
        found = evidence.fit_of(passage("0"), mention(0))
        self.assertIsNone(found("A"))
        self.assertEqual(found("B")[1], 8)

    def test_a_concept_is_known_by_its_other_ids(self) -> None:
        for fit_of in (self.made.fit_of(self.states[0]), self.evidence.fit_of(passage("0"), mention(0))):
            self.assertEqual(fit_of("MESH:A"), fit_of("A"))
            self.assertIsNone(fit_of("MESH:E"))

    def test_a_mention_that_was_not_read_has_no_place(self) -> None:
        self.assertIsNone(self.evidence.fit_of(passage("3"), mention(11)))

    def test_what_is_written_is_read(self) -> None:
        with TemporaryDirectory() as folder:
            contexts.write(self.made, Path(folder) / "contexts.json")
            found = contexts.read(Path(folder) / "contexts.json")
            contexts.save(self.evidence, Path(folder) / "contexts.npz")
            evidence = contexts.load(Path(folder) / "contexts.npz")
            self.assertIsNone(contexts.read(Path(folder) / "none.json"))
        self.assertEqual((found.concepts, found.counts, found.aliases), (self.made.concepts, self.made.counts, {"MESH:A": 0}))
        self.assertEqual(found.trust, 1.0)
        np.testing.assert_array_equal(found.vectors, self.made.vectors)
        for space in (found.space, evidence.space):
            np.testing.assert_array_equal(space.projection, self.made.space.projection)
            np.testing.assert_array_equal(space.offset, self.made.space.offset)
        np.testing.assert_array_equal(evidence.places, self.evidence.places)
        for name in ("keys", "documents", "owners", "aliases"):
            self.assertEqual(getattr(evidence, name), getattr(self.evidence, name))


if __name__ == "__main__":
    unittest.main()
