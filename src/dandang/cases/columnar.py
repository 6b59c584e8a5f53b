"""Parquet: the table of cases as data platforms keep it. Needs the extra `parquet`."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any

from dandang.cases.sheet import cell_text
from dandang.cases.table_heading import Locate, Row
from dandang.errors import MalformedFile, ResourceMissing
from dandang.model import Place

_ROWS_AT_ONCE = 1000


def parquet_rows(content: bytes, name: str) -> Iterator[Row]:
    """The rows from 1, the first being the names of the columns. Raises MalformedFile, or ResourceMissing without pyarrow."""
    try:
        import pyarrow
        from pyarrow.parquet import ParquetFile
    except ImportError as error:
        hint = ("安装：pip install 'dandang[parquet]'", "install it: pip install 'dandang[parquet]'")
        raise ResourceMissing("读取 Parquet 需要 pyarrow", "reading Parquet needs pyarrow", hint=hint) from error
    try:
        file = ParquetFile(BytesIO(content))
        yield 1, list(file.schema_arrow.names)
        number = 1
        for batch in file.iter_batches(batch_size=_ROWS_AT_ONCE):
            for cells in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                number += 1
                yield number, ["" if cell is None else _text(cell) for cell in cells]
    except (pyarrow.ArrowException, OSError) as error:
        raise MalformedFile(
            "不是可以读取的 Parquet 文件", "this is not a Parquet file that can be read", place=Place(name)
        ) from error


def _text(cell: Any) -> str:
    """A list in a cell is what a person would have written with marks between."""
    return "、".join(map(cell_text, cell)) if isinstance(cell, list) else cell_text(cell)


def parquet_places(name: str) -> Locate:
    """The place of a cell: rows are counted without the names of the columns, as data platforms do."""

    def place(row: int, column: int, path: str) -> Place:
        return Place(name, row - 1 or None, column + 1, path)

    return place
