"""Reads training text for what stands around its concepts.

    python -m conceptlens_recipe.fit_contexts --work WORK

With the encoder of `WORK/checkpoint.pt`, which `fit_head` does not change; writes `WORK/contexts.json`, whose weight
`release` fits.
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import torch

from . import contexts, corpora
from .candidates import STARTER_TABLE, KnowledgeBaseTable
from .contract import Architecture
from .manifest import CONTEXTS
from .model import TwoStreamEncoder, minilm_vocabulary, widened
from .passages import Passage
from .ranking import read
from .segments import Segmenter
from .train import checkpoint_file, corpus_passages

log = logging.getLogger(__name__)

#: Corpora that mark all concepts, or all diseases and chemicals, by ids that the starter knowledge base has.
CORPORA = ["medmentions-st21pv", "medmentions-sentences", "bc5cdr", "ncbi-disease", "biored"]


@torch.no_grad()
def collect(
    model: TwoStreamEncoder, segmenter: Segmenter, passages: Iterable[Passage], table: KnowledgeBaseTable
) -> tuple[np.ndarray, list[frozenset[str]]]:
    """States of all mentions whose concept the knowledge base has, and their concepts."""
    states, owners = [], []
    for at, passage in enumerate(passages):
        known = [(mention, table.resolve(mention.gold)) for mention in passage.mentions]
        if not any(concepts for _, concepts in known):
            continue
        text = read(model, segmenter, passage)
        for mention, concepts in known:
            if concepts:
                states.append(text.states[passage.rows(mention)].mean(0).numpy())
                owners.append(concepts)
        if at % 1000 == 999:
            log.info("%d passages, %d mentions", at + 1, len(owners))
    return np.stack(states), owners


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=corpora.default_data())
    parser.add_argument("--table", type=Path, default=STARTER_TABLE)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--smoke", action="store_true", help="of what train --smoke left")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    torch.set_num_threads(options.threads)
    torch.set_flush_denormal(True)
    model = TwoStreamEncoder(Architecture()).eval()
    state = torch.load(checkpoint_file(options.work, options.smoke), weights_only=True)
    model.load_state_dict(widened(state["model"], model.arch))
    segmenter = Segmenter(minilm_vocabulary())
    pools = corpus_passages(options.data, segmenter, CORPORA, options.smoke)
    passages = [passage for pool in pools.values() for passage in pool]
    states, owners = collect(model, segmenter, passages, KnowledgeBaseTable(options.table))
    made = contexts.made(states, owners)
    contexts.write(made, options.work / CONTEXTS)
    log.info("contexts of %d concepts from %d mentions", len(made.concepts), len(owners))


if __name__ == "__main__":
    main()
