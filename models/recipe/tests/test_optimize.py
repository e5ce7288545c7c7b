"""The search for the best quantisation, as far as it needs no package: its space, constraints, front, table and words."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import unittest
from pathlib import Path
from tempfile import TemporaryDirectory

from conceptlens_recipe.optimize import development, machine, needs, pareto, report
from conceptlens_recipe.optimize.pareto import AXES, Constraints, Figures
from conceptlens_recipe.optimize.space import FUSED_ONLY, LEVELS, OWN, ROUNDED, SMOOTHED, Configuration, Space

ROOT = Path(__file__).resolve().parents[1]


class Choosing:
    """Stands for a trial: chooses at random and remembers what it was asked."""

    def __init__(self, seed: int):
        self.random, self.asked = random.Random(seed), {}

    def suggest_categorical(self, name, choices):
        assert name not in self.asked, f"{name} was asked twice"
        self.asked[name] = tuple(choices)
        return self.random.choice(list(choices))


class Given:
    """Stands for a trial whose choices are given."""

    def __init__(self, choices: dict):
        self.choices = choices

    def suggest_categorical(self, name, allowed):
        assert self.choices[name] in allowed, (name, self.choices[name], allowed)
        return self.choices[name]


SPACE = Space(own=("int8",), matrices=36, threads=(1, 2), batches=(16, 8))


class TheSpace(unittest.TestCase):
    def test_every_configuration_means_something_and_what_means_nothing_keeps_its_default(self):
        plain = Configuration()
        for seed in range(400):
            trial = Choosing(seed)
            c = SPACE.suggest(trial)
            if c.method not in SMOOTHED:
                self.assertEqual(c.smooth, plain.smooth)
            if c.method not in ROUNDED:
                self.assertEqual((c.kept, c.block), (0, 0))
            self.assertEqual(c.block > 0, c.method.startswith("nbits"))
            self.assertIn(c.level, LEVELS)
            if c.method in FUSED_ONLY:
                self.assertNotEqual(c.level, "basic")
            self.assertIn(c.threads, SPACE.threads)
            self.assertLessEqual(c.kept, SPACE.matrices // 3)

    def test_names_always_have_the_same_choices(self):
        asked = {}
        for seed in range(400):
            trial = Choosing(seed)
            SPACE.suggest(trial)
            for name, choices in trial.asked.items():
                self.assertEqual(asked.setdefault(name, choices), choices)

    def test_equal_configurations_are_equal_and_different_ones_read_differently(self):
        seen = {}
        for seed in range(600):
            c = SPACE.suggest(Choosing(seed))
            self.assertEqual(seen.setdefault(str(c), c), c)

    def test_the_first_trials_try_every_method_with_choices_that_the_space_has(self):
        first = list(SPACE.first())
        self.assertEqual(sorted(c["method"] for c in first), sorted((*SPACE.methods, f"{OWN}int8")))
        for choices in first:
            self.assertEqual(SPACE.suggest(Given(choices)).method, choices["method"])

    def test_a_small_graph_keeps_few_matrices(self):
        self.assertEqual(Space(matrices=2).kept, (0,))
        self.assertEqual(Space(matrices=12).kept, (0, 1, 2, 4))


def figures(rng: random.Random) -> Figures:
    # Few values, so that equal ones are frequent.
    draw = lambda: rng.randint(1, 5) / 4  # noqa: E731
    return Figures(draw(), draw(), draw(), draw(), {}, draw() - 0.5, 100.0, 0.0, rng.random() < 0.2)


class TheFront(unittest.TestCase):
    def test_it_is_what_nothing_dominates(self):
        rng = random.Random(4)
        for _ in range(300):
            candidates = [figures(rng) for _ in range(rng.randint(0, 12))]
            found = pareto.front(candidates)
            whole = [c for c in candidates if not c.partial]
            for i in found:
                self.assertFalse(candidates[i].partial)
                self.assertFalse(any(pareto.dominates(other, candidates[i]) for other in whole))
            for c in whole:
                equal_or_better = (
                    all(getattr(candidates[i], axis) <= getattr(c, axis) for axis in AXES) for i in found
                )
                self.assertTrue(any(equal_or_better))
            values = [tuple(getattr(candidates[i], axis) for axis in AXES) for i in found]
            self.assertEqual(len(values), len(set(values)))
            self.assertEqual(values, sorted(values, key=lambda v: v[0]))

    def test_the_winner_keeps_every_constraint_and_none_that_does_is_faster(self):
        rng = random.Random(5)
        for _ in range(300):
            candidates = [figures(rng) for _ in range(8)]
            constraints = Constraints(*(rng.choice([None, rng.random()]) for _ in range(4)))
            best = pareto.winner(candidates, constraints)
            allowed = [c for c in candidates if not c.partial and all(v <= 0 for v in constraints.violations(c))]
            if best is None:
                self.assertEqual(allowed, [])
            else:
                self.assertIn(candidates[best], allowed)
                self.assertEqual(candidates[best].latencyRatio, min(c.latencyRatio for c in allowed))

    def test_constraints_read_as_people_write_them(self):
        self.assertEqual(pareto.share("20%"), 0.2)
        self.assertEqual(pareto.share("0.2"), 0.2)
        self.assertEqual(pareto.points("0.01%"), 0.01)
        for wrong in ("0.5", "half", "-1%"):
            with self.assertRaises(ValueError):
                pareto.points(wrong)
        with self.assertRaises(ValueError):
            pareto.share("much")

    def test_a_limit_itself_is_allowed(self):
        f = Figures(0.8, 1, 20, 50, {}, 0.5)
        self.assertTrue(Constraints(0.5, 0.2, 20, 50, True).allow(f))
        self.assertFalse(Constraints(0.4).allow(f))
        self.assertFalse(Constraints(min_latency_gain=0.21).allow(f))
        self.assertFalse(Constraints(max_size=19.9).allow(f))
        self.assertFalse(Constraints(must_be_exact=True).allow(Figures(0.8, 1, 20, 50, company=0.1)))


class WhatIsSaid(unittest.TestCase):
    def found(self) -> report.Found:
        base = report.Row(Configuration(), Figures(1.0, 10.0, 80.0, 150.0, {"accuracyAt1": 64.0}))
        int8 = report.Row(
            Configuration("per-token", 0.6), Figures(0.5, 5.0, 20.0, 60.0, {"accuracyAt1": 63.9}, 0.1, 99.0, 0.0)
        )
        slow = report.Row(Configuration("fp16"), Figures(2.0, 20.0, 90.0, 160.0, {"accuracyAt1": 63.0}, 1.0, 98.0, 0.2))
        return report.Found(base, [slow, int8], 1, [(Configuration("static"), "ValueError: no range")])

    def test_the_table_has_the_base_and_the_front_alone(self):
        lines = report.table(self.found()).splitlines()
        self.assertEqual(len(lines), 3)
        self.assertRegex(lines[2], r"^best  per-token, α 0.6, 1t, ×16 +2.00 +5.00 +20.0 +60 +63.90 +99.00 +same$")

    def test_the_report_claims_what_was_measured(self):
        made = report.as_json(self.found(), {"seed": 1}, Constraints(max_accuracy_loss=0.5))
        claims = {key: made["winner"][key] for key in ("timesAsFast", "memorySavedPercent", "sizeSavedPercent")}
        self.assertEqual(claims, {"timesAsFast": 2.0, "memorySavedPercent": 60.0, "sizeSavedPercent": 75.0})
        self.assertEqual(made["constraints"], {"max_accuracy_loss": 0.5})
        self.assertEqual([row["pareto"] for row in made["candidates"]], [False, True])
        self.assertEqual(made["failed"][0]["why"], "ValueError: no range")
        json.dumps(made)

    def test_the_processor_class_is_told_from_flags(self):
        name, flags = machine.cpuinfo("model name\t: A processor\nflags\t\t: sse avx2 avx512bw avx512_vnni\n\nflags: none\n")
        self.assertEqual((name, machine.processor_class(flags)), ("A processor", "AVX-512 VNNI"))
        self.assertEqual(machine.processor_class(frozenset({"avx2"})), "AVX2, no VNNI")
        self.assertEqual(machine.processor_class(frozenset()), "not known")


class WhatIsMeasuredOn(unittest.TestCase):
    def test_documents_are_read_parted_and_abbreviations_expanded(self):
        text = "Type 2 diabetes (T2D) is common. T2D it is."
        mentions = [
            {"start": 0, "end": 15, "type": "Disease", "groups": ["DISO"], "ids": ["MESH:D1"], "gold": ["UMLS:C1"]},
            {"start": 7, "end": 15, "type": "Disease", "groups": ["DISO"], "ids": ["MESH:D2"], "gold": []},
            {"start": 33, "end": 36, "type": "Disease", "groups": ["DISO"], "ids": ["MESH:D1"], "gold": ["UMLS:C1"]},
        ]
        passage = {"text": text, "sentences": [[0, 33], [33, 43]], "mentions": mentions}
        records = [
            {"id": str(i), "convention": "entities", "groups": ["DISO"], "passages": [passage]} for i in range(30)
        ]
        with TemporaryDirectory() as folder:
            path = Path(folder) / "development.json"
            path.write_text(json.dumps(records), encoding="utf-8")
            documents = development.read(path)
        first = documents[0][0]
        self.assertEqual([m.text for m in first.mentions], ["Type 2 diabetes", "T2D"])
        self.assertEqual(first.mentions[1].lookup, "Type 2 diabetes")
        self.assertEqual(first.head, 1)
        measured, aside = development.parted(documents, every=3)
        self.assertEqual(len(measured), 9)
        self.assertEqual([t.document for t in aside], ["9", "19", "29"])
        self.assertFalse({t.document for t in measured} & {t.document for t in aside})


class WhatIsNeeded(unittest.TestCase):
    def test_every_package_is_pinned(self):
        self.assertIn("optuna", needs.wanted())
        self.assertIn("onnxruntime", needs.wanted())

    def test_without_packages_the_program_says_what_to_install(self):
        """-S leaves site-packages out, whatever this Python has."""
        done = subprocess.run(
            [sys.executable, "-S", "-m", "conceptlens_recipe.optimize", "--check"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        self.assertEqual(done.returncode, needs.MISSING_STATUS)
        self.assertRegex(done.stderr, r"lacks .*optuna 5")
        self.assertIn("[optimize]", done.stderr)


if __name__ == "__main__":
    unittest.main()
