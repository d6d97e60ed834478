"""Optuna's samplers on test functions, one line of JSON for each search (2026-11-30).

    python bench/peer_search.py TRIALS < KINDS.json

The kinds are a list of {"sampler", "function", "seed"}. A line has these, the best value so far after each trial, and
the seconds that the whole search took; the first line has the versions. The functions are those of
`search_functions.ts`, and the tables of recorded trials in `trials`.
"""

import json
import math
import sys
import time
import warnings
from importlib.metadata import version
from pathlib import Path

import optuna

PACKAGES = ("optuna", "scipy", "torch", "numpy")

A = [[10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14]]
P = [
    [1312, 1696, 5569, 124, 8283, 5886],
    [2329, 4135, 8307, 3736, 1004, 9991],
    [2348, 1451, 3522, 2883, 3047, 6650],
    [4047, 8828, 8732, 5743, 1091, 381],
]
HEIGHTS = [1.0, 1.2, 3.0, 3.2]


def branin(trial: optuna.Trial) -> float:
    x, y = trial.suggest_float("x", -5, 10), trial.suggest_float("y", 0, 15)
    valley = y - 5.1 / (4 * math.pi**2) * x**2 + 5 / math.pi * x - 6
    return valley**2 + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x) + 10


def hartmann6(trial: optuna.Trial) -> float:
    x = [trial.suggest_float(f"x{i}", 0, 1) for i in range(6)]
    far = [sum(a * (v - p * 1e-4) ** 2 for a, v, p in zip(row, x, at, strict=True)) for row, at in zip(A, P, strict=True)]
    return -sum(height * math.exp(-each) for height, each in zip(HEIGHTS, far, strict=True))


def table(task: str):
    recorded = json.loads((Path(__file__).parent / "trials" / f"{task}.json").read_text())
    levels, scores = recorded["levels"], recorded["scores"]

    def error(trial: optuna.Trial) -> float:
        place = 0
        for name, values in levels.items():
            place = place * len(values) + trial.suggest_int(name, 0, len(values) - 1)
        return 1 - scores[place]

    return error


FUNCTIONS = {
    "branin": branin,
    "hartmann6": hartmann6,
}
TASKS = ("sentiment", "entities")
SAMPLERS = {
    "auto": lambda seed: optuna.samplers.TPESampler(seed=seed),
    "tpe": lambda seed: optuna.samplers.TPESampler(seed=seed, multivariate=True),
    "gaussianProcess": lambda seed: optuna.samplers.GPSampler(seed=seed),
}


def search(sampler: str, function: str, trials: int, seed: int) -> dict:
    start = time.perf_counter()
    study = optuna.create_study(direction="minimize", sampler=SAMPLERS[sampler](seed))
    study.optimize(table(function) if function in TASKS else FUNCTIONS[function], n_trials=trials)
    best, bests = math.inf, []
    for trial in study.trials:
        best = min(best, trial.value)
        bests.append(best)
    seconds = time.perf_counter() - start
    return {"sampler": sampler, "function": function, "seed": seed, "bests": bests, "seconds": seconds}


if __name__ == "__main__":
    trials = int(sys.argv[1])
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    warnings.simplefilter("ignore")
    print(json.dumps({"versions": {name: version(name) for name in PACKAGES}}), flush=True)
    for kind in json.load(sys.stdin):
        print(json.dumps(search(kind["sampler"], kind["function"], trials, kind["seed"])), flush=True)
