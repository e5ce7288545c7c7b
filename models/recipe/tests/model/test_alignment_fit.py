"""How evidence is weighed, on terms made up for these tests."""

from __future__ import annotations

import unittest

import numpy as np

from conceptlens_recipe.alignment_fit import FEATURES, Terms, columns_of, fit_sources, fit_weights


def made_up(n: int, seed: int = 3) -> Terms:
    """Terms with four candidates, of which the one highest in `dense` is right; names say nothing."""
    random = np.random.default_rng(seed)
    dense = random.uniform(0, 1, (n, 4))
    right = dense == dense.max(axis=1, keepdims=True)
    names = random.uniform(0, 0.01, (n, 4, len(FEATURES)))
    # Of every other term all candidates have the very name, so that both curves have terms.
    names[:, :, FEATURES.index("exact")] = (np.arange(n) % 2)[:, None]
    return Terms(names, np.full((n, 4), np.nan), dense, right, np.ones((n, 4), bool))


class Weighing(unittest.TestCase):
    def test_a_source_says_its_value_and_what_it_is_less_than_the_highest(self) -> None:
        terms = made_up(1)
        terms.dense[0] = [0.5, np.nan, 0.75, 0.25]
        added = columns_of(terms, ("dense",))[0, :, len(FEATURES) + 1 :]
        np.testing.assert_allclose(added, [[0.5, 1, -0.25], [0, 0, 0], [0.75, 1, 0], [0.25, 1, -0.5]])

    def test_what_tells_right_from_wrong_is_found_and_calibrated(self) -> None:
        parts = [made_up(400, seed) for seed in (1, 2, 3)]
        variant, report = fit_sources(parts, ("dense",), fit_weights(parts[0], ()))
        self.assertGreater(report["first is right"], 0.95)
        self.assertLess(report["calibration error"], 0.05)
        self.assertEqual(set(variant["dense"]), {"weight", "bias", "gap"})


if __name__ == "__main__":
    unittest.main()
