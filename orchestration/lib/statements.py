"""The statements that are longer than a line or two, a file each in `sql/`."""

from functools import cache
from pathlib import Path
from typing import LiteralString

SQL = Path(__file__).parent / "sql"


@cache
def statement(name: str) -> LiteralString:
    """Read a statement by its name; it is the project's own, as trustworthy as its code."""
    return (SQL / f"{name}.sql").read_text(encoding="utf-8")
