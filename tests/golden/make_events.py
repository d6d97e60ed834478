"""Writes event files as TensorBoard's own writer does, with fixed times. Run by hand:

    python make_events.py

tensorboard 2.21, 2026-11-30.
"""

import base64
import io
import json
import pathlib

import tensorboard
from tensorboard.compat.proto import event_pb2, summary_pb2, tensor_pb2, tensor_shape_pb2
from tensorboard.summary.writer.record_writer import RecordWriter


class Kept(io.BytesIO):
    """A file whose content is still there after it was closed."""

    def close(self):
        self.content = self.getvalue()


def record(event):
    file = Kept()
    writer = RecordWriter(file)
    writer.write(event.SerializeToString())
    writer.flush()
    return base64.b64encode(file.getvalue()).decode()


def text(tag, value):
    shape = tensor_shape_pb2.TensorShapeProto(dim=[tensor_shape_pb2.TensorShapeProto.Dim(size=1)])
    metadata = summary_pb2.SummaryMetadata(
        plugin_data=summary_pb2.SummaryMetadata.PluginData(plugin_name="text")
    )
    tensor = tensor_pb2.TensorProto(dtype=7, tensor_shape=shape, string_val=[value.encode()])
    return summary_pb2.Summary.Value(tag=tag, metadata=metadata, tensor=tensor)


def scalars(values):
    return summary_pb2.Summary(
        value=[summary_pb2.Summary.Value(tag=tag, simple_value=value) for tag, value in values]
    )


events = {
    "version": event_pb2.Event(wall_time=1796031316.25, file_version="brain.Event:2"),
    "scalars": event_pb2.Event(
        wall_time=1796031317.5,
        step=300,
        summary=scalars([("train/loss", 0.125), ("train/learning rate", 1e-3), ("é", float("nan"))]),
    ),
    "text": event_pb2.Event(
        wall_time=1796031316.25, summary=summary_pb2.Summary(value=[text("settings", "| a | b |\n| é | 字 |")])
    ),
}
content = {
    "made by": f"tensorboard {tensorboard.__version__}",
    "records": {name: record(event) for name, event in events.items()},
}
pathlib.Path(__file__).with_name("events.json").write_text(json.dumps(content, indent=1) + "\n")
