"""The search's command line; `conceptlens optimize` calls it. Status: 0 done, 1 no candidate keeps the constraints or the model
cannot be searched, 2 wrong usage, 3 packages are missing, 130 stopped.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from . import needs
from .pareto import GOALS, Constraints, points, share
from .space import METHODS

STOPPED = 130


def allowed(parse: Callable[[str], float]) -> Callable[[str], float]:
    """A parser whose error argparse shows word by word."""

    def parsed(text: str) -> float:
        try:
            return parse(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from error

    return parsed


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="conceptlens_recipe.optimize", description=__doc__)
    parser.add_argument("--check", action="store_true", help="only say whether the packages are there")
    parser.add_argument("--parent-on-stdin", action="store_true", help="end when standard input does")
    parser.add_argument("model", type=Path, nargs="?")
    parser.add_argument("--development", type=Path, help="documents as `conceptlens optimize` writes them")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--work", type=Path)
    parser.add_argument("--kb", type=Path)
    parser.add_argument("--command", nargs="+", help="how to call conceptlens")
    parser.add_argument("--task", choices=("linker", "tagger", "names", "cross-encoder"))
    parser.add_argument("--max-accuracy-loss", type=allowed(points))
    parser.add_argument("--min-latency-gain", type=allowed(share))
    parser.add_argument("--max-size", type=float)
    parser.add_argument("--max-memory", type=float)
    parser.add_argument("--exact", action="store_true")
    parser.add_argument("--goal", choices=tuple(GOALS), default="latency")
    parser.add_argument("--trials", type=int, default=40)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=4, help="alternating rounds per candidate")
    parser.add_argument("--threads", type=int, nargs="+", default=[1])
    parser.add_argument("--batches", type=int, nargs="+")
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=list(METHODS))
    return parser


def end_with_parent() -> None:
    """Whoever started this holds the other end of standard input: when that is gone, nobody waits for an answer."""

    def wait() -> None:
        while os.read(sys.stdin.fileno(), 1024):
            pass
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=wait, daemon=True).start()


def main() -> int:
    options = arguments().parse_args()
    absent = needs.missing()
    if absent:
        wanted = needs.wanted()
        print(f"error: {sys.executable} lacks {', '.join(f'{name} {wanted[name]}' for name in absent)}.", file=sys.stderr)
        print("Install what the search needs, best into an environment of its own:", file=sys.stderr)
        print(f"    {sys.executable} -m venv VENV", file=sys.stderr)
        print(f"    VENV/bin/python -m pip install '{needs.PROJECT.parent}[{needs.EXTRA}]'", file=sys.stderr)
        print("and name it: --python VENV/bin/python", file=sys.stderr)
        return needs.MISSING_STATUS
    if options.check:
        return 0
    constraints = Constraints(
        options.max_accuracy_loss, options.min_latency_gain, options.max_size, options.max_memory, options.exact
    )
    # onnxruntime's quantizers tell of every node.
    logging.basicConfig(level=logging.ERROR, format="%(message)s", stream=sys.stderr)
    logging.getLogger("conceptlens_recipe").setLevel(logging.INFO)
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    if options.parent_on_stdin:
        end_with_parent()
    from .session import run

    try:
        return run(options, constraints)
    except KeyboardInterrupt:
        print(f"Stopped. The same command goes on from what {options.work} holds.", file=sys.stderr)
        return STOPPED
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
