"""Arrow and Parquet files with every type and encoding that a reader must check; expected.json is what Python reads."""

import json
from datetime import date, datetime, time, timedelta

import pyarrow as pa
import pyarrow.parquet as parquet

from golden import HERE

folder = HERE / "tables" / "wide"
folder.mkdir(exist_ok=True, parents=True)

rows = range(12)
plain = {
    "small": pa.array([None if i % 5 == 0 else i for i in rows], pa.int8()),
    "unsigned": pa.array([2**32 - 1 - i for i in rows], pa.uint32()),
    "date": pa.array([date(2020, 1, 1 + i) for i in rows]),
    "bytes": pa.array([f"b{i}" for i in rows], pa.string()),
    "fixed": pa.array([[i, i + 1] for i in rows], pa.list_(pa.int16(), 2)),
    "large": pa.array([f"text {i // 3}" for i in rows], pa.large_string()),
    "lists": pa.array([list(range(i % 4)) if i % 5 else None for i in rows], pa.list_(pa.int32())),
    "texts": pa.array([[str(i)] for i in rows], pa.large_list(pa.string())),
    "struct": pa.array([{"a": i, "b": str(i)} for i in rows]),
    "kind": pa.array([str(i % 3) for i in rows]).dictionary_encode(),
    "yes": pa.array([i % 2 == 0 for i in rows]),
}
ids = pa.array([0, 1] * 6, pa.int8())
numbers, texts = pa.array(range(6)), pa.array([str(i) for i in range(6)])
more = {
    "nothing": pa.nulls(len(rows)),
    "half": pa.array([float(i) for i in rows], pa.float32()).cast(pa.float16()),
    "time": pa.array([time(1, 2, i) for i in rows], pa.time64("us")),
    "when": pa.array([datetime(2020, 1, 1, 1, 1, i) for i in rows], pa.timestamp("ns")),
    "lasts": pa.array([timedelta(seconds=i) for i in rows], pa.duration("ms")),
    "view": pa.array([f"longer than twelve letters {i}" for i in rows], pa.string_view()),
    "list view": pa.array([[i] for i in rows], pa.list_view(pa.int32())),
    "map": pa.array([[("k", i)] for i in rows], pa.map_(pa.string(), pa.int32())),
    "months": pa.array([pa.MonthDayNano([1, i, 3]) for i in rows]),
    "dense": pa.UnionArray.from_dense(ids, pa.array([i // 2 for i in rows], pa.int32()), [numbers, texts]),
    "runs": pa.RunEndEncodedArray.from_arrays(pa.array([4, 12], pa.int32()), pa.array([1, 2])),
}
table = pa.table({**plain, **more})
for name, writer in {"wide.arrow": pa.ipc.new_file, "wide.arrows": pa.ipc.new_stream}.items():
    with writer(str(folder / name), table.schema) as sink:
        for batch in table.to_batches(max_chunksize=5):
            sink.write_batch(batch)

simple = pa.table(plain)
pages = {"data_page_size": 32, "row_group_size": 7}
parquet.write_table(simple, folder / "first.parquet", compression="none", **pages)
parquet.write_table(
    simple, folder / "second.parquet", compression="zstd", data_page_version="2.0", write_page_checksum=True, **pages
)
parquet.write_table(
    pa.table({"id": pa.array(range(60), pa.int64()), "text": [f"text {i // 10}" for i in range(60)]}),
    folder / "deltas.parquet",
    compression="snappy",
    use_dictionary=False,
    column_encoding={"id": "DELTA_BINARY_PACKED", "text": "DELTA_BYTE_ARRAY"},
)
expected = {name: column.to_pylist() for name, column in zip(simple.column_names, simple.columns)}
expected["date"] = [f"{day}T00:00:00.000Z" for day in expected["date"]]
(folder / "expected.json").write_text(json.dumps(expected) + "\n")
