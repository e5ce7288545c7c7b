"""The tests of `tests/optimize`, which run whole searches, where the packages of the extra `optimize` are installed."""

import sys
import unittest
from pathlib import Path

from conceptlens_recipe.optimize import needs


def load_tests(loader: unittest.TestLoader, tests: unittest.TestSuite, pattern: str | None) -> unittest.TestSuite:
    absent = needs.missing()
    if absent:
        print(f"tests/optimize needs {', '.join(absent)}: not run with {sys.executable}", file=sys.stderr)
        return tests
    own = Path(__file__).parent / "optimize"
    return unittest.TestLoader().discover(str(own), "test_*.py", top_level_dir=str(own))
