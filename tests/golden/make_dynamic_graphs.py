"""ONNX files whose products are computed in eight bits, as quantize_dynamic writes them for transformers.js.

graphs/dynamic.onnx has one scale for each weight (uint8), graphs/dynamic_channels.onnx one for each column of a
product (int8). ONNX Runtime rounds what is multiplied with them, so that dynamic.safetensors has what onnx' reference
gives for the same graph with float32 weights that are what the bytes stand for. Made with onnx 1.23.2 and
onnxruntime 1.32.0 on 2026-12-01:
    python make_dynamic_graphs.py
"""

import pathlib
import tempfile

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator
from onnxruntime import InferenceSession
from onnxruntime.quantization import QuantType, quantize_dynamic
from safetensors.numpy import save_file

folder = pathlib.Path(__file__).parent / "graphs"
random = np.random.default_rng(11)
node = helper.make_node


def weight(name, *shape):
    return numpy_helper.from_array((random.standard_normal(shape) * 0.3).astype(np.float32), name)


nodes = [
    node("Conv", ["image", "c.weight", "c.bias"], ["a"], name="c", pads=[1, 1, 1, 1], strides=[2, 2]),
    node("Relu", ["a"], ["b"]),
    node("Conv", ["b", "d.weight"], ["d"], name="d", pads=[1, 1, 1, 1], group=2),
    node("GlobalAveragePool", ["d"], ["e"]),
    node("Flatten", ["e"], ["f"]),
    # Two products read what is rounded once.
    node("MatMul", ["f", "m.weight"], ["m"], name="m"),
    node("Add", ["m", "m.bias"], ["m2"]),
    node("MatMul", ["f", "n.weight"], ["n"], name="n"),
    node("Mul", ["m2", "n"], ["h"]),
    node("Gemm", ["h", "g.weight", "g.bias"], ["result"], name="g", transB=1),
]
weights = [
    weight("c.weight", 6, 3, 3, 3), weight("c.bias", 6), weight("d.weight", 8, 3, 3, 3), weight("m.weight", 8, 12),
    weight("m.bias", 12), weight("n.weight", 8, 12), weight("g.weight", 5, 12), weight("g.bias", 5),
]
image = helper.make_tensor_value_info("image", TensorProto.FLOAT, ["batch", 3, "height", "width"])
result = helper.make_tensor_value_info("result", TensorProto.FLOAT, None)
plain = helper.make_model(
    helper.make_graph(nodes, "dynamic", [image], [result], weights),
    opset_imports=[helper.make_opsetid("", 20)], ir_version=9,
)
pixels = random.standard_normal((2, 3, 12, 16)).astype(np.float32)
golden = {"image": pixels}
ways = {
    "dynamic": dict(weight_type=QuantType.QUInt8),
    "dynamic_channels": dict(weight_type=QuantType.QInt8, per_channel=True, reduce_range=True),
}
for name, options in ways.items():
    with tempfile.TemporaryDirectory() as temporary:
        onnx.save(plain, f"{temporary}/plain.onnx")
        quantize_dynamic(f"{temporary}/plain.onnx", folder / f"{name}.onnx", **options)
    written = onnx.load(folder / f"{name}.onnx")
    held = {each.name: numpy_helper.to_array(each) for each in written.graph.initializer}
    exact = onnx.ModelProto()
    exact.CopyFrom(plain)
    for each in exact.graph.initializer:
        key = "g.weight_Transposed" if each.name == "g.weight" else each.name
        if f"{key}_quantized" not in held:
            continue
        codes, scale, zero = (held[f"{key}_{part}"] for part in ("quantized", "scale", "zero_point"))
        numbers = ((codes.astype(np.float32) - zero.astype(np.float32)) * scale).astype(np.float32)
        each.CopyFrom(numpy_helper.from_array(numbers.T.copy() if key != each.name else numbers, each.name))
    (golden[name],) = ReferenceEvaluator(exact).run(None, {"image": pixels})
    (rounded,) = InferenceSession(folder / f"{name}.onnx").run(None, {"image": pixels})
    print(name, "rounded differs by", np.abs(rounded - golden[name]).max() / np.abs(golden[name]).max())
save_file(golden, folder / "dynamic.safetensors")
