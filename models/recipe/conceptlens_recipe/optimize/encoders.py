"""Ordinary encoders in a Hugging Face folder: taggers, encoders of names, and dense cross-encoders."""

from __future__ import annotations

import json
import re
import shlex
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import onnx
from tokenizers import Tokenizer

from ..candidates import Candidate, fuse, retrieve
from ..segments import Segmenter
from . import development
from .development import Marked, Text
from .graphs import folded
from .space import Configuration
from .tasks import Answers, Asked
from .workloads import Rows

GRAPH_FILES = ("model.onnx", "onnx/model.onnx")
#: Texts and names whose activations are looked at, of documents that are not measured on.
CALIBRATION_ROWS = 64
#: Candidates of a mention that a cross-encoder ranks, as the product has them.
RANKED = 7
#: Names among which those of the right concepts must be found, at most.
MOST_NAMES = 2000


class Reader:
    """The tokenizer of a folder: `tokenizer.json`, else the word pieces of an uncased BERT."""

    def __init__(self, folder: Path):
        if (folder / "tokenizer.json").exists():
            self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
            self.tokenizer.no_padding()
            self.tokenizer.no_truncation()
        else:
            self.tokenizer = Segmenter(folder / "vocab.txt").tokenizer
        self.cls, self.sep, self.mask, self.pad = map(
            self._special, (("[CLS]", "<s>"), ("[SEP]", "</s>"), ("[MASK]", "<mask>"), ("[PAD]", "<pad>"))
        )

    def _special(self, names: Sequence[str]) -> int:
        found = [i for i in map(self.tokenizer.token_to_id, names) if i is not None]
        if not found:
            raise ValueError(f"the tokenizer has none of {', '.join(names)}")
        return found[0]

    def ids(self, text: str) -> list[int]:
        return self.tokenizer.encode(text, add_special_tokens=False).ids

    def words(self, text: str) -> tuple[list[int], list[int], list[tuple[int, int]]]:
        """Tokens, the index of the first one of every word, and the words' spans."""
        encoded = self.tokenizer.encode(text, add_special_tokens=False)
        first = [i for i, word in enumerate(encoded.word_ids) if i == 0 or word != encoded.word_ids[i - 1]]
        ends = [*first[1:], len(encoded.ids)]
        spans = [(encoded.offsets[i][0], encoded.offsets[end - 1][1]) for i, end in zip(first, ends, strict=True)]
        # Byte-level tokenizers count the blank before a word to it.
        spans = [(a + len(text[a:b]) - len(text[a:b].lstrip()), b) for a, b in spans]
        return encoded.ids, first, spans


class EncoderTask:
    """What the kinds share. A subclass makes rows of tokens of texts, with what is needed to judge their answers (`known`)."""

    kind = ""
    read = "tokens"
    #: Rows in one run.
    batches = (8, 1, 32)
    own: tuple[str, ...] = ()
    known: Sequence

    def __init__(self, asked: Asked):
        self.config = json.loads((asked.folder / "config.json").read_text(encoding="utf-8"))
        self.graph = next(name for name in GRAPH_FILES if (asked.folder / name).exists())
        self.model = folded(asked.folder / self.graph, asked.work / "folded.onnx")
        self.reader = Reader(asked.folder)
        self.window = min(512, self.config.get("max_position_embeddings") or 512)
        self.output = self.model.graph.output[0].name
        texts, aside = development.parted(development.read(asked.development), asked.every)
        self.prepare([*texts, *aside], asked)
        self.workload, self.known = self.rows(texts)
        some = self.rows(aside)[0]
        self.calibration = replace(some, rows=some.rows[:CALIBRATION_ROWS], at=some.at[:CALIBRATION_ROWS])

    def prepare(self, texts: Sequence[Text], asked: Asked) -> None:
        """Retrieves what all the texts' mentions may mean."""
        lookups = {m.lookup for t in texts for m in t.mentions}
        found = retrieve(shlex.join(asked.command), asked.kb, lookups, asked.work / "candidates.pkl.gz", limit=64)
        self.retrieved = {text: fuse(text, found.get(text, ())) for text in lookups}

    def rows(self, texts: Sequence[Text]) -> tuple[Rows, Sequence]:
        raise NotImplementedError

    def _rows(self, rows: list[list[int]], at: list[list[int]]) -> Rows:
        inputs = tuple(i.name for i in self.model.graph.input)
        return Rows(rows, at, self.reader.pad, inputs, self.output, self.read)

    def write_own(self, configuration: Configuration, path: Path) -> None:
        raise ValueError(f"{configuration.method} is of the linker's model only")


