"""Reads training text for what stands around its concepts.

    python -m conceptlens_recipe.fit_contexts --work WORK

With the encoder of `WORK/checkpoint.pt`, which nothing after it changes; writes `WORK/contexts.npz` for `fit_head`, which learns with
it, and `WORK/contexts.json`, which ships.
"""

from __future__ import annotations

import argparse
import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import torch

from . import contexts, corpora
from .candidates import STARTER_TABLE, KnowledgeBaseTable
from .contract import Architecture
from .manifest import CONTEXTS
from .model import TwoStreamEncoder, minilm_vocabulary, widened
from .passages import Passage
from .processes import shared
from .ranking import read
from .segments import Segmenter
from .train import Plan, checkpoint_file, corpus_passages

log = logging.getLogger(__name__)

#: What stands around every training mention, for `contexts.load`.
EVIDENCE = "contexts.npz"

#: Corpora that mark all concepts, or all diseases and chemicals, by ids that the starter knowledge base has: evidence of what stands
#: around a concept. Mentions of the others are placed, too, so that they can be learned from.
CORPORA = ("medmentions-st21pv", "medmentions-sentences", "bc5cdr", "ncbi-disease", "biored")


@torch.no_grad()
def states_of(model: TwoStreamEncoder, segmenter: Segmenter, passages: Iterable[Passage]) -> np.ndarray:
    """Of all mentions in order, `[mentions, hidden]`."""
    states = [np.zeros((0, model.arch.hidden), np.float32)]
    for at, passage in enumerate(passages):
        text = read(model, segmenter, passage)
        states.append(np.stack([text.states[passage.rows(mention)].mean(0).numpy() for mention in passage.mentions]))
        if at % 1000 == 999:
            log.info("%d passages", at + 1)
    return np.concatenate(states)


def collect(
    model: TwoStreamEncoder, segmenter: Segmenter, passages: Sequence[Passage], table: KnowledgeBaseTable, processes: int
) -> contexts.Evidence:
    """Of all mentions; each place in a document once, with the concepts that any corpus of `CORPORA` gives it."""
    owners: defaultdict[str, set[str]] = defaultdict(set)
    distinct: dict[str, Passage] = {}
    for passage in passages:
        keys = [contexts.key(passage, mention) for mention in passage.mentions]
        if any(key not in owners for key in keys):
            distinct[f"{passage.corpus} {keys[0]}"] = passage
        for key, mention in zip(keys, passage.mentions, strict=True):
            owners[key] |= table.resolve(mention.gold) if passage.corpus in CORPORA else set()
    chosen = list(distinct.values())
    parts = shared(lambda part, _: (part, states_of(model, segmenter, part)), chosen, processes)
    rows = {}
    for part, states in parts:
        mentions = ((passage, mention) for passage in part for mention in passage.mentions)
        for (passage, mention), state in zip(mentions, states, strict=True):
            rows.setdefault(contexts.key(passage, mention), (passage.pmid, state))
    documents, states = zip(*rows.values(), strict=True)
    known = {concept for own in owners.values() for concept in own}
    aliases = {alias: concept for alias, concept in table.aliases().items() if concept in known}
    return contexts.evidence_of(np.stack(states), list(rows), documents, [owners[key] for key in rows], aliases)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=corpora.default_data())
    parser.add_argument("--table", type=Path, default=STARTER_TABLE)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--processes", type=int, default=2, help="that read together, with one thread each")
    parser.add_argument("--smoke", action="store_true", help="of what train --smoke left")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    model = TwoStreamEncoder(Architecture()).eval()
    state = torch.load(checkpoint_file(options.work, options.smoke), weights_only=True)
    model.load_state_dict(widened(state["model"], model.arch))
    segmenter = Segmenter(minilm_vocabulary())
    pools = corpus_passages(options.data, segmenter, [name for name, _ in Plan().ranking_share], options.smoke)
    passages = [passage for pool in pools.values() for passage in pool if passage.mentions]
    evidence = collect(model, segmenter, passages, KnowledgeBaseTable(options.table), options.processes)
    contexts.save(evidence, options.work / EVIDENCE)
    made = evidence.contexts()
    contexts.write(made, options.work / CONTEXTS)
    log.info("contexts of %d concepts from %d of %d mentions", len(made.concepts), sum(map(bool, evidence.owners)), len(evidence.keys))


if __name__ == "__main__":
    main()
