"""Small ONNX files with the operators, the settings and the ways to store weights that graphs have.

What they give is computed by ONNX Runtime in the tests, but for `stored`: ONNX Runtime rounds its products with
weights of eight bits further, so that stored.safetensors has what onnx' reference gives. Made with onnx 1.23.2 on 2026-11-29:
    python make_graphs.py
"""

import pathlib

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator
from safetensors.numpy import save_file

folder = pathlib.Path(__file__).parent / "graphs"
folder.mkdir(exist_ok=True)
random = np.random.default_rng(7)


def weight(name, *shape, scale=0.3):
    return numpy_helper.from_array((random.standard_normal(shape) * scale).astype(np.float32), name)


def ints(name, *values):
    return numpy_helper.from_array(np.array(values, np.int64), name)


def floats(name, *values):
    return numpy_helper.from_array(np.array(values, np.float32), name)


def save(name, nodes, initializers, output, opset=20, size=("height", "width"), **options):
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, ["batch", 3, *size])
    result = helper.make_tensor_value_info(output, TensorProto.FLOAT, None)
    graph = helper.make_graph(nodes, name, [image], [result], initializers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=9)
    model.producer_name = "tunebook tests"
    onnx.save(model, folder / f"{name}.onnx", **options)


node = helper.make_node


def windows():
    positive = np.abs(random.standard_normal(8)).astype(np.float32) + 0.5
    save(
        "windows",
        [
            node("Conv", ["image", "c1.weight", "c1.bias"], ["a"], pads=[1, 0, 2, 1], strides=[1, 2]),
            node("BatchNormalization", ["a", "n.weight", "n.bias", "n.mean", "n.var"], ["b"], epsilon=1e-3),
            node("PRelu", ["b", "slope"], ["c"]),
            node("Conv", ["c", "c2.weight"], ["d"], auto_pad="SAME_UPPER", strides=[2, 2], group=2),
            node("Add", ["d", "c2.added"], ["d2"]),
            node("Conv", ["d2", "c3.weight"], ["e"], auto_pad="SAME_LOWER", strides=[1, 2], group=8),
            node("Conv", ["e", "c4.weight"], ["e2"], pads=[2, 1, 2, 0], dilations=[2, 1]),
            node("HardSwish", ["e2"], ["f"]),
            node("ConvTranspose", ["f", "t1.weight", "t1.bias"], ["g"], strides=[2, 2], pads=[1, 0, 0, 1],
                 output_padding=[1, 0], group=2),
            node("Clip", ["g", "low", "high"], ["h"]),
            node("ConvTranspose", ["h", "t2.weight"], ["i"], strides=[2, 2], auto_pad="SAME_UPPER"),
            node("MaxPool", ["i"], ["j"], kernel_shape=[3, 2], strides=[2, 2], ceil_mode=1, pads=[1, 0, 1, 0]),
            node("AveragePool", ["j"], ["k"], kernel_shape=[3, 3], strides=[2, 1], pads=[1, 1, 1, 1]),
            node("AveragePool", ["k"], ["l"], kernel_shape=[2, 2], pads=[1, 0, 0, 1], count_include_pad=1),
            node("InstanceNormalization", ["l", "i.weight", "i.bias"], ["m"], epsilon=1e-4),
            node("LeakyRelu", ["m"], ["n"], alpha=0.2),
        ],
        [
            weight("c1.weight", 8, 3, 3, 2), weight("c1.bias", 8),
            weight("n.weight", 8), weight("n.bias", 8), weight("n.mean", 8),
            numpy_helper.from_array(positive, "n.var"),
            weight("slope", 8, 1, 1), weight("c2.weight", 8, 4, 2, 4), weight("c2.added", 1, 8, 1, 1),
            weight("c3.weight", 8, 1, 3, 2), weight("c4.weight", 8, 8, 3, 2),
            weight("t1.weight", 8, 3, 3, 2), weight("t1.bias", 6), weight("t2.weight", 6, 4, 3, 3),
            weight("i.weight", 4), weight("i.bias", 4),
            numpy_helper.from_array(np.array(-0.7, np.float32), "low"),
            numpy_helper.from_array(np.array(1.5, np.float32), "high"),
        ],
        "n",
    )


