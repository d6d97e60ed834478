"""Ranges, scales and codes of onnxruntime.quantization's static quantisation, 2026-11-30.

Made with Python 3.11, onnxruntime 1.32.0, onnx 1.23.2 and numpy (the versions are in the file):

    python tests/golden/make_static_quantization.py

A convolution with a ReLU behind it, the mean of each map, a linear layer with GELU-like tails and a second one. Calibrated
on twelve rows by all three methods, QDQ, QUInt8 activations, QInt8 weights by channel in a reduced range, as tunebook's
`int8` has it. Histograms have 2048 bins: with the default of 128 the entropy method has one range to choose from. Percentiles
are of both ends (`CalibTensorRangeSymmetric` false).
"""

import json
import platform
import tempfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType
from onnxruntime.quantization.calibrate import create_calibrator
from onnxruntime.quantization.qdq_quantizer import QDQQuantizer
from onnxruntime.quantization.registry import QDQRegistry

rng = np.random.default_rng(20261130)
ROWS, CHANNELS, SIZE, MAPS, WIDTH, OUTPUTS = 12, 2, 6, 4, 24, 3


def numbers(*shape, scale=1.0):
    return (scale * rng.standard_normal(shape)).astype(np.float32)


weights = {
    "conv.weight": numbers(MAPS, CHANNELS, 3, 3, scale=0.4),
    "conv.bias": numbers(MAPS, scale=0.1),
    "first.weight": numbers(WIDTH, MAPS, scale=2.0),
    "first.bias": numbers(WIDTH, scale=0.5),
    "second.weight": numbers(OUTPUTS, WIDTH, scale=0.3),
    "second.bias": numbers(OUTPUTS, scale=0.1),
}
# Rare large numbers, so that the three methods find unlike ranges.
images = numbers(ROWS, CHANNELS, SIZE, SIZE)
images[3, 0, 2, 2] = 9.0
images[7, 1, 0, 5] = -6.0


def model():
    nodes = [
        helper.make_node("Conv", ["x", "conv.weight", "conv.bias"], ["maps"], name="conv", pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["maps"], ["cut"], name="relu"),
        helper.make_node("ReduceMean", ["cut", "axes"], ["pooled"], name="mean", keepdims=0),
        helper.make_node("Gemm", ["pooled", "first.weight", "first.bias"], ["wide"], name="first", transB=1),
        helper.make_node("Tanh", ["wide"], ["bent"], name="bend"),
        helper.make_node("Mul", ["wide", "bent"], ["grown"], name="grow"),
        helper.make_node("Gemm", ["grown", "second.weight", "second.bias"], ["y"], name="second", transB=1),
    ]
    graph = helper.make_graph(
        nodes,
        "golden",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", CHANNELS, SIZE, SIZE])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["batch", OUTPUTS])],
        [numpy_helper.from_array(value, name) for name, value in weights.items()]
        + [numpy_helper.from_array(np.array([2, 3], dtype=np.int64), "axes")],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)


class AllRows(CalibrationDataReader):
    def __init__(self):
        self.left = [{"x": images}]

    def get_next(self):
        return self.left.pop() if self.left else None


def quantised(method, folder):
    path = str(Path(folder) / "float.onnx")
    onnx.save(model(), path)
    options = {
        "minMax": {},
        "percentile": {"num_bins": 2048, "percentile": 99.0, "symmetric": False},
        "entropy": {"num_bins": 2048, "num_quantized_bins": 128},
    }[method]
    kind = {"minMax": "MinMax", "percentile": "Percentile", "entropy": "Entropy"}[method]
    calibrator = create_calibrator(
        Path(path),
        ["Conv", "Gemm", "Relu"],
        calibrate_method=getattr(CalibrationMethod, kind),
        augmented_model_path=str(Path(folder) / "augmented.onnx"),
        extra_options=options,
    )
    calibrator.collect_data(AllRows())
    ranges = calibrator.compute_data()
    quantizer = QDQQuantizer(
        onnx.load(path),
        True,
        True,
        QuantType.QInt8,
        QuantType.QUInt8,
        ranges,
        [],
        [],
        ["Conv", "Gemm", "Relu"],
        {"OpTypesToExcludeOutputQuantization": ["Gemm"]},
    )
    made = quantizer.quantize_model()
    constants = {each.name: numpy_helper.to_array(each) for each in made.graph.initializer}

    assert "Relu" not in [node.op_type for node in made.graph.node], "bytes from zero cut negative numbers"
    at = {"cut": "maps"}

    def listed(name):
        return np.asarray(constants[name]).astype(np.float64).ravel().tolist()

    values = {}
    for name in ["x", "cut", "pooled", "grown"]:
        low, high = ranges[name].range_value
        values[name] = {"low": np.asarray(low).item(), "high": np.asarray(high).item()}
        stored = name if f"{name}_scale" in constants else at[name]
        values[name] |= {
            "scale": np.asarray(constants[f"{stored}_scale"]).item(),
            "zeroPoint": np.asarray(constants[f"{stored}_zero_point"]).item(),
        }
    codes = {
        name: {
            "codes": listed(f"{name}_quantized"),
            "scales": listed(f"{name}_scale" if name.endswith("weight") else f"{name}_quantized_scale"),
        }
        for name in weights
    }
    session = onnxruntime.InferenceSession(made.SerializeToString(), providers=["CPUExecutionProvider"])
    return {"values": values, "codes": codes, "y": session.run(None, {"x": images})[0].ravel().tolist()}


with tempfile.TemporaryDirectory() as folder:
    golden = {
        "made": {
            "date": "2026-11-30",
            "python": platform.python_version(),
            "onnxruntime": onnxruntime.__version__,
            "onnx": onnx.__version__,
            "numpy": np.__version__,
        },
        "weights": {
            name: {"shape": list(value.shape), "data": value.ravel().tolist()} for name, value in weights.items()
        },
        "x": {"shape": list(images.shape), "data": images.ravel().tolist()},
        "by": {method: quantised(method, folder) for method in ["minMax", "percentile", "entropy"]},
    }
Path(__file__).with_name("static_quantization.json").write_text(json.dumps(golden) + "\n")
