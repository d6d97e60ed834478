"""Fréchet's and the kernel distance of two sets of vectors by NumPy and SciPy → features.json.

With more vectors than features, and with fewer, where covariances have no full rank.
"""

import numpy
from scipy.linalg import sqrtm
from sklearn.metrics.pairwise import polynomial_kernel

from golden import HERE, save_json

PACKAGES = ("numpy", "scipy", "scikit-learn")


def fid(generated, real) -> float:
    first, second = numpy.cov(generated, rowvar=False), numpy.cov(real, rowvar=False)
    root = sqrtm(first @ second)
    apart = generated.mean(0) - real.mean(0)
    return float(apart @ apart + numpy.trace(first) + numpy.trace(second) - 2 * numpy.trace(root.real))


def exact_fid(generated, real) -> float:
    """The same without a root of a matrix: its trace is a sum of singular values."""
    first, second = [(side - side.mean(0)) / (len(side) - 1) ** 0.5 for side in (generated, real)]
    apart = generated.mean(0) - real.mean(0)
    values = numpy.linalg.svd(first @ second.T, compute_uv=False)
    return float(apart @ apart + (first**2).sum() + (second**2).sum() - 2 * values.sum())


def kid(generated, real) -> float:
    def mean_of_others(vectors):
        kernels = polynomial_kernel(vectors, degree=3, gamma=1 / vectors.shape[1], coef0=1)
        count = len(vectors)
        return (kernels.sum() - numpy.trace(kernels)) / (count * (count - 1))

    between = polynomial_kernel(generated, real, degree=3, gamma=1 / generated.shape[1], coef0=1)
    return float(mean_of_others(generated) + mean_of_others(real) - 2 * between.mean())


def case(name: str, seed: int, generated: int, real: int, size: int, apart: float) -> dict:
    random = numpy.random.default_rng(seed)
    mixing = random.normal(size=(size, size)) / size**0.5
    first = (random.normal(size=(generated, size)) @ mixing + apart).round(4)
    second = (random.normal(size=(real, size)) * random.uniform(0.5, 2, size)).round(4)
    left_out = [kid(numpy.delete(first, row, 0), second) for row in range(generated)]
    return {
        "name": name, "generated": first.tolist(), "real": second.tolist(),
        "fid": fid(first, second), "exactFid": exact_fid(first, second), "kid": kid(first, second), "kidWithout": left_out,
    }


def main() -> None:
    cases = [
        case("more vectors than features", 1, 40, 60, 6, 0.5),
        case("fewer generated vectors than features", 2, 5, 30, 8, 0),
        case("fewer real vectors than features", 3, 30, 5, 8, 1),
        case("few of both", 4, 4, 3, 10, 0.2),
    ]
    save_json(HERE / "features.json", {"cases": cases}, PACKAGES)


main()
