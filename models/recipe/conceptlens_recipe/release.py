"""From a checkpoint to a model folder: export, calibration, figures, manifest.

    python -m conceptlens_recipe.release --checkpoint WORK/fitted.pt --kb dist/starter-kb --work WORK \\
        --out models/linker

On one half of the development documents 34 numbers are fitted: temperature, the bias of "none", and how much the
model's score and its features weigh against each other (both folded into the graph); the tagger's threshold too. Calibration
error and every accuracy of the manifest are reported on the other half, which nothing was fitted on.
"""

from __future__ import annotations

import argparse
import json
import logging
import shutil
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from . import contexts, corpora, evaluate, feature_ranker, foreign, onnx_export
from .candidates import DEFAULT_COMMAND, STARTER_TABLE, KnowledgeBaseTable, retrieve
from .contract import FEATURES, Architecture
from .evaluate import Ranked, Tagged, f1
from .manifest import CONTEXTS, FEATURE_RANKER, write_manifest
from .model import FeatureScore, TwoStreamEncoder, minilm_vocabulary
from .passages import Passage
from .processes import shared
from .runtime import Encoder
from .sampling import Recipe, Sampler
from .segments import Segmenter
from .train import dev_passages

log = logging.getLogger(__name__)

TRAINED_ON = [
    "MedMentions (st21pv and full annotations), CC0",
    "BC5CDR training part, NLM, for research",
    "NCBI Disease training part, public domain",
    "BioRED, MIT",
    "NLM-Chem training side as in BeLink, MIT repository",
    "GNormPlus training part, MIT repository",
    "tmVar3 training part, MIT repository",
    "NLM-Gene training part, MIT repository",
    "SPECIES-800 training part, MIT repository",
    "Linnaeus training part, MIT repository",
]


@dataclass(frozen=True)
class Calibration:
    """Candidate logits are `scale * score + weights . features`, that of "none" is `none + none_bias`; all of them are
    divided by the temperature. Scale and weights are folded into the graph, the other two stand in the manifest."""

    temperature: float = 1.0
    none_bias: float = 0.0
    scale: float = 1.0
    weights: tuple[float, ...] = (0.0,) * len(FEATURES)


def adjusted(r: Ranked, c: Calibration) -> Ranked:
    """The mention with the scores that the product gives after folding."""
    each = zip(r.scores[:-1], r.features, strict=True)
    scores = [c.scale * s + float(np.dot(c.weights, facts)) for s, facts in each]
    return replace(r, scores=[*scores, r.scores[-1]])


def is_fit_half(pmid: str) -> bool:
    """Splits documents in two halves that never change."""
    return zlib.crc32(pmid.encode()) % 2 == 0


def probabilities(r: Ranked, c: Calibration) -> np.ndarray:
    logits = np.array(r.scores, float)
    logits[-1] += c.none_bias
    return evaluate.softmax(logits / c.temperature)


def loss(ranked: Sequence[Ranked], c: Calibration) -> float:
    """Mean negative log probability of what is right: any right candidate, else "none"."""
    total = 0.0
    for r in ranked:
        p = probabilities(r, c)
        total -= np.log(max(1e-9, p[r.right].sum() if r.right else p[-1]))
    return total / max(1, len(ranked))