class TaggerTask(EncoderTask):
    """Token classification with labels `O`, `B-…`, `I-…`: strict F1 over spans and types, where the corpus has the model's types
    (compared without case), else over spans alone. Known: texts with the spans of their words."""

    kind = "tagger"

    def prepare(self, texts: Sequence[Text], asked: Asked) -> None:
        labels = self.config["id2label"]
        self.labels = [labels[key] for key in sorted(labels, key=int)]
        self.types = {label[2:].lower() for label in self.labels if label[:2] in ("B-", "I-")}
        self.typed = self.types <= {m.type.lower() for t in texts for m in t.mentions}

    def rows(self, texts: Sequence[Text]) -> tuple[Rows, Sequence[tuple[Text, list[tuple[int, int]]]]]:
        known, rows, at = [], [], []
        for text in texts:
            ids, first, spans = self.reader.words(text.text)
            first = [i for i in first if i < self.window - 2]
            if first:
                known.append((text, spans[: len(first)]))
                rows.append([self.reader.cls, *ids[: self.window - 2], self.reader.sep])
                at.append([i + 1 for i in first])
        return self._rows(rows, at), known

    def _found(self, values: np.ndarray, spans: list[tuple[int, int]]) -> set[tuple[int, int, str]]:
        """Spans of the best label of every word; `I-X` after anything else but X begins one, as the CoNLL evaluation reads it."""
        found: list[list] = []
        before = ""
        for label, (start, end) in zip((self.labels[i] for i in values.argmax(-1)), spans, strict=True):
            kind = label[2:].lower() if label[:2] in ("B-", "I-") else ""
            if kind and label.startswith("I-") and before == kind:
                found[-1][1] = end
            elif kind:
                found.append([start, end, kind])
            before = kind
        return {(s, e, k if self.typed else "") for s, e, k in found}

    def metrics(self, answers: Answers, samples: Sequence[int]) -> dict[str, float]:
        counts: Counter[str] = Counter()
        for answer, sample in zip(answers, samples, strict=True):
            text, spans = self.known[sample]
            found = self._found(answer["values"], spans)
            gold = {(m.start, m.end, m.type.lower() if self.typed else "") for m in text.mentions}
            if self.typed:
                gold = {g for g in gold if g[2] in self.types}
            counts.update(found=len(found), gold=len(gold), right=len(found & gold))
        return {"strictF1": 200 * counts["right"] / max(1, counts["found"] + counts["gold"])}

    def choices(self, answers: Answers, samples: Sequence[int]) -> list[int]:
        return [int(label) for answer in answers for label in answer["values"].argmax(-1)]


@dataclass(frozen=True)
class Right:
    """What a row means: a mention's gold concepts, or the concepts that have a name."""

    concepts: frozenset[str]
    is_name: bool


class NamesTask(EncoderTask):
    """An encoder of names, as SapBERT: each mention against all names that are alike for any of the mentions; Acc@1 and recall@5
    of its concept. Mentions whose text is a name letter by letter are not asked, they would be found without a model. Known:
    what each row means."""

    kind = "names"

    def __init__(self, asked: Asked):
        pooling = asked.folder / "1_Pooling" / "config.json"
        is_mean = pooling.exists() and json.loads(pooling.read_text(encoding="utf-8")).get("pooling_mode_mean_tokens")
        self.read = "mean" if is_mean else "cls"
        super().__init__(asked)
        if len(self.model.graph.output[0].type.tensor_type.shape.dim) == 2:
            self.workload, self.calibration = (replace(w, read="whole") for w in (self.workload, self.calibration))

    def rows(self, texts: Sequence[Text]) -> tuple[Rows, Sequence[Right]]:
        names: dict[str, set[str]] = {}
        mentions: dict[str, frozenset[str]] = {}
        for m in (m for text in texts for m in text.mentions):
            candidates = self.retrieved[m.lookup]
            is_plain = bool(candidates) and candidates[0].exact
            if not m.gold or m.lookup in mentions or is_plain or len(names) >= MOST_NAMES:
                continue
            mentions[m.lookup] = m.gold
            for c in candidates:
                names.setdefault(c.name, set()).add(c.id)
        most = min(self.window, 64) - 2
        rows = [[self.reader.cls, *self.reader.ids(text)[:most], self.reader.sep] for text in (*mentions, *names)]
        known = [Right(gold, False) for gold in mentions.values()]
        known += [Right(frozenset(own), True) for own in names.values()]
        return self._rows(rows, [[0] for _ in rows]), known

    def _nearest(self, answers: Answers, samples: Sequence[int]) -> list[tuple[int, list[int]]]:
        """The rows of the five nearest names for each mention, of those that were answered."""
        vectors = np.stack([answer["values"] for answer in answers]).astype(np.float64)
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
        is_name = np.array([self.known[i].is_name for i in samples])
        names = np.array(samples)[is_name]
        order = np.argsort(-(vectors[~is_name] @ vectors[is_name].T), axis=1, kind="stable")[:, :5]
        return [(m, names[row].tolist()) for m, row in zip(np.array(samples)[~is_name].tolist(), order, strict=True)]

    def metrics(self, answers: Answers, samples: Sequence[int]) -> dict[str, float]:
        hits = [[bool(self.known[m].concepts & self.known[i].concepts) for i in found] for m, found in self._nearest(answers, samples)]
        n = max(1, len(hits))
        return {"accuracyAt1": 100 * sum(h[0] for h in hits) / n, "recallAt5": 100 * sum(map(any, hits)) / n}

    def choices(self, answers: Answers, samples: Sequence[int]) -> list[int]:
        return [found[0] for _, found in self._nearest(answers, samples)]


