"""The Parquet file that src/data/tables/parquet.test.ts reads: src/data/tables/types.parquet.

    python conformance/parquet.py        # needs pyarrow; writes the file again
"""

import datetime
import decimal
import pathlib

import pyarrow as pa
import pyarrow.parquet as pq

OUT = pathlib.Path(__file__).parent.parent / "src/data/tables/types.parquet"
when = datetime.datetime(2024, 5, 31, 10, 30, 0, 123456)
table = pa.table(
    {
        "bool": pa.array([True, None, False, True, True]),
        "int8": pa.array([-128, 127, None, 0, 1], pa.int8()),
        "uint8": pa.array([0, 255, None, 0, 1], pa.uint8()),
        "uint16": pa.array([0, 65535, None, 0, 1], pa.uint16()),
        "int32": pa.array([-(2**31), 2**31 - 1, None, 0, 1], pa.int32()),
        "uint32": pa.array([0, 2**32 - 1, None, 0, 1], pa.uint32()),
        "int64": pa.array([-(2**63), 2**63 - 1, None, 0, 1], pa.int64()),
        "uint64": pa.array([0, 2**63 - 1, None, 0, 1], pa.uint64()),
        "float16": pa.array([0.5, -1.25, None, 0, 1], pa.float16()),
        "float32": pa.array([0.5, float("nan"), None, float("inf"), 0.1], pa.float32()),
        "float64": pa.array([0.5, float("nan"), None, float("-inf"), 0.1], pa.float64()),
        "required": pa.array([1.5, 2.5, 3.5, 4.5, 5.5], pa.float64()),
        "string": pa.array(["é", "", None, "é", "𝒳"]),
        "date": pa.array([datetime.date(2024, 5, 31), datetime.date(1969, 12, 31), None, datetime.date(1970, 1, 1), datetime.date(1970, 1, 2)]),
        "ms": pa.array([when, None, None, when, when], pa.timestamp("ms")),
        "us": pa.array([when, None, None, when, when], pa.timestamp("us")),
        "ns": pa.array([when, None, None, when, when], pa.timestamp("ns")),
        "decimal": pa.array([decimal.Decimal("1.25"), decimal.Decimal("-0.10"), None, decimal.Decimal("0"), decimal.Decimal("99.99")], pa.decimal128(9, 2)),
        "all missing": pa.array([None] * 5, pa.int64()),
        "list": pa.array([[1], [], None, [2, 3], [4]]),
    }
)
compression = dict(zip(table.column_names, ["snappy", "zstd", "gzip", "none", "lz4", "brotli"] * 4))
# Groups of two rows: each column comes in three parts.
pq.write_table(table, OUT, row_group_size=2, compression=compression)
print(OUT.stat().st_size, "bytes")
