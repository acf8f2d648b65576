"""Instants as the database writes them into JSON, so that one looks the same in every answer."""

from datetime import datetime

import orjson


def instant(at: datetime) -> str:
    """Give an instant in ISO 8601, with no more digits of a second than it has."""
    text = at.isoformat()
    return text[:19] + text[19:26].rstrip("0") + text[26:] if at.microsecond else text


def as_json(value: object) -> bytes:
    """Give a value as JSON."""
    return orjson.dumps(value, _as_text, orjson.OPT_PASSTHROUGH_DATETIME)


def _as_text(value: object) -> str:
    if isinstance(value, datetime):
        return instant(value)
    raise TypeError(type(value))
