"""Fits how vocabulary alignment weighs its evidence, and makes probabilities of it.

    python -m conceptlens_recipe.alignment_fit WORK/all.jsonl --letters WORK/letters.jsonl --model "conceptlens-linker 0.5.0" \
        --out ../linker/alignment.json --report WORK/alignment-report.json

Both files are what `conceptlens align WORK/calibrate.tsv --column term --gold id --kb WORK/kb --details FILE` writes (see
``alignment_sets``): ``letters.jsonl`` with `--no-vectors`, the other one with vectors and, for variants with the cross-encoder,
`--second-opinion uncertain`. The vectors must be made of the same knowledge base (`name_encoder --table WORK/held-out.tsv.gz`):
those of the product have seen the terms that were taken out. One half of the terms fits the weights, a quarter the curves, a
quarter reports. There is a variant for the names alone, of the first file, and for every set of sources that the second file
has (names with the cross-encoder, with vectors, with both):

- *weights*: a softmax over a term's candidates and "none of these", whose logit is 0 (conditional logit; McFadden 1974);
- *curves*: from the first candidate's share of the evidence to the probability that it is right, by isotonic regression (pool
  adjacent violators; Zadrozny and Elkan 2002), for terms whose sources agree and for the others, and for first candidates that
  have the very name and for those that do not.

Terms that the knowledge base has are repeated until they are as many as the others.

Variants with the cross-encoder are fitted on the terms that it was asked about, those that are in doubt without it.
Deterministic for a seed. Needs numpy.
"""

from __future__ import annotations

import argparse
import json
import logging
from dataclasses import dataclass
from pathlib import Path

import numpy as np

log = logging.getLogger(__name__)

#: As in the product (`evidence.ts`).
FEATURES = (
    "lexicalScore", "exact", "caseExact", "isPreferred", "reciprocalRank", "sameWords", "samePreferredWords", "sameLastWord",
    "samePreferredLastWord", "sameFirstWord", "soleExact", "exactPreferred", "shorterName", "longerName", "lexicalGap",
)  # fmt: skip
SEED = 1
L2 = 1e-3
STEPS = 800
N_BINS = 20


@dataclass(slots=True)
class Terms:
    """``names``: `[terms, candidates, features]`. ``encoder``, ``dense``: `[terms, candidates]`, NaN where not asked. ``right``,
    ``there``: `[terms, candidates]`, which are right and which are no padding."""

    names: np.ndarray
    encoder: np.ndarray
    dense: np.ndarray
    right: np.ndarray
    there: np.ndarray

    def some(self, index: np.ndarray) -> Terms:
        return Terms(self.names[index], self.encoder[index], self.dense[index], self.right[index], self.there[index])

    def __len__(self) -> int:
        return len(self.names)


def read_details(path: Path) -> Terms:
    lines = [json.loads(line) for line in path.open(encoding="utf-8")]
    width = max(len(line["candidates"]) for line in lines)
    shape = (len(lines), width)
    terms = Terms(
        np.zeros((*shape, len(FEATURES))),
        np.full(shape, np.nan),
        np.full(shape, np.nan),
        np.zeros(shape, bool),
        np.zeros(shape, bool),
    )
    for row, line in enumerate(lines):
        places = [line["features"].index(name) for name in FEATURES] if line["candidates"] else []
        for column, candidate in enumerate(line["candidates"]):
            terms.names[row, column] = np.asarray(candidate["names"])[places]
            terms.encoder[row, column] = candidate.get("encoder", np.nan)
            terms.dense[row, column] = candidate.get("dense", np.nan)
            terms.right[row, column] = candidate["right"]
            terms.there[row, column] = True
    return terms


def columns_of(terms: Terms, sources: tuple[str, ...]) -> np.ndarray:
    """All that is weighed: the names' features and 1; of each further source, where it judged, the value, 1, and what it is less
    than the highest of the term."""
    parts = [terms.names, np.ones((*terms.there.shape, 1))]
    for source in sources:
        values = getattr(terms, source)
        highest = np.where(np.isnan(values), -np.inf, values).max(axis=1, keepdims=True)
        gaps = np.nan_to_num(values - np.where(np.isinf(highest), 0, highest))
        parts += [np.nan_to_num(values)[..., None], (~np.isnan(values)).astype(float)[..., None], gaps[..., None]]
    return np.concatenate(parts, axis=-1)


