"""What searches are made of, by the packages that have it → search.json (2026-11-30).

`sobol` has points of SciPy's unscrambled sequence; `wilcoxon` p-values of SciPy; `cma` the states of the package
cmaes after each generation of stored draws; `fronts` pymoo's non-dominated sorting and crowding distances;
`process` scikit-learn's Gaussian process for given sizes of the kernel; `improvement` the logarithm of the expected
improvement in many digits; `parzen` a mixture of SciPy's truncated normal densities; `pruners` what Optuna's pruners say.
"""

import math
import warnings

import cmaes
import mpmath
import numpy
import optuna
from pymoo.operators.survival.rank_and_crowding.metrics import get_crowding_function
from pymoo.util.nds.non_dominated_sorting import NonDominatedSorting
from scipy.stats import qmc, truncnorm, wilcoxon
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

from golden import HERE, save_json

PACKAGES = ("scipy", "cmaes", "pymoo", "scikit-learn", "optuna", "mpmath", "numpy")


def sobol(dimensions: int, points: int) -> dict:
    return {"dimensions": dimensions, "points": qmc.Sobol(dimensions, scramble=False).random(points).tolist()}


def signed_ranks(name: str, differences: list[float]) -> dict:
    tests = []
    for zeros, method in (("drop", "wilcox"), ("split", "zsplit")):
        for alternative in ("two-sided", "less", "greater"):
            found = wilcoxon(differences, zero_method=method, alternative=alternative)
            tests.append({"zeros": zeros, "alternative": alternative, "pValue": float(found.pvalue)})
    return {"name": name, "differences": differences, "tests": tests}


def evolution(size: int, generations: int, seed: int) -> dict:
    sigma = 0.3
    optimizer = cmaes.CMA(mean=numpy.full(size, 0.5), sigma=sigma, seed=seed)
    made = []
    for _ in range(generations):
        points = [optimizer.ask() for _ in range(optimizer.population_size)]
        solutions = [(point, float(numpy.sum((numpy.arange(1, size + 1) * (point - 0.2)) ** 2))) for point in points]
        told = [{"at": point.tolist(), "loss": loss} for point, loss in solutions]
        optimizer.tell(list(solutions))
        state = {"mean": optimizer.mean.tolist(), "sigma": float(optimizer._sigma), "covariance": optimizer._C.tolist()}
        made.append({"solutions": told, **state})
    return {"size": size, "sigma": sigma, "generations": made}


def fronts(name: str, losses: numpy.ndarray) -> dict:
    found = [sorted(int(at) for at in front) for front in NonDominatedSorting().do(losses)]
    # pymoo has the mean over the aims, the paper the sum.
    crowding = [get_crowding_function("cd").do(losses[front]) * losses.shape[1] for front in found]
    kept = [[None if math.isinf(each) else float(each) for each in front] for front in crowding]
    return {"name": name, "losses": losses.tolist(), "fronts": found, "crowding": kept}


def process(rows: int, width: int, seed: int) -> dict:
    random = numpy.random.default_rng(seed)
    points, values = random.random((rows, width)), random.standard_normal(rows)
    asked = random.random((4, width))
    lengths, signal, noise = numpy.linspace(0.2, 0.9, width), 1.3, 0.02
    kernel = ConstantKernel(signal) * Matern(lengths, nu=2.5) + WhiteKernel(noise)
    regressor = GaussianProcessRegressor(kernel, alpha=0, optimizer=None).fit(points, values)
    likelihood, gradient = regressor.log_marginal_likelihood(regressor.kernel_.theta, eval_gradient=True)
    mean, deviation = regressor.predict(asked, return_std=True)
    return {
        "points": points.tolist(),
        "values": values.tolist(),
        "asked": asked.tolist(),
        "lengths": lengths.tolist(),
        "signal": signal,
        "noise": noise,
        "logLikelihood": float(likelihood),
        # scikit-learn has the signal first, then lengths, then noise.
        "gradient": numpy.roll(gradient[:-1], -1).tolist() + [float(gradient[-1])],
        "mean": mean.tolist(),
        # scikit-learn's deviation has the noise of another observation in it.
        "variance": (deviation**2 - noise).tolist(),
    }


def improvement(z: float) -> dict:
    mpmath.mp.dps = 60
    value, cdf, density = mpmath.mpf(z), mpmath.ncdf(z), mpmath.npdf(z)
    gained = density + value * cdf
    return {"z": z, "log": float(mpmath.log(gained)), "slope": float(cdf / gained)}


