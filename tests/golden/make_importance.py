"""Importance of parameters by Optuna's PED-ANOVA on made-up histories → importance.json (2026-11-30).

Each history has dimensions and trials as a search of tunebook has them, and for each dimension the importance that
`PedAnovaImportanceEvaluator` gives, and its share of all (`get_param_importances`). The values depend on some of the
parameters and on chance; some are equal, and one history is too short to tell much.
"""

import math
import warnings

import numpy
import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.importance import PedAnovaImportanceEvaluator, get_param_importances
from optuna.trial import create_trial

from golden import HERE, save_json

PACKAGES = ("optuna", "numpy")

DIMENSIONS = [
    {"name": "rate", "kind": "float", "low": 1e-5, "high": 1e-1, "step": 0, "log": True},
    {"name": "dropout", "kind": "float", "low": 0.0, "high": 0.5, "step": 0, "log": False},
    {"name": "layers", "kind": "int", "low": 2, "high": 12, "step": 2, "log": False},
    {"name": "batch", "kind": "int", "low": 1, "high": 200, "step": 1, "log": False},
    {"name": "fixed", "kind": "int", "low": 3, "high": 3, "step": 1, "log": False},
    {"name": "method", "kind": "choice", "count": 3},
    {"name": "method[0].rank", "kind": "int", "low": 2, "high": 64, "step": 1, "log": True,
     "condition": {"name": "method", "value": 0}},
]


def distribution(dimension: dict):
    if dimension["kind"] == "choice":
        return CategoricalDistribution(list(range(dimension["count"])))
    low, high, log = dimension["low"], dimension["high"], dimension["log"]
    if dimension["kind"] == "float":
        return FloatDistribution(low, high, log=log)
    return IntDistribution(low, high, log=log, step=dimension["step"])


def drawn(dimension: dict, random: numpy.random.Generator) -> float:
    if dimension["kind"] == "choice":
        return int(random.integers(dimension["count"]))
    low, high = dimension["low"], dimension["high"]
    value = math.exp(random.uniform(math.log(low), math.log(high))) if dimension["log"] else random.uniform(low, high)
    if dimension["kind"] == "float":
        return value
    return int(min(high, low + round((value - low) / dimension["step"]) * dimension["step"]))


def value_of(point: dict, random: numpy.random.Generator, coarse: bool) -> float:
    loss = (math.log10(point["rate"]) + 3) ** 2 + 2 * point["dropout"] + 0.3 * point["method"]
    loss += abs(math.log2(point["method[0].rank"]) - 3) / 4 if "method[0].rank" in point else 0
    loss += random.normal() / 5
    return round(loss) if coarse else loss


def history(name: str, trials: int, better: str, seed: int, coarse: bool = False, share: float = 0.1) -> dict:
    random = numpy.random.default_rng(seed)
    study = optuna.create_study(direction="minimize" if better == "lower" else "maximize")
    made = []
    for _ in range(trials):
        point: dict = {}
        for dimension in DIMENSIONS:
            condition = dimension.get("condition")
            if condition is None or point[condition["name"]] == condition["value"]:
                point[dimension["name"]] = drawn(dimension, random)
        value = value_of(point, random, coarse) * (1 if better == "lower" else -1)
        made.append({"point": point, "value": value})
        kinds = {each["name"]: distribution(each) for each in DIMENSIONS if each["name"] in point}
        study.add_trial(create_trial(params=point, distributions=kinds, value=value))
    evaluator = PedAnovaImportanceEvaluator(target_quantile=share)
    raw = get_param_importances(study, evaluator=evaluator, normalize=False)
    shares = get_param_importances(study, evaluator=evaluator)
    return {"name": name, "better": better, "bestShare": share, "trials": made, "importance": raw, "shares": shares}


if __name__ == "__main__":
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    warnings.simplefilter("ignore")
    save_json(HERE / "importance.json", {
        "dimensions": DIMENSIONS,
        "histories": [
            history("sixty trials", 60, "lower", 1),
            history("higher is better", 45, "higher", 2),
            history("equal values", 50, "lower", 3, coarse=True),
            history("the best half", 40, "lower", 4, share=0.5),
            history("six trials", 6, "lower", 5),
        ],
    }, PACKAGES)