def layouts():
    save(
        "layouts",
        [
            node("Conv", ["image", "embed.weight", "embed.bias"], ["a"], strides=[2, 2], kernel_shape=[2, 2]),
            node("Split", ["a", "halves"], ["left", "right"], axis=1),
            node("DepthToSpace", ["left"], ["d1"], blocksize=2, mode="CRD"),
            node("SpaceToDepth", ["d1"], ["s1"], blocksize=2),
            node("DepthToSpace", ["right"], ["d2"], blocksize=2),
            node("SpaceToDepth", ["d2"], ["s2"], blocksize=2),
            node("Concat", ["s1", "s2"], ["b"], axis=-3),
            node("Pad", ["b", "around"], ["c"], mode="reflect"),
            node("Slice", ["c", "starts", "ends", "axes", "steps"], ["d"]),
            node("Pad", ["d", "more", "value"], ["e"]),
            node("Shape", ["e"], ["shape"]),
            node("Gather", ["shape", "first"], ["n"]),
            node("Gather", ["shape", "second"], ["channels"]),
            node("Unsqueeze", ["n", "zero"], ["n1"]),
            node("Unsqueeze", ["channels", "zero"], ["channels1"]),
            node("Concat", ["n1", "channels1", "rest"], ["target"], axis=0),
            node("Reshape", ["e", "target"], ["f"]),
            node("Transpose", ["f"], ["tokens"], perm=[0, 2, 1]),
            node("LayerNormalization", ["tokens", "norm.weight", "norm.bias"], ["g"], epsilon=1e-5),
            node("MatMul", ["g", "query.weight"], ["q0"]),
            node("Add", ["q0", "query.bias"], ["q"]),
            node("MatMul", ["g", "key.weight"], ["k"]),
            node("Transpose", ["k"], ["kt"], perm=[0, 2, 1]),
            node("MatMul", ["q", "kt"], ["scores"]),
            node("Div", ["scores", "root"], ["scaled"]),
            node("Softmax", ["scaled"], ["shares"], axis=-1),
            node("MatMul", ["shares", "g"], ["mixed"]),
            node("Gelu", ["mixed"], ["h"]),
            node("Pow", ["h", "two"], ["h2"]),
            node("ReduceMean", ["h2", "last"], ["mean"], keepdims=1),
            node("Sqrt", ["mean"], ["rms"]),
            node("Div", ["h", "rms"], ["i"]),
            node("ReduceMax", ["i", "one"], ["most"], keepdims=0),
            node("ReduceL2", ["i", "one"], ["norms"], keepdims=0),
            node("Concat", ["most", "norms"], ["j"], axis=1),
            node("Gemm", ["j", "out.weight", "out.bias"], ["k2"], transB=1, alpha=0.5, beta=2.0),
            node("LogSoftmax", ["k2"], ["result"], axis=1),
        ],
        [
            weight("embed.weight", 8, 3, 2, 2), weight("embed.bias", 8), ints("halves", 4, 4),
            ints("around", 0, 0, 1, 2, 0, 0, 2, 1), ints("starts", 1, -9), ints("ends", 2**62, -1),
            ints("axes", 2, 3), ints("steps", 2, 1), ints("more", 0, 0, 1, 0, 0, 0, 0, 2),
            numpy_helper.from_array(np.array(0.25, np.float32), "value"),
            numpy_helper.from_array(np.array(0, np.int64), "first"),
            numpy_helper.from_array(np.array(1, np.int64), "second"),
            ints("zero", 0), ints("rest", -1), ints("last", -1), ints("one", 1),
            weight("norm.weight", 8), weight("norm.bias", 8), weight("query.weight", 8, 8),
            weight("query.bias", 8), weight("key.weight", 8, 8),
            floats("root", 2.83), numpy_helper.from_array(np.array(2, np.float32), "two"),
            weight("out.weight", 5, 16), weight("out.bias", 5),
        ],
        "result",
    )


