"""The Parquet and Arrow files that tests/table reads; a Parquet file names its writer itself."""

import random
from datetime import datetime, timezone

import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as parquet

from golden import HERE

folder = HERE / "tables"
folder.mkdir(exist_ok=True)

table = pa.table(
    {
        "text": pa.array(["fine", "sehr schön 🎉", None, "", "很好"]),
        "stars": pa.array([5, 4, None, 1, 3], pa.int64()),
        "score": pa.array([0.5, -1.25, 3.0, None, 1e-3], pa.float64()),
        "good": pa.array([True, True, False, False, None]),
        "id": pa.array([1, 2**60, 3, 4, 5], pa.int64()),
        "tags": pa.array([["a", "b"], [], ["c"], ["a"], ["b", "c"]], pa.list_(pa.string())),
        "when": pa.array([datetime(2024, 1, day, tzinfo=timezone.utc) for day in range(1, 6)], pa.timestamp("ms", tz="UTC")),
        "kind": pa.array(["x", "y", "x", "x", "y"]).dictionary_encode(),
    }
)
for codec in ["none", "snappy", "gzip", "brotli", "zstd", "lz4"]:
    parquet.write_table(table, folder / f"{codec}.parquet", compression=codec)
parquet.write_table(table.slice(0, 0), folder / "empty.parquet")
feather.write_feather(table, str(folder / "plain.arrow"), compression="uncompressed")
# Frames of several blocks that refer to each other, and values that become no shorter.
draw = random.Random(1)
words = ["good", "bad", "sehr schön", "很好"]
many = pa.table(
    {
        "text": pa.array([" ".join(draw.choices(words, k=9)) for _ in range(2_000)]),
        "number": pa.array(range(2_000), pa.int64()),
        "noise": pa.array([draw.random() for _ in range(2_000)]),
    }
)
for codec in ["lz4", "zstd"]:
    feather.write_feather(table, str(folder / f"{codec}.feather"), compression=codec)
    feather.write_feather(many, str(folder / f"many_{codec}.feather"), compression=codec)
    with pa.OSFile(str(folder / f"{codec}.arrows"), "wb") as sink:
        with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression=codec)) as writer:
            writer.write_table(table)
with pa.OSFile(str(folder / "stream.arrows"), "wb") as sink, pa.ipc.new_stream(sink, table.schema) as writer:
    writer.write_table(table)
