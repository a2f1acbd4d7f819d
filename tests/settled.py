"""An experiment at rest, for tests of what a visitor's page holds."""

from __future__ import annotations

from conftest import settle

from server.experiment import Experiment


def settled(experiment: Experiment, steps: int = 0) -> Experiment:
    run = experiment.run
    for _ in range(steps):
        run.step()
    settle(run)
    return experiment
