"""Optuna proposes configurations; they are measured, and what they are worth is told back.

Trials are kept in a journal in the work folder, so that a search that was stopped goes on where it was. Why Optuna and not
Olive: Olive's search is Optuna's samplers behind passes and evaluators of its own, which know one run with one set of inputs,
not a text read once and then its candidates; it would bring telemetry and PyTorch's export stack along.
"""

from __future__ import annotations

import hashlib
import json
import logging
import subprocess
import time
import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

from .bench import Plan
from .pareto import Figures
from .space import Configuration

log = logging.getLogger(__name__)

@dataclass(frozen=True)
class Candidate:
    """A configuration with what was measured, or why nothing could be."""

    configuration: Configuration
    figures: Figures | None
    failure: str = ""


#: What Optuna minimises.
OBJECTIVES = ("latencyRatio", "loss", "sizeMiB")
#: Of a candidate that could not be measured.
WORST = (100.0, 100.0, 1e5)


class Search:
    """A study that can be gone on with. `identity` names everything that the figures depend on."""

    def __init__(self, plan: Plan, work: Path, identity: object):
        self.plan = plan
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        name = hashlib.sha256(json.dumps(identity, sort_keys=True, default=str).encode()).hexdigest()[:16]
        storage = JournalStorage(JournalFileBackend(str(work / "trials.log")))
        # Choices depend on the method, so trials of one group are compared with each other; Optuna calls that experimental.
        warnings.filterwarnings("ignore", category=optuna.exceptions.ExperimentalWarning)
        sampler = optuna.samplers.TPESampler(seed=plan.seed, multivariate=True, group=True, n_startup_trials=8)
        self.study = optuna.create_study(
            study_name=name,
            storage=storage,
            sampler=sampler,
            directions=["minimize"] * len(OBJECTIVES),
            load_if_exists=True,
        )
        if not self.study.get_trials(deepcopy=False):
            for choices in plan.space.first():
                self.study.enqueue_trial(choices)

    def run(self, measure: Callable[[Configuration], Figures]) -> None:
        """Measures until the trials or the minutes are used up; what was measured before counts as trials."""
        until = time.monotonic() + 60 * self.plan.minutes
        while len(self.done()) < self.plan.trials and time.monotonic() < until:
            trial = self.study.ask()
            configuration = self.plan.space.suggest(trial)
            trial.set_user_attr("configuration", asdict(configuration))
            known = next((c for c in self.done() if c.configuration == configuration), None)
            try:
                candidate = known or Candidate(configuration, measure(configuration))
            except (RuntimeError, ValueError, TypeError, KeyError, subprocess.TimeoutExpired) as error:
                candidate = Candidate(configuration, None, f"{type(error).__name__}: {error}"[:300])
            self._tell(trial, candidate, is_new=known is None)

    def _tell(self, trial: optuna.Trial, candidate: Candidate, is_new: bool) -> None:
        trial.set_user_attr("isNew", is_new)
        if candidate.figures is None:
            trial.set_user_attr("failure", candidate.failure)
            # Told as the worst there is: of trials that merely failed the sampler learns nothing, and proposes the like again.
            trial.set_constraint("failed", 1.0)
            self.study.tell(trial, WORST)
            log.info("%s: failed: %s", candidate.configuration, candidate.failure)
            return
        figures = candidate.figures
        trial.set_user_attr("figures", asdict(figures))
        for place, missed in enumerate(self.plan.constraints.violations(figures)):
            trial.set_constraint(str(place), missed)
        self.study.tell(trial, [getattr(figures, name) for name in OBJECTIVES])
        if is_new:
            log.info("%d of %d: %s", len(self.done()), self.plan.trials, told(candidate))

    def done(self) -> list[Candidate]:
        """Every configuration that was measured or failed, once, in the order of the trials."""
        found = []
        for trial in self.study.get_trials(deepcopy=False):
            own = trial.user_attrs
            if not own.get("isNew"):
                continue
            configuration = Configuration(**own["configuration"])
            figures = Figures(**own["figures"]) if "figures" in own else None
            found.append(Candidate(configuration, figures, own.get("failure", "")))
        return found


def told(candidate: Candidate) -> str:
    """One line for people."""
    f = candidate.figures
    assert f
    part = " (part of the documents)" if f.partial else ""
    return (
        f"{candidate.configuration}: {f.latencyRatio:.2f} × the time, {f.sizeMiB:.0f} MiB, loss {f.loss:+.2f}, "
        f"agreement {f.agreement:.1f} %{part}"
    )
