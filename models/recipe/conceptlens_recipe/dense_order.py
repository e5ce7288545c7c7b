"""How often the answer of a trained cross-encoder changes when a mention's names stand in another order.

    .venv/bin/python -m conceptlens_recipe.dense_order --kb ../../dist/starter-kb --work WORK

Reads what `dense_train` trained into WORK, on the same development documents. Of mentions with two names or more.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Sequence
from dataclasses import replace

import torch

from .dense_data import Ranking, development_ranking
from .dense_train import WAYS, Model, Plan, add_options, gather, new_model


def shuffled(ranking: Ranking, rng: random.Random) -> Ranking:
    """The same names of every mention in another order."""
    passages = [
        replace(one, mentions=tuple(replace(m, names=tuple(rng.sample(m.names, len(m.names)))) for m in one.mentions))
        for one in ranking.passages
    ]
    return replace(ranking, passages=tuple(passages))


@torch.no_grad()
def answers(model: Model, ranking: Ranking) -> list[str]:
    """The first name of every mention with two names or more."""
    mentions = [mention for passage in ranking.passages for mention in passage.mentions]
    scores = model.score(ranking)
    return [m.names[int(own.argmax())] for m, own in zip(mentions, scores, strict=True) if len(m.names) > 1]


def changes(model: Model, rankings: Sequence[Ranking], seed: int) -> tuple[int, int]:
    """How many answers change, of how many."""
    rng, changed, n = random.Random(seed), 0, 0
    for ranking in rankings:
        before, after = answers(model, ranking), answers(model, shuffled(ranking, rng))
        changed += sum(a != b for a, b in zip(before, after, strict=True))
        n += len(before)
    return changed, n


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_options(parser)
    options = parser.parse_args()
    torch.set_num_threads(1)
    plan = Plan()
    material = gather(options, plan)
    rankings = [development_ranking(document) for part in material.development.values() for document in part]
    for way in WAYS:
        if not (checkpoint := options.work / way / "checkpoint.pt").exists():
            continue
        model = new_model(way, material.segmenter)
        model.load_state_dict(torch.load(checkpoint, weights_only=True))
        changed, n = changes(model.eval(), rankings, plan.seed)
        print(json.dumps({"way": way, "mentions": n, "changed": round(100 * changed / max(1, n), 2)}))


if __name__ == "__main__":
    main()
