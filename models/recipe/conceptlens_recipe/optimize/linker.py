"""The linker's two-stream model: Acc@1 of given mentions and strict F1 of tagging, on what the product would ask it."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import onnx
import torch

from .. import contexts, evaluate, feature_ranker, onnx_export, smoothing
from ..candidates import Candidate, considered, fuse, retrieve, type_label
from ..contract import Architecture
from ..evaluate import Tagged, group_shares
from ..manifest import CONTEXTS, ENCODER, FEATURE_RANKER, VOCABULARY
from ..model import TwoStreamEncoder
from ..passages import Mention, Passage
from ..segments import Segmenter
from . import development
from .development import Text
from .measure import open_run
from .space import Configuration
from .tasks import Answers, Asked
from .workloads import LinkedText, Run, TwoStream

#: Passages whose activations are looked at, of documents that are not measured on.
CALIBRATION_PASSAGES = 24


class LinkerTask:
    kind = "linker"
    graph = ENCODER
    #: Candidates in one run; the product's own first.
    batches = (16, 8, 32)
    #: What `write_own` can write beside what is rewritten here.
    own = ("int8",)

    def __init__(self, asked: Asked):
        self.manifest = json.loads((asked.folder / "manifest.json").read_text(encoding="utf-8"))
        self.arch = architecture(self.manifest, asked.folder / ENCODER)
        self.segmenter = Segmenter(asked.folder / VOCABULARY)
        self.torch_model = TwoStreamEncoder(self.arch).eval()
        onnx_export.read(self.torch_model, asked.folder / ENCODER, whole=True)
        self.model = onnx_export.build(self.torch_model, "fp32")
        texts, aside = development.parted(development.read(asked.development), asked.every)
        self.texts = [t for t in texts if self.segmenter.pieces(t.text).ids]
        aside = [t for t in aside if self.segmenter.pieces(t.text).ids][:CALIBRATION_PASSAGES]
        lookups = [m.lookup for t in [*self.texts, *aside] for m in t.mentions]
        self.retrieved = retrieve(shlex.join(asked.command), asked.kb, lookups, asked.work / "candidates.pkl.gz", limit=64)
        self.ranker = feature_ranker.read(asked.folder / FEATURE_RANKER)
        self.contexts = contexts.read(asked.folder / CONTEXTS)
        base = asked.work / "read-back.onnx"
        onnx.save(self.model, base)
        run = open_run(base)
        prepared = [self._linked(t, run) for t in self.texts]
        #: Candidates that are read, for each mention of each passage.
        self.read: list[list[list[Candidate]]] = [chosen for _, chosen in prepared]
        self.workload = self._workload([linked for linked, _ in prepared])
        self.aside = [self._passage(t) for t in aside]
        self.calibration = self._workload([self._linked(t, run)[0] for t in aside])

    def _workload(self, texts: list[LinkedText]) -> TwoStream:
        return TwoStream(texts, self.arch.layers, self.arch.heads, self.arch.head_dim, self.segmenter.pad)

    def _passage(self, text: Text) -> Passage:
        most = self.arch.max_tokens - 2
        pieces = self.segmenter.pieces(text.text)
        pieces = type(pieces)(pieces.ids[:most], pieces.starts[:most], pieces.ends[:most], pieces.first[:most])
        mentions = [
            Mention(m.start, m.end, m.text, m.lookup, tuple(m.gold), next(iter(m.groups), None)) for m in text.mentions
        ]
        return Passage(text.document, "", text.text, pieces, text.head, [], mentions)

    def _linked(self, text: Text, run: Run) -> tuple[LinkedText, list[list[Candidate]]]:
        """A passage with the candidates that the product would read, given the groups that the fp32 model sees."""
        passage = self._passage(text)
        ids = self.segmenter.text(passage.pieces, self.arch.max_tokens)
        width = self.arch.features
        covered = [passage.pieces.covering(mention.start, mention.end) for mention in passage.mentions]
        spans = [(rows.start, rows.stop) for rows in covered]
        alone = LinkedText(ids, spans, [], [], np.zeros((0, width), np.float32))
        answer = self._workload([alone]).answer(run, [0], 1)[0]
        logits = answer["logits"]
        segments, owners, rows, read = [], [], [], []
        for index, mention in enumerate(passage.mentions):
            fused = fuse(mention.lookup, self.retrieved.get(mention.lookup, ()))
            shares = group_shares(passage, logits, mention)
            fit_of = self.contexts.fit_of(answer["marks"][index]) if self.contexts else None
            facts = considered(mention.lookup, mention.expanded, shares, fused, fit_of)
            chosen = feature_ranker.shortlist(self.ranker, facts)
            read.append([fused[i] for i in chosen])
            for i in chosen:
                c = fused[i]
                segments.append(self.segmenter.candidate(mention.lookup, c.name, c.preferred, type_label(c.groups)))
                owners.append(index)
                rows.append(facts[i])
        features = np.array(rows, np.float32).reshape(-1, width)
        return LinkedText(ids, spans, segments, owners, features), read

    def _mentions(self, answers: Answers, samples: Sequence[int]) -> Iterator[tuple[Text, int, list[Candidate], np.ndarray]]:
        for answer, sample in zip(answers, samples, strict=True):
            at = 0
            for index, candidates in enumerate(self.read[sample]):
                yield self.texts[sample], index, candidates, answer["scores"][at : at + len(candidates)]
                at += len(candidates)

    def metrics(self, answers: Answers, samples: Sequence[int]) -> dict[str, float]:
        asked = right = 0
        for text, index, candidates, scores in self._mentions(answers, samples):
            mention = text.mentions[index]
            if mention.ids:
                asked += 1
                right += bool(candidates) and candidates[int(scores.argmax())].id in mention.gold
        tagged = []
        for answer, sample in zip(answers, samples, strict=True):
            text = self.texts[sample]
            passage = self._passage(text)
            gold = frozenset((m.start, m.end, g) for m in text.mentions for g in m.groups[:1] if g in text.groups)
            found = [t for t in evaluate.tag(passage, answer["logits"], text.head) if t[2] in text.groups]
            tagged.append(Tagged("", text.document, gold, tuple(found)))
        tagging = evaluate.f1(tagged, self.manifest["tagThreshold"])["strict"]
        return {"accuracyAt1": 100 * right / max(1, asked), "strictF1": tagging}

    def choices(self, answers: Answers, samples: Sequence[int]) -> list[int]:
        return [int(scores.argmax()) for *_, scores in self._mentions(answers, samples) if len(scores) > 1]

    @torch.no_grad()
    def write_own(self, configuration: Configuration, path: Path) -> None:
        precision = configuration.method.partition(":")[2]
        inputs = smoothing.inputs_of_products(self.torch_model, self.segmenter, self.aside)
        onnx_export.write(self.torch_model, path, precision, smoothing.schemes(self.torch_model, inputs))


def architecture(manifest: dict, graph: Path) -> Architecture:
    """Sizes of the model; those that the manifest does not name are read off the graph."""
    sizes, stored = manifest["architecture"], {t.name: t.dims[-1] for t in onnx.load(graph).graph.initializer if t.dims}

    def width(name: str) -> int:
        return next(stored[key] for key in (f"{name}.bias", f"{name}.product.bias") if key in stored)

    return Architecture(
        layers=sizes["layers"],
        hidden=sizes["hidden"],
        heads=sizes["heads"],
        vocabulary=sizes["vocabulary"],
        max_tokens=sizes["maxTokens"],
        intermediate=width("layers.0.up"),
        score_hidden=width("score.hidden"),
        facts_hidden=width("score.facts"),
        token_logits=width("tokens"),
        features=len(manifest["features"]),
    )
