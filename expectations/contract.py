"""The words of the file contract: columns, event types, and other names of these."""

from typing import Final

REQUIRED_COLUMNS: Final = ("timestamp", "person_id", "camera_id", "event_type")
OPTIONAL_COLUMNS: Final = ("age_group", "gender", "camera_name", "zone", "site_id")
KNOWN_COLUMNS: Final = REQUIRED_COLUMNS + OPTIONAL_COLUMNS

EVENT_TYPES: Final = ("entry", "exit", "appearance", "loiter", "crowd")
EVENT_ALIASES: Final = {
    **dict.fromkeys(("entry", "enter", "entered", "in", "ingress"), "entry"),
    **dict.fromkeys(("exit", "leave", "left", "out", "egress"), "exit"),
}