def fit(ranked: Sequence[Ranked], ridge: float = 0.1) -> Calibration:
    """Least loss on the given mentions: the weight of the model's score against its features, the bias of "none"
    and the temperature (34 numbers), by L-BFGS with a ridge towards the model as it is, but for the contexts (`fit_trust` says why).
    With a hundredth of the ridge the features fit the documents at hand: on others Acc@1 is up to 0.4 points lower, and a foreign
    vocabulary's probabilities are further off."""
    asked = [r for r in ranked if len(r.scores) > 1]
    most = max(len(r.scores) - 1 for r in asked)
    scores, facts = torch.full((len(asked), most), -1e4), torch.zeros(len(asked), most, len(FEATURES))
    right, real = torch.zeros(len(asked), most + 1, dtype=torch.bool), torch.zeros(len(asked), most, dtype=torch.bool)
    for i, r in enumerate(asked):
        n = len(r.scores) - 1
        scores[i, :n], facts[i, :n], real[i, :n] = torch.tensor(r.scores[:-1]), torch.tensor(r.features), True
        right[i, r.right or [most]] = True
    none = torch.tensor([r.scores[-1] for r in asked])
    scale, none_scale, bias = (torch.tensor(v, requires_grad=True) for v in (1.0, 1.0, 0.0))
    weights = torch.zeros(len(FEATURES), requires_grad=True)
    held_back = torch.tensor([not name.startswith("context") for name in FEATURES])
    numbers = [scale, none_scale, bias, weights]
    optimizer = torch.optim.LBFGS(numbers, max_iter=200, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        own = (scale * scores + facts @ weights).masked_fill(~real, -1e4)
        logits = torch.cat([own, (none_scale * none + bias)[:, None]], -1)
        away = weights[held_back].square().sum() + (scale - 1).square() + (none_scale - 1).square()
        total = (logits.logsumexp(-1) - logits.masked_fill(~right, -1e9).logsumexp(-1)).mean() + ridge * away
        total.backward()
        return total

    optimizer.step(closure)
    temperature = 1 / max(0.05, float(none_scale.detach()))
    folded = tuple(float(w) * temperature for w in weights.detach())
    bias, scale = (float(number.detach()) * temperature for number in (bias, scale))
    return Calibration(temperature, bias, scale, folded)


@torch.no_grad()
def fold(model: TwoStreamEncoder, c: Calibration) -> None:
    """Makes the calibrated scores the model's own."""
    head = model.score
    for layer in (head.output, head.prior, head.weigh):
        layer.weight.mul_(c.scale)
        layer.bias.mul_(c.scale)
    head.prior.weight.add_(torch.tensor([c.weights]))


#: How much a cosine may count.
TRUSTS = (1.0, 1.25, 1.5, 1.75, 2.0)


@dataclass(frozen=True)
class Considered:
    """What the ranker of features sees of a mention, which of it is right, and how often the mention counts."""

    facts: Tensor
    right: Tensor
    times: int = 1


def fit_trust(
    known: contexts.Contexts,
    ranker: FeatureScore,
    parts: Sequence[tuple[Mapping[str, Sequence[Passage]], Sampler, int]],
    read_text: evaluate.ReadFunction,
) -> contexts.Contexts:
    """With the `trust` by which the ranker of features tells what is right from other candidates best, on the fitting half of
    development documents. It learned on documents that the encoder had learned, too, where names, types and cosines say the same; in other text the
    cosine says more. `parts`: passages by corpus, what their mentions are looked up in, how often they count."""
    asked: list[Considered] = []
    for dev, sampler, count in parts:
        for passage in (p for part in dev.values() for p in part if p.mentions and is_fit_half(p.pmid)):
            text = read_text(passage)
            for mention in passage.mentions:
                fused, _, rows = evaluate.considered_of(passage, text, mention, sampler, replace(known, trust=1.0))
                gold = sampler.table.resolve(mention.gold)
                right = torch.tensor([c.id in gold for c in fused[: len(rows)]])
                if right.any():
                    asked.append(Considered(torch.tensor(rows), right, count))
    return replace(known, trust=best_trust(ranker, asked))


@torch.no_grad()
def best_trust(ranker: FeatureScore, asked: Sequence[Considered]) -> float:
    sizes, times = [len(one.facts) for one in asked], torch.tensor([one.times for one in asked])
    facts = torch.cat([one.facts for one in asked])

    def loss_at(trust: float) -> float:
        factors = torch.tensor([trust if name == "contextFit" else 1.0 for name in FEATURES])
        each = ranker.from_features(facts * factors).split(sizes)
        losses = []
        for one, scores in zip(asked, each, strict=True):
            losses.append(scores.logsumexp(0) - scores[one.right].logsumexp(0))
        return float((torch.stack(losses) * times).sum())

    return min(TRUSTS, key=loss_at)


def calibration_error(ranked: Sequence[Ranked], c: Calibration, bins: int = 15) -> float:
    """Expected calibration error of the answer given (a candidate or "none"), in points, equal-width bins."""
    if not ranked:
        return 0.0
    sure, right = [], []
    for r in ranked:
        p = probabilities(r, c)
        answer = int(p.argmax())
        sure.append(p[answer])
        right.append(answer in r.right if answer < len(p) - 1 else not r.right)
    at = np.minimum((np.array(sure) * bins).astype(int), bins - 1)
    gaps = 0.0
    for b in range(bins):
        inside = at == b
        if inside.any():
            gaps += inside.sum() * abs(np.mean(np.array(sure)[inside]) - np.mean(np.array(right)[inside]))
    return round(100 * gaps / len(ranked), 2)


def fit_threshold(tagged: Sequence[Tagged]) -> float:
    """The tagger's threshold with the best mean strict F1 over the corpora."""
    parts = [[t for t in tagged if t.corpus == corpus] for corpus in evaluate.CORPORA]
    parts = [part for part in parts if part]
    grid = [round(0.05 * i, 2) for i in range(4, 17)]
    return max(grid, key=lambda t: sum(f1(part, t)["strict"] for part in parts))


def none_figures(ranked: Iterable[Ranked], c: Calibration) -> dict[str, float]:
    """Precision and recall of "none of these", where it is right when no ranked candidate is."""
    said = right = wanted = 0
    for r in ranked:
        none = int(probabilities(r, c).argmax()) == len(r.scores) - 1
        said += none
        wanted += not r.right
        right += none and not r.right
    return {"precision": round(100 * right / max(1, said), 2), "recall": round(100 * right / max(1, wanted), 2)}


def foreign_figures(ranked: Sequence[Ranked], c: Calibration) -> dict[str, float]:
    """Of mentions whose concept a foreign vocabulary has."""
    known = [r for r in ranked if r.known]
    return evaluate.difference(known) | {"calibrationError": calibration_error(known, c)}


def agreement(a: Sequence[Ranked], b: Sequence[Ranked]) -> float:
    """How often two runs put the same candidate first, in per cent of mentions with two candidates or more."""
    pairs = [(x, y) for x, y in zip(a, b, strict=True) if len(x.scores) > 2]
    same = sum(int(np.argmax(x.scores[:-1])) == int(np.argmax(y.scores[:-1])) for x, y in pairs)
    return round(100 * same / max(1, len(pairs)), 2)


def check_exactness(model: TwoStreamEncoder, encoder: Encoder, dev: Sequence[Passage], segments) -> dict[str, float]:
    """Largest differences: onnxruntime against PyTorch, and packed against alone."""
    against = alone = 0.0
    for passage, asked in zip(dev, segments, strict=True):
        text = encoder.read(passage)
        packed = np.concatenate([s[:-1] for s in encoder.score(passage, text, asked)])
        single = [encoder.score(passage, text, [(m, [s])])[0][0] for m, part in asked for s in part]
        alone = max(alone, float(np.abs(packed - np.array(single)).max()))
        with torch.no_grad():
            read, score = evaluate.torch_functions(model, encoder.segmenter)
            theirs = np.concatenate([s[:-1] for s in score(passage, read(passage), asked)])
        against = max(against, float(np.abs(packed - theirs).max()))
    return {"onnxAgainstTorch": against, "packedAgainstAlone": alone}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=corpora.default_data())
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--kb", type=Path, required=True)
    parser.add_argument("--table", type=Path, default=STARTER_TABLE)
    parser.add_argument("--command", default=DEFAULT_COMMAND)
    parser.add_argument("--foreign", type=Path, help="folder of another vocabulary to calibrate on, too, by `foreign`")
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--version", default="0.4.0")
    parser.add_argument("--every", type=int, default=1, help="read every n-th development document only")
    parser.add_argument("--processes", type=int, default=2, help="that read together, with one thread each")
    parser.add_argument("--candidates", type=Path, default=None, help="cache of retrieved candidates")
    parser.add_argument("--report", type=Path, default=None, help="where the figures go as JSON")
    parser.add_argument("--export-only", action="store_true", help="no calibration and no figures")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    torch.set_num_threads(1)

    model = TwoStreamEncoder(Architecture()).eval()
    state = torch.load(options.checkpoint, weights_only=True)
    model.load_state_dict(state["model"])
    options.out.mkdir(parents=True, exist_ok=True)
    onnx_export.write(model, options.out / "encoder.onnx")
    shutil.copy(minilm_vocabulary(), options.out / "vocab.txt")
    shutil.copy(options.checkpoint.parent / FEATURE_RANKER, options.out / FEATURE_RANKER)
    ranker = feature_ranker.read(options.out / FEATURE_RANKER)
    around = options.checkpoint.parent / CONTEXTS
    shutil.copy(around, options.out / CONTEXTS)
    known = contexts.read(around)
    training = {"minutes": round(state["spent"] / 60, 1), "steps": state["step"]}
    write_manifest(options.out, model.arch, version=options.version, trainedOn=TRAINED_ON, training=training)
    log.info("wrote %s, %.1f MB", options.out, (options.out / "encoder.onnx").stat().st_size / 1e6)
    if options.export_only:
        return

    segmenter = Segmenter(options.out / "vocab.txt")
    dev = dev_passages(options.data, segmenter, list(evaluate.CORPORA), None, options.every)
    asked = [m.lookup for part in dev.values() for p in part for m in p.mentions]
    cache = options.candidates or options.work / "candidates-dev.pkl.gz"
    retrieved = retrieve(options.command, options.kb, asked, cache, limit=64)
    sampler = Sampler(retrieved, {}, KnowledgeBaseTable(options.table), Recipe())
    encoder = Encoder(options.out / "encoder.onnx", segmenter, model.arch, 1)
    parts = [(dev, sampler, 1)]
    if options.foreign:
        of_foreign, passages = foreign.developing(options, dev)
        parts.append((passages, of_foreign, feature_ranker.FOREIGN_TIMES))
    known = fit_trust(known, ranker, parts, encoder.read)
    contexts.write(known, options.out / CONTEXTS)


    def measured(documents: Mapping[str, Sequence[Passage]], of: Sampler) -> tuple[list[Ranked], list[Tagged]]:
        def work(part: Sequence[tuple[str, Passage]], _: int) -> tuple[list[Ranked], list[Tagged]]:
            own = Encoder(options.out / "encoder.onnx", segmenter, model.arch, 1)
            chosen = {corpus: [p for c, p in part if c == corpus] for corpus in documents}
            return evaluate.measure(chosen, of, own.read, own.score, ranker, contexts=known)

        parts = shared(work, [(c, p) for c, own in documents.items() for p in own], options.processes)
        return [r for ranked, _ in parts for r in ranked], [t for _, tagged in parts for t in tagged]

    ranked, tagged = measured(dev, sampler)
    others = measured(passages, of_foreign)[0] if options.foreign else []

    encoder_scores = ranked
    fitted = fit([r for r in ranked + others * feature_ranker.FOREIGN_TIMES if r.judged and is_fit_half(r.pmid)])
    fold(model, fitted)
    onnx_export.write(model, options.out / "encoder.onnx")
    encoder = Encoder(options.out / "encoder.onnx", segmenter, model.arch, 1)
    ranked = [adjusted(r, fitted) for r in ranked]
    held_before = [r for r in encoder_scores if not is_fit_half(r.pmid)]
    calibrated = Calibration(fitted.temperature, fitted.none_bias)
    threshold = fit_threshold([t for t in tagged if is_fit_half(t.pmid)])
    held = [r for r in ranked if not is_fit_half(r.pmid)]
    report = {
        "all": evaluate.summary(ranked, tagged, threshold),
        "heldOut": evaluate.summary(held, [t for t in tagged if not is_fit_half(t.pmid)], threshold),
        "calibrationError": {
            "before": calibration_error([r for r in held_before if r.judged], Calibration()),
            "after": calibration_error([r for r in held if r.judged], calibrated),
        },
        "foreign": foreign_figures([adjusted(r, fitted) for r in others if not is_fit_half(r.pmid)], calibrated) if others else None,
        "heldOutBeforeCalibration": evaluate.summary(held_before, [])["together"],
        "folded": {"scale": round(fitted.scale, 4), "weights": dict(zip(FEATURES, fitted.weights, strict=True))},
        "trust": known.trust,
        "none": none_figures([r for r in held if r.judged], calibrated),
        "temperature": round(fitted.temperature, 4),
        "noneBias": round(fitted.none_bias, 4),
        "tagThreshold": threshold,
    }
    report |= precision_report(model, encoder, dev, sampler, ranker, known, options.work)
    accuracy = {
        "development": report["heldOut"]["together"],
        "calibrationError": report["calibrationError"],
        "taggingStrictF1": {c: row["tagging"]["strict"] for c, row in report["heldOut"]["corpora"].items()},
    }
    write_manifest(
        options.out,
        model.arch,
        version=options.version,
        trainedOn=TRAINED_ON,
        training=training,
        temperature=report["temperature"],
        noneBias=report["noneBias"],
        tagThreshold=threshold,
        accuracy=accuracy,
    )
    text = json.dumps(report, indent=2)
    if options.report:
        options.report.write_text(text + "\n", encoding="utf-8")
    print(text)


