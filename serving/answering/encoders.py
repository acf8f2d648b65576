"""Tables written as CSV, NDJSON or Parquet, a batch of rows at a time."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

import orjson

from serving.answering.formats import Format
from serving.queries.listing import Type

if TYPE_CHECKING:
    import pyarrow
    from _typeshed import ReadableBuffer as Buffer

Types = Mapping[str, Type]
# A spreadsheet runs a cell that begins so as a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001


def _harmless(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def _json(value: object) -> object:
    is_nested = isinstance(value, (dict, list))
    return _harmless(orjson.dumps(value).decode() if is_nested else value)


def _boolean(value: object) -> object:
    return {True: "true", False: "false"}.get(value)  # type: ignore[call-overload]


# How values of these types are written; others stand as they are, and none can be a formula.
CELLS: dict[Type, Callable[[object], object]] = {
    "text": _harmless,
    "jsonb": _json,
    "bigint[]": _json,
    "boolean": _boolean,
}


class Encoder(Protocol):
    """Writes rows, each a JSON text, as bytes that follow one another."""

    def start(self) -> bytes:
        """Give what comes before all rows."""

    def rows(self, texts: Sequence[str]) -> bytes:
        """Give a batch of rows."""

    def end(self) -> bytes:
        """Give what comes behind all rows."""


def encoder(form: Format, types: Types) -> Encoder:
    """Give the encoder of a format other than JSON for rows with these columns."""
    match form:
        case Format.CSV:
            return Csv(types)
        case Format.PARQUET:
            return Parquet(types)
        case _:
            return Ndjson()


class Ndjson:
    """One JSON object a line."""

    def start(self) -> bytes:
        """Give nothing: there is no header."""
        return b""

    def rows(self, texts: Sequence[str]) -> bytes:
        """Give each row as a line."""
        return "".join(f"{text}\n" for text in texts).encode()

    def end(self) -> bytes:
        """Give nothing: there is no footer."""
        return b""


class Csv:
    """A header and a line for each row (RFC 4180), harmless in a spreadsheet."""

    def __init__(self, types: Types) -> None:
        self._names = tuple(types)
        self._written = [
            (place, CELLS[kind]) for place, kind in enumerate(types.values()) if kind in CELLS
        ]

    def start(self) -> bytes:
        """Give the header."""
        return self._lines([self._names])

    def rows(self, texts: Sequence[str]) -> bytes:
        """Give a batch of lines; null is an empty cell."""
        rows = [[*map(orjson.loads(text).get, self._names)] for text in texts]
        for place, cell in self._written:
            for row in rows:
                row[place] = cell(row[place])
        return self._lines(rows)

    def end(self) -> bytes:
        """Give nothing: there is no footer."""
        return b""

    @staticmethod
    def _lines(rows: Iterable[Sequence[object]]) -> bytes:
        buffer = io.StringIO()
        csv.writer(buffer).writerows(rows)
        return buffer.getvalue().encode()


class Sink(io.RawIOBase):
    """A file that remembers how much was written to it, and of that holds only what is new."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []
        self._length = 0

    def writable(self) -> bool:
        """Tell that it can be written to."""
        return True

    def write(self, content: "Buffer") -> int:
        """Take more in."""
        part = bytes(content)
        self._parts.append(part)
        self._length += len(part)
        return len(part)

    def tell(self) -> int:
        """Give the length of all that was ever written."""
        return self._length

    def taken(self) -> bytes:
        """Give what is new, and forget it."""
        content = b"".join(self._parts)
        self._parts.clear()
        return content


class Parquet:
    """A Parquet file with a row group for each batch."""

    def __init__(self, types: Types) -> None:
        # Costs a third of a second and is of use here only.
        import pyarrow as pa
        import pyarrow.parquet as pq

        self._types = types
        self._stored = {name: _arrow_type(pa, kind) for name, kind in types.items()}
        self._sink = Sink()
        self._table = pa.table
        self._array = pa.array
        self._text = pa.string()
        self._writer = pq.ParquetWriter(self._sink, pa.schema(self._stored))

    def start(self) -> bytes:
        """Give the file's first bytes."""
        return self._sink.taken()

    def rows(self, texts: Sequence[str]) -> bytes:
        """Give a row group."""
        rows = orjson.loads(f"[{','.join(texts)}]")
        columns = {name: self._column(name, [row[name] for row in rows]) for name in self._types}
        if rows:
            self._writer.write_table(self._table(columns))
        return self._sink.taken()

    def end(self) -> bytes:
        """Give the footer, without which the file cannot be read."""
        self._writer.close()
        return self._sink.taken()

    def _column(self, name: str, values: list[object]) -> "pyarrow.Array":
        kind, stored = self._types[name], self._stored[name]
        if kind == "jsonb":
            values = [None if value is None else orjson.dumps(value).decode() for value in values]
        if kind in ("timestamptz", "date"):
            return self._array(values, self._text).cast(stored)
        if kind == "numeric":
            values = [None if value is None else float(str(value)) for value in values]
        return self._array(values, stored)


def _arrow_type(pa: "pyarrow", kind: Type) -> "pyarrow.DataType":
    match kind:
        case "timestamptz":
            return pa.timestamp("us", "UTC")
        case "date":
            return pa.date32()
        case "double precision" | "numeric":
            return pa.float64()
        case "bigint" | "integer":
            return pa.int64()
        case "boolean":
            return pa.bool_()
        case "bigint[]":
            return pa.list_(pa.int64())
        case _:
            return pa.string()
