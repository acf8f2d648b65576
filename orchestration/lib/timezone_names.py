"""Names of time zones, as settings and source profiles give them."""

from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator


def known_timezone(name: str) -> str:
    """Give the name back; raises ValueError, which says what to write, if no zone has it."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        message = "this is no IANA time zone; write it like Europe/Berlin"
        raise ValueError(message) from error
    return name


Timezone = Annotated[str, AfterValidator(known_timezone)]
