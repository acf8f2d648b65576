"""The words of the file contract: columns, event types and their other names, readings of times."""

from typing import Final, Literal, get_args

RequiredColumn = Literal["timestamp", "person_id", "camera_id", "event_type"]
OptionalColumn = Literal["age_group", "gender", "camera_name", "zone", "site_id"]
Column = Literal[RequiredColumn, OptionalColumn]
EventType = Literal["entry", "exit", "appearance", "loiter", "crowd"]

REQUIRED_COLUMNS: Final[tuple[str, ...]] = get_args(RequiredColumn)
KNOWN_COLUMNS: Final[tuple[str, ...]] = get_args(Column)
# What tables are keyed by. An entry of an index holds two of them, and has 2,704 bytes at most.
KEY_COLUMNS: Final = ("person_id", "camera_id", "site_id", "age_group", "gender")
MOST_KEY_BYTES: Final = 1_000
EVENT_TYPES: Final[tuple[str, ...]] = get_args(EventType)
EVENT_ALIASES: Final = {
    **dict.fromkeys(("entry", "enter", "entered", "in", "ingress"), "entry"),
    **dict.fromkeys(("exit", "leave", "left", "out", "egress"), "exit"),
}

# What reading a timestamp came to.
READ: Final = "read"
MISSING: Final = "missing"
UNPARSEABLE: Final = "unparseable"
AMBIGUOUS: Final = "ambiguous"
NONEXISTENT: Final = "nonexistent"