def shares_of(logits: np.ndarray, there: np.ndarray) -> np.ndarray:
    """`[terms, candidates]`, each term's with that of "none" adding up to 1."""
    logits = np.where(there, logits, -np.inf)
    most = np.maximum(logits.max(axis=1, initial=0), 0)[:, None]
    powers = np.exp(logits - most)
    return powers / (powers.sum(axis=1, keepdims=True) + np.exp(-most))


def fit_weights(terms: Terms, sources: tuple[str, ...]) -> np.ndarray:
    """Maximum likelihood with an L2 penalty, by Adam over all terms; the columns are scaled while it goes on."""
    columns = columns_of(terms, sources)
    deviation = columns[terms.there].std(axis=0)
    scale = np.where(deviation > 1e-3, deviation, 1)  # The columns of ones stay as they are.
    scaled = columns / scale
    found = terms.right.any(axis=1)
    weights = np.zeros(columns.shape[-1])
    mean, square = np.zeros_like(weights), np.zeros_like(weights)
    for step in range(1, STEPS + 1):
        shares = shares_of(scaled @ weights, terms.there)
        among = np.where(terms.right, shares, 0)
        target = np.where(found[:, None], among / np.maximum(among.sum(axis=1, keepdims=True), 1e-12), 0)
        gradient = np.einsum("tc,tcf->f", shares - target, scaled) / len(terms) + L2 * weights
        mean = 0.9 * mean + 0.1 * gradient
        square = 0.999 * square + 0.001 * gradient**2
        rate = 0.05 * (1 - step / (STEPS + 1))
        weights -= rate * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.999**step)) + 1e-9)
    return weights / scale


