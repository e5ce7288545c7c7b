"""Work that processes share."""

from __future__ import annotations

import unittest
from collections.abc import Sequence

from conceptlens_recipe.processes import shared


class SharedWork(unittest.TestCase):
    def test_every_item_is_worked_on_once(self) -> None:
        def work(part: Sequence[int], index: int) -> list[tuple[int, int]]:
            return [(item * item, index) for item in part]

        for processes in (1, 2, 3):
            parts = shared(work, range(7), processes)
            self.assertEqual(len(parts), processes)
            self.assertEqual(sorted(square for part in parts for square, _ in part), [0, 1, 4, 9, 16, 25, 36])
            self.assertEqual({index for part in parts for _, index in part}, set(range(processes)))

    def test_a_process_that_fails_is_told_of(self) -> None:
        def work(part: Sequence[int], index: int) -> int:
            raise SystemExit(7)

        with self.assertRaisesRegex(RuntimeError, "status 7"):
            shared(work, range(2), 2)


if __name__ == "__main__":
    unittest.main()
