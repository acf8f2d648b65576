"""A chunk of rows as columns, the form in which rows are judged and copied."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa


@dataclass(frozen=True)
class Chunk:
    """Some rows of a file in their order.

    `columns` has a text array for each name of the header: of a row with too few fields, the others
    are empty; surplus fields are in `raw_lines` only. The other members have one item a row:
    `field_counts`, the physical line that it begins on, whether it holds characters that are no
    text, and its raw text (which may end in line ends).
    """

    columns: Sequence[pa.Array]
    field_counts: npt.NDArray[np.int64]
    line_numbers: npt.NDArray[np.int64]
    bad_characters: npt.NDArray[np.bool_]
    raw_lines: pa.Array

    def __len__(self) -> int:
        return len(self.line_numbers)

    @classmethod
    def joined(cls, chunks: Sequence[Self]) -> Self:
        """Give the rows of chunks with the same columns as one chunk."""
        columns = zip(*(chunk.columns for chunk in chunks), strict=True)
        return cls(
            [pa.concat_arrays(parts) for parts in columns],
            np.concatenate([chunk.field_counts for chunk in chunks]),
            np.concatenate([chunk.line_numbers for chunk in chunks]),
            np.concatenate([chunk.bad_characters for chunk in chunks]),
            pa.concat_arrays([chunk.raw_lines for chunk in chunks]),
        )

    def parts(self, rows: int) -> Iterator[Self]:
        """Give the same rows, at most `rows` at a time."""
        for start in range(0, len(self), rows):
            yield self._part(slice(start, start + rows))

    def raw_texts(self, positions: Sequence[int]) -> list[str]:
        """Give the raw text of the rows at these positions, without their line ends."""
        texts: list[str] = self.raw_lines.take(pa.array(positions, pa.int64())).to_pylist()
        return [text.rstrip("\r\n") for text in texts]

    def _part(self, rows: slice) -> Self:
        if rows.start == 0 and rows.stop >= len(self):
            return self
        return type(self)(
            [column[rows] for column in self.columns], self.field_counts[rows],
            self.line_numbers[rows], self.bad_characters[rows], self.raw_lines[rows],
        )  # fmt: skip


def text_columns(rows: Sequence[Sequence[str]], width: int) -> list[pa.Array]:
    """Give `width` columns of the rows: missing fields are empty, surplus ones left out."""
    if any(len(row) != width for row in rows):
        rows = [(list(row) + [""] * (width - len(row)))[:width] for row in rows]
    columns = zip(*rows, strict=True) if rows else [()] * width
    return [pa.array(column, pa.large_string()) for column in columns]