def resizes():
    def resize(x, y, mode, counting, scales=None, sizes=None, **more):
        inputs = [x, "", scales] if scales else [x, "", "", sizes]
        return node("Resize", inputs, [y], mode=mode, coordinate_transformation_mode=counting, **more)

    save(
        "resizes",
        [
            node("Conv", ["image", "c.weight", "c.bias"], ["a"], kernel_shape=[1, 1]),
            resize("a", "b", "nearest", "asymmetric", scales="double", nearest_mode="floor"),
            resize("b", "c", "linear", "half_pixel", sizes="sizes"),
            resize("c", "d", "linear", "align_corners", scales="more"),
            resize("d", "e", "linear", "asymmetric", scales="more"),
            resize("e", "f", "nearest", "half_pixel", scales="more", nearest_mode="round_prefer_floor"),
            resize("f", "g", "linear", "pytorch_half_pixel", scales="half"),
        ],
        [
            weight("c.weight", 4, 3, 1, 1), weight("c.bias", 4), floats("double", 1, 1, 2, 2),
            floats("more", 1, 1, 1.5, 1.25), floats("half", 1, 1, 0.5, 0.75),
            numpy_helper.from_array(np.array([2, 4, 12, 8], np.int64), "sizes"),
        ],
        "g",
    )


def stored():
    """Weights in float16, int8 by channel, uint8, as Constant nodes and in a file beside the model."""
    half = numpy_helper.from_array((random.standard_normal((6, 3, 3, 3)) * 0.3).astype(np.float16), "half.weight")
    codes = numpy_helper.from_array(random.integers(-127, 128, (8, 6, 1, 1)).astype(np.int8), "codes")
    bytes_ = numpy_helper.from_array(random.integers(0, 256, (8, 5)).astype(np.uint8), "bytes")
    scales = numpy_helper.from_array((np.abs(random.standard_normal(8)) / 100).astype(np.float32), "scales")
    zeros = numpy_helper.from_array(np.zeros(8, np.int8), "zeros")
    save(
        "stored",
        [
            node("Cast", ["half.weight"], ["half.float"], to=TensorProto.FLOAT),
            node("Constant", [], ["half.bias"], value=weight("half.bias", 6)),
            node("Conv", ["image", "half.float", "half.bias"], ["a"], pads=[1, 1, 1, 1]),
            node("Relu", ["a"], ["b"]),
            node("DequantizeLinear", ["codes", "scales", "zeros"], ["codes.float"], axis=0),
            node("Conv", ["b", "codes.float"], ["c"]),
            node("GlobalAveragePool", ["c"], ["d"]),
            node("Flatten", ["d"], ["e"]),
            node("DequantizeLinear", ["bytes", "scale", "zero"], ["bytes.float"]),
            node("MatMul", ["e", "bytes.float"], ["f"]),
            node("Add", ["f", "added"], ["g"]),
            node("MatMul", ["g", "outside.weight"], ["result"]),
        ],
        [
            half, codes, bytes_, scales, zeros, weight("added", 5), weight("outside.weight", 5, 40),
            numpy_helper.from_array(np.array(0.01, np.float32), "scale"),
            numpy_helper.from_array(np.array(120, np.uint8), "zero"),
        ],
        "result",
        save_as_external_data=True, location="stored.onnx_data", size_threshold=256,
    )


for make in (windows, layouts, resizes, stored):
    (folder / "stored.onnx_data").unlink(missing_ok=True) if make is stored else None
    make()

image = random.standard_normal((2, 3, 16, 20)).astype(np.float32)
(result,) = ReferenceEvaluator(onnx.load(folder / "stored.onnx")).run(None, {"image": image})
save_file({"image": image, "result": result}, folder / "stored.safetensors")