def parzen(observed: list[list[float]], weights: list[float], asked: list[list[float]]) -> dict:
    """Watanabe 2023: products over dimensions of normal densities cut off at 0 and 1, and a prior as wide as that."""
    kernels = len(observed) + 1
    points = numpy.array([*observed, [0.5] * len(observed[0])])
    widths = numpy.empty_like(points)
    for at in range(points.shape[1]):
        order = numpy.argsort(points[:, at], kind="stable")
        # The outermost have the distance to their one neighbour, not that to the end of the range.
        ends = numpy.concatenate([points[order[:1], at], points[order, at], points[order[-1:], at]])
        gaps = numpy.maximum(ends[1:-1] - ends[:-2], ends[2:] - ends[1:-1])
        widths[order, at] = numpy.clip(gaps, max(0.03, (1 + kernels) ** -2.0), 1)
        widths[-1, at] = 1
    shares = numpy.array(weights) / numpy.sum(weights)
    logs = []
    for each in asked:
        densities = truncnorm.pdf(numpy.array(each), -points / widths, (1 - points) / widths, points, widths)
        logs.append(float(numpy.log(numpy.sum(shares * densities.prod(1)))))
    return {"observed": observed, "weights": weights, "asked": asked, "logDensity": logs}


def pruned(name: str, pruner: optuna.pruners.BasePruner, reports: numpy.ndarray, better: str) -> dict:
    """What the pruner says after each report, where trials that it stops are stopped; reports [trials, steps]."""
    direction = "minimize" if better == "lower" else "maximize"
    study = optuna.create_study(direction=direction, pruner=pruner)
    said = []
    for values in reports:
        trial = study.ask()
        own = []
        for step, value in enumerate(values, 1):
            trial.report(float(value), step)
            own.append(bool(trial.should_prune()))
            if own[-1]:
                break
        if own[-1]:
            study.tell(trial, state=optuna.trial.TrialState.PRUNED)
        else:
            study.tell(trial, float(numpy.mean(values)))
        said.append(own)
    return {"name": name, "better": better, "reports": reports.tolist(), "said": said}


if __name__ == "__main__":
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    warnings.simplefilter("ignore")
    random = numpy.random.default_rng(1)
    learning = 1 / numpy.sqrt(numpy.arange(1, 10)) + random.normal(0, 0.1, (24, 1)) + random.normal(0, 0.04, (24, 9))
    folds = 0.8 + random.normal(0, 0.01, (12, 1)) + random.normal(0, 0.02, 10) + random.normal(0, 0.01, (12, 10))
    learning, folds = learning.round(4), folds.round(3)
    halving = optuna.pruners.SuccessiveHalvingPruner
    save_json(
        HERE / "search.json",
        {
            "sobol": [sobol(12, 20), sobol(64, 6)],
            "wilcoxon": [
                signed_ranks("plain", random.normal(0.3, 1, 12).round(4).tolist()),
                signed_ranks("all on one side", [0.1, 0.2, 0.3, 0.45, 0.5]),
                signed_ranks("two", [0.1, 0.2]),
                signed_ranks("tied", [1, 1, -1, 2, 3, -2, 4, 1]),
                signed_ranks("with zeros", [0, 1, -1, 0, 3, 2, 4, 1, 5]),
                signed_ranks("forty", random.normal(0.2, 1, 40).round(6).tolist()),
                signed_ranks("many", random.normal(0.1, 1, 70).round(6).tolist()),
                signed_ranks("many tied", random.integers(-3, 5, 60).tolist()),
                signed_ranks("some tied", random.integers(-3, 5, 20).tolist()),
            ],
            "cma": [evolution(2, 6, 1), evolution(5, 5, 2)],
            "fronts": [
                fronts("two aims", random.random((30, 2)).round(3)),
                fronts("three aims", random.random((30, 3)).round(3)),
                fronts("one aim", random.random((6, 1)).round(3)),
            ],
            "process": process(15, 3, 4),
            "improvement": [improvement(z) for z in (4, 1, 0, -0.5, -0.999, -1.001, -3, -7.9, -8.1, -30, -200, -999, -1001, -1e5)],
            "parzen": parzen(
                random.random((5, 2)).round(3).tolist(), [1, 0.5, 0.25, 1, 0.1, 0.57], random.random((6, 2)).round(3).tolist()
            ),
            "pruners": [
                pruned("median", optuna.pruners.MedianPruner(n_startup_trials=4, n_warmup_steps=2), learning, "lower"),
                pruned("successiveHalving", halving(min_resource=1, reduction_factor=3), learning, "lower"),
                pruned("wilcoxon", optuna.pruners.WilcoxonPruner(), folds, "higher"),
            ],
        },
        PACKAGES,
    )
