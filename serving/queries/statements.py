"""The SQL files of this folder, each read once, and the values that go with a statement."""

from functools import cache
from pathlib import Path
from typing import LiteralString

from psycopg import AsyncConnection, sql
from psycopg.rows import TupleRow

FOLDER = Path(__file__).parent

Connection = AsyncConnection[TupleRow]
# The condition of what nothing is chosen of.
NO_ROW = sql.SQL("false")


class Parameters(dict[str, object]):
    """The values of one statement; they never become part of its text."""

    def bind(self, value: object) -> sql.Placeholder:
        """Take a value in and give the placeholder that stands for it."""
        name = f"p{len(self)}"
        self[name] = value
        return sql.Placeholder(name)


@cache
def statement(name: str) -> sql.SQL:
    """Give the statement of the file `name.sql`, which is as trustworthy as the code."""
    text: LiteralString = (FOLDER / f"{name}.sql").read_text(encoding="utf-8")
    return sql.SQL(text)


def composed(parts: sql.Composable) -> sql.SQL:
    """Give parts as one text, to be kept where it takes long to put them together."""
    text: LiteralString = parts.as_string()  # as trustworthy as the parts are
    return sql.SQL(text)


def all_of(conditions: list[sql.Composable]) -> sql.Composable:
    """Join conditions with `and`; none at all is true."""
    return sql.SQL(" and ").join(conditions) if conditions else sql.SQL("true")