class CrossEncoderTask(EncoderTask):
    """A dense cross-encoder in the packing by mention: `text [SEP] mention [MASK] name …`, a score at every [MASK]; Acc@1. Known:
    the mention of each row and its candidates."""

    kind = "cross-encoder"

    def rows(self, texts: Sequence[Text]) -> tuple[Rows, Sequence[tuple[Marked, list[Candidate]]]]:
        known, rows, at = [], [], []
        for text in texts:
            for m in text.mentions:
                candidates = self.retrieved[m.lookup][:RANKED]
                if not m.ids or not candidates:
                    continue
                start, end = next(((a, b) for a, b in text.sentences if a <= m.start < b), (m.start, m.end))
                row, masks = self._row(text.text[start:end], m.lookup, [c.name for c in candidates])
                known.append((m, candidates[: len(masks)]))
                rows.append(row)
                at.append(masks)
        return self._rows(rows, at), known

    def _row(self, text: str, mention: str, names: list[str]) -> tuple[list[int], list[int]]:
        own, masks = self.reader.ids(mention)[: self.window // 16], []
        row = [self.reader.cls, *self.reader.ids(text)[: self.window // 2], self.reader.sep]
        for name in names:
            pair = [*own, self.reader.mask, *self.reader.ids(name)[: self.window // 16]]
            if len(row) + len(pair) + 1 > self.window:
                break
            masks.append(len(row) + len(own))
            row += pair
        return [*row, self.reader.sep], masks

    def _scores(self, values: np.ndarray) -> np.ndarray:
        head = self.config.get("score_head")
        if head:
            return values @ np.array(head["weight"]) + head["bias"]
        return values[:, 1] - values[:, 0] if values.shape[1] == 2 else values[:, 0]

    def metrics(self, answers: Answers, samples: Sequence[int]) -> dict[str, float]:
        right = 0
        for choice, sample in zip(self.choices(answers, samples), samples, strict=True):
            mention, candidates = self.known[sample]
            right += candidates[choice].id in mention.gold
        return {"accuracyAt1": 100 * right / max(1, len(samples))}

    def choices(self, answers: Answers, samples: Sequence[int]) -> list[int]:
        return [int(self._scores(answer["values"]).argmax()) for answer in answers]


def kind_of(folder: Path) -> str:
    """What a folder holds, told from its files."""
    if (folder / "manifest.json").exists() and (folder / "encoder.onnx").exists():
        return "linker"
    if not (folder / "config.json").exists() or not any((folder / name).exists() for name in GRAPH_FILES):
        raise ValueError(
            f"{folder} holds no model that can be searched: a linker's model has manifest.json and encoder.onnx, any other "
            f"config.json and {' or '.join(GRAPH_FILES)}"
        )
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    labels = list(config.get("id2label", {}).values())
    if any(re.match(r"[BI]-", label) for label in labels):
        return "tagger"
    graph = next(folder / name for name in GRAPH_FILES if (folder / name).exists())
    outputs = [o.name for o in onnx.load(graph, load_external_data=False).graph.output]
    return "cross-encoder" if "logits" in outputs or "score_head" in config else "names"
