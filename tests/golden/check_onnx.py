"""Checks .onnx files with the ONNX checker: check_onnx.py FOLDER…

Every .onnx file in the folders, with shape inference. Where an expected.json
({"inputs": {name: {"type", "shape", "data"}}, "outputs": {…}}) lies next to it, ONNX's reference
implementation must give those outputs too. Prints one JSON line,
{"checked": n, "files": [{"path", "ok", "error"?, "difference"?}]}, and ends with status 1 when a
file is wrong or there is none.
"""

import json
import sys
from pathlib import Path

import numpy
import onnx
from onnx.reference import ReferenceEvaluator

TOLERANCE = 1e-4


def tensors(described: dict) -> dict:
    return {
        name: numpy.array(tensor["data"], dtype=tensor["type"]).reshape(tensor["shape"])
        for name, tensor in described.items()
    }


def difference(path: Path, expected: dict) -> float:
    """The largest distance of any output, relative to 1 or the value, whichever is larger."""
    wanted = tensors(expected["outputs"])
    found = ReferenceEvaluator(str(path)).run(list(wanted), tensors(expected["inputs"]))
    worst = 0.0
    for value, (name, other) in zip(found, wanted.items()):
        if value.shape != other.shape:
            raise ValueError(f"{name} has the shape {list(value.shape)}, not {list(other.shape)}")
        if other.size == 0:
            continue
        gap = numpy.abs(value.astype(float) - other.astype(float))
        gap = gap / numpy.maximum(1, numpy.abs(other.astype(float)))
        if not numpy.isfinite(gap).all():
            raise ValueError(f"{name} has values that are not finite")
        worst = max(worst, float(gap.max()))
    return worst


def check(path: Path) -> dict:
    result = {"path": str(path), "ok": True}
    try:
        # By path, so that external data is found and models over 2 GB can be checked.
        onnx.checker.check_model(str(path), full_check=True)
        expected = path.parent / "expected.json"
        if expected.exists():
            result["difference"] = difference(path, json.loads(expected.read_text()))
            result["ok"] = result["difference"] <= TOLERANCE
    except Exception as error:
        result |= {"ok": False, "error": f"{type(error).__name__}: {error}"}
    return result


def main() -> None:
    paths = []
    for argument in map(Path, sys.argv[1:]):
        paths += sorted(argument.rglob("*.onnx")) if argument.is_dir() else [argument]
    results = [check(path) for path in paths]
    print(json.dumps({"checked": len(results), "files": results}))
    if not results or not all(result["ok"] for result in results):
        sys.exit(1)


if __name__ == "__main__":
    main()