def isotonic(values: np.ndarray, right: np.ndarray) -> list[list[float]]:
    """Points of a rising curve: bins of equally many terms, pooled where the share of right ones would fall. Half a right and
    half a wrong term are added to each bin, so that no probability is 0 or 1."""
    order = np.argsort(values, kind="stable")
    bins = [chunk for chunk in np.array_split(order, min(N_BINS, max(1, len(order) // 25))) if len(chunk)]
    pools: list[list[float]] = []
    for chunk in bins:
        pools.append([float(values[chunk].sum()), float(right[chunk].sum() + 0.5), float(len(chunk)), float(len(chunk) + 1)])
        while len(pools) > 1 and pools[-2][1] / pools[-2][3] >= pools[-1][1] / pools[-1][3]:
            last = pools.pop()
            pools[-1] = [a + b for a, b in zip(pools[-1], last, strict=True)]
    return [[round(total / n, 4), round(k / m, 4)] for total, k, n, m in pools]


def calibrated(curve: list[list[float]], values: np.ndarray) -> np.ndarray:
    points = np.asarray(curve)
    return np.interp(values, points[:, 0], points[:, 1])


def calibration_error(probabilities: np.ndarray, right: np.ndarray, bins: int = 15) -> float:
    """Expected calibration error, as the product's `calibrationError`."""
    place = np.minimum(bins - 1, (probabilities * bins).astype(int))
    return float(sum(abs((probabilities[place == b] - right[place == b]).sum()) for b in range(bins)) / max(1, len(right)))


@dataclass(slots=True)
class Judged:
    """The first candidate of each term: its share of the evidence, whether it is right, and whether all sources chose it."""

    share: np.ndarray
    right: np.ndarray
    agree: np.ndarray
    cosine: np.ndarray
    exact: np.ndarray


def judge(terms: Terms, sources: tuple[str, ...], weights: np.ndarray, names_weights: np.ndarray) -> Judged:
    shares = shares_of(columns_of(terms, sources) @ weights, terms.there)
    best = np.where(terms.there, shares, -1).argmax(axis=1)
    rows = np.arange(len(terms))
    by_names = np.where(terms.there, columns_of(terms, ()) @ names_weights, -np.inf).argmax(axis=1)
    agree = by_names == best
    for source in sources:
        values = getattr(terms, source)
        judged = ~np.isnan(values).all(axis=1)
        agree &= ~judged | (np.where(np.isnan(values), -np.inf, values).argmax(axis=1) == best)
    return Judged(shares[rows, best], terms.right[rows, best], agree, *terms.names[rows, best, :2].T)


Curves = dict[str, list[list[float]]]


def curves_of(judged: Judged, among: np.ndarray) -> Curves:
    """A curve for first candidates with the very name, and one for the others."""
    exact = judged.exact > 0
    return {
        name: isotonic(judged.share[among & kind], judged.right[among & kind])
        for name, kind in (("exact", exact), ("similar", ~exact))
    }


def probabilities(judged: Judged, curves: Curves) -> np.ndarray:
    return np.where(judged.exact > 0, calibrated(curves["exact"], judged.share), calibrated(curves["similar"], judged.share))


def balanced(terms: Terms, index: np.ndarray) -> np.ndarray:
    """The terms, those whose very name a right concept has repeated until they are half."""
    known = (terms.right & (terms.names[:, :, FEATURES.index("exact")] > 0)).any(axis=1)[index]
    return np.concatenate([index[~known], np.resize(index[known], (~known).sum())]) if known.any() else index


def variant_of(weights: np.ndarray, sources: tuple[str, ...], curves: dict[str, Curves]) -> dict[str, object]:
    n = len(FEATURES)
    rounded = [round(float(weight), 4) for weight in weights]
    variant: dict[str, object] = {"names": rounded[:n], "bias": rounded[n]}
    for place, source in enumerate(sources):
        value, bias, gap = rounded[n + 1 + 3 * place : n + 4 + 3 * place]
        variant[source] = {"weight": value, "bias": bias, "gap": gap}
    return {**variant, "calibration": curves}


def parts_of(terms: Terms, seed: int) -> list[Terms]:
    """The half that fits weights, the quarter that fits curves, the quarter that reports."""
    order = np.random.default_rng(seed).permutation(len(terms))
    half, three = len(order) // 2, 3 * len(order) // 4
    return [terms.some(balanced(terms, some)) for some in (order[:half], order[half:three], order[three:])]


Fitted = tuple[dict[str, object], dict[str, object]]


def fit_names(letters: Terms, seed: int) -> tuple[np.ndarray, Fitted]:
    """The weights of the names alone; the variant, and what it is worth."""
    parts = parts_of(letters, seed)
    weights = fit_weights(parts[0], ())
    fitted, last = (judge(part, (), weights, weights) for part in parts[1:])
    curves = curves_of(fitted, np.ones(len(fitted.share), bool))
    return weights, (variant_of(weights, (), {"alone": curves}), figures(last, probabilities(last, curves)))


def fit_sources(parts: list[Terms], sources: tuple[str, ...], names_weights: np.ndarray) -> Fitted:
    """The variant of some sources beside the names, and what it is worth."""
    weights = fit_weights(parts[0], sources)
    fitted, last = (judge(part, sources, weights, names_weights) for part in parts[1:])
    agree, disagree = curves_of(fitted, fitted.agree), curves_of(fitted, ~fitted.agree)
    probability = np.where(last.agree, probabilities(last, agree), probabilities(last, disagree))
    return variant_of(weights, sources, {"agree": agree, "disagree": disagree}), figures(last, probability)


def fit(terms: Terms, letters: Terms, seed: int = SEED) -> Fitted:
    """The variants, and what they are worth on the quarter that nothing was fitted on."""
    names_weights, names = fit_names(letters, seed)
    variants, report = {"names": names[0]}, {"names": names[1]}
    parts = parts_of(terms, seed)
    asked = [part.some(np.flatnonzero(~np.isnan(part.encoder).all(axis=1))) for part in parts]
    has = {source: not np.isnan(getattr(terms, source)).all() for source in ("encoder", "dense")}
    for sources in (("encoder",), ("dense",), ("encoder", "dense")):
        if all(has[source] for source in sources):
            key = "+".join(("names", *sources))
            some = asked if "encoder" in sources else parts
            variants[key], report[key] = fit_sources(some, sources, names_weights)
    return variants, report


def figures(judged: Judged, probability: np.ndarray) -> dict[str, float]:
    return {
        "n": len(judged.right),
        "first is right": round(float(judged.right.mean()), 4),
        "agree": round(float(judged.agree.mean()), 4),
        "calibration error of the cosine": round(calibration_error(np.clip(judged.cosine, 0, 1), judged.right), 4),
        "calibration error of the share": round(calibration_error(judged.share, judged.right), 4),
        "calibration error": round(calibration_error(probability, judged.right), 4),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("details", type=Path)
    parser.add_argument("--letters", type=Path, required=True, help="the same without vectors")
    parser.add_argument("--model", required=True, help="name and version of the linker's model")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--report", type=Path)
    parser.add_argument("--seed", type=int, default=SEED)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    variants, report = fit(read_details(arguments.details), read_details(arguments.letters), arguments.seed)
    content = {"version": 1, "model": arguments.model, "features": list(FEATURES), "variants": variants}
    arguments.out.write_text(json.dumps(content, separators=(",", ":")) + "\n", "utf-8")
    text = json.dumps(report, indent=1)
    log.info("%s", text)
    if arguments.report:
        arguments.report.write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main()
