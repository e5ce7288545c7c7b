"""What stands around concepts: made of states, written, read, and compared with the state of a mention."""

from __future__ import annotations

import unittest
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from conceptlens_recipe import contexts


class AroundConcepts(unittest.TestCase):
    def setUp(self) -> None:
        rng = np.random.default_rng(3)
        self.centres = {name: rng.normal(size=16) for name in ("A", "B", "C")}
        self.owners = [["A"], ["B"], ["C"], ["A", "B"]] * 40
        spread = rng.normal(scale=0.3, size=(len(self.owners), 16))
        self.states = np.array([self.centres[own[0]] for own in self.owners]) + spread
        self.made = contexts.made(self.states.astype(np.float32), self.owners, dimensions=8)

    def test_a_mention_fits_the_concept_that_such_mentions_had(self) -> None:
        for name in ("A", "C"):
            fits = self.made.fits(self.centres[name].astype(np.float32), ["A", "B", "C"])
            self.assertEqual("ABC"[int(np.argmax(fits))], name)
            self.assertGreater(max(fits), 0.9)

    def test_nothing_is_said_of_a_concept_that_training_text_lacks(self) -> None:
        state = self.states[0].astype(np.float32)
        self.assertEqual(self.made.fits(state, ["D"]), [0.0])
        self.assertEqual(self.made.fits(state, []), [])
        self.assertEqual(self.made.fits(state, ["D", "A", "D"])[1], self.made.fits(state, ["A"])[0])

    def test_is_the_cosine_times_the_weight(self) -> None:
        known = contexts.Contexts(np.eye(2, 3, dtype=np.float32), np.array([0.0, 1.0], np.float32), ("A",), np.array([[100, 0]], np.int8), 2.0)
        [fit] = known.fits(np.array([1.0, 0.0, 9.0], np.float32), ["A"])
        self.assertAlmostEqual(fit, 2 * np.sqrt(0.5), 6)

    def test_what_is_written_is_read(self) -> None:
        with TemporaryDirectory() as folder:
            path = Path(folder) / "contexts.json"
            contexts.write(self.made, path)
            found = contexts.read(path)
        self.assertEqual(found.concepts, ("A", "B", "C"))
        for name in ("projection", "offset", "vectors"):
            np.testing.assert_array_equal(getattr(found, name), getattr(self.made, name))


if __name__ == "__main__":
    unittest.main()
