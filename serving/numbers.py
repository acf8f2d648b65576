"""Numbers as they are sent: Python would read 1_000 too, blanks around a number, other digits."""

import re

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

PLAIN = re.compile(r"[-+.0-9eE]+")


def _plain(value: object) -> object:
    if isinstance(value, str) and not PLAIN.fullmatch(value):
        raise PydanticCustomError("plain_number", "Input should be a number in plain digits")
    return value


PlainNumber = BeforeValidator(_plain)
