"""Parquet files and data frames into the same table of text that delimited files give."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from spine_outcomes.cohort.header import match_header
from spine_outcomes.cohort.source_file import SourceFile
from spine_outcomes.cohort.text_table import MAX_ROWS, TextColumn, TextTable
from spine_outcomes.errors import CohortError, Problem
from spine_outcomes.study.dictionary import DataDictionary

ISO = "%Y-%m-%d"


def read_parquet(source: SourceFile, dictionary: DataDictionary) -> TextTable:
    """Read a Parquet file into a table of text.

    Raises
    ------
    CohortError
        If the file is damaged, has too many rows or none, or a column has no text (a list).
    """
    try:
        file = pq.ParquetFile(pa.BufferReader(source.raw))
        if file.metadata.num_rows > MAX_ROWS:
            message = f"{file.metadata.num_rows} rows; at most {MAX_ROWS} are read"
            raise CohortError(Problem("E_TOO_LARGE", message, file=source.name))
        table = file.read()
    except (pa.ArrowException, OSError) as fault:
        message = f"not a Parquet file that can be read: {fault}"
        raise CohortError(Problem("E_PARQUET", message, file=source.name)) from None
    return text_of(table, source.name, dictionary)


def text_of(table: Any, file: str, dictionary: DataDictionary) -> TextTable:
    """Turn an Arrow table into a table of text: dates YYYY-MM-DD, numbers with a point."""
    if not table.num_rows:
        raise CohortError(Problem("E_NO_ROWS", "0 rows", file=file))
    header = match_header(table.column_names, dictionary, file)
    columns: dict[str, TextColumn] = {}
    problems = list(header.problems)
    for name, position in header.positions.items():
        column = table.column(position)
        try:
            columns[name] = _text_column(column)
        except pa.ArrowException:
            message = f"values of the type {column.type} cannot stand in a table"
            problems.append(Problem("E_TYPE", message, file=file, column=name))
    return TextTable(
        file=file,
        columns=columns,
        lines=np.arange(2, table.num_rows + 2),
        decimal=".",
        date_format=ISO,
        problems=tuple(problems),
        findings=header.findings,
        unread=header.unread,
    )


def _text_column(column: Any) -> TextColumn:
    """Distinct texts of an Arrow column, and which of them each row has."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
    elif pa.types.is_null(kind):
        column = column.cast(pa.string())
    distinct = column.combine_chunks().dictionary_encode()
    codes = pc.fill_null(distinct.indices, -1).to_numpy(zero_copy_only=False).astype(np.int32)
    return TextColumn(np.array(_texts(distinct.dictionary).to_pylist(), dtype=object), codes)


def _texts(values: Any) -> Any:
    """Text of distinct values; midnight is the day."""
    kind = values.type
    if pa.types.is_boolean(kind):
        values = pc.cast(values, pa.int8())
    elif pa.types.is_timestamp(kind) and kind.tz is None:
        days = pc.cast(values, pa.date32(), safe=False)
        if pc.all(pc.equal(pc.cast(days, kind), values)).as_py():
            values = days
    return pc.cast(values, pa.string())