def precision_report(
    model: TwoStreamEncoder,
    encoder: Encoder,
    dev: dict[str, list[Passage]],
    sampler: Sampler,
    ranker: FeatureScore,
    around: contexts.Contexts | None,
    work: Path,
) -> dict[str, object]:
    """What int8 storage costs, and exactness, on a small part of the development passages."""
    few = {corpus: part[:: max(1, len(part) // 12)] for corpus, part in dev.items()}
    exact = work / "encoder-fp32.onnx"
    onnx_export.write(model, exact, precision="fp32")
    full = Encoder(exact, encoder.segmenter, model.arch, 1)
    theirs, _ = evaluate.measure(few, sampler, full.read, full.score, ranker, contexts=around)
    ours, _ = evaluate.measure(few, sampler, encoder.read, encoder.score, ranker, contexts=around)
    exact.unlink()
    asked: list = []

    def note(passage: Passage, text: object, pairs: Sequence) -> list[np.ndarray]:
        asked.append([(m, s) for m, s in pairs if s][:5])
        return encoder.score(passage, text, pairs)  # type: ignore[arg-type]

    some = {corpus: [p for p in part if p.mentions][:3] for corpus, part in few.items()}
    evaluate.measure(some, sampler, encoder.read, note, ranker, contexts=around)
    flat = [p for part in some.values() for p in part]
    kept = [(p, pairs) for p, pairs in zip(flat, asked, strict=True) if pairs]
    dequantised = onnx_export.dequantised(model)
    differences = check_exactness(dequantised, encoder, [p for p, _ in kept], [pairs for _, pairs in kept])
    return {"agreementWithFp32": agreement(theirs, ours), "agreementMentions": len(ours), "exactness": differences}


if __name__ == "__main__":
    main()
