"""The time zone that a request asks for."""

from functools import lru_cache
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

from fastapi import Depends, Query

from serving.errors import unknown


@lru_cache(maxsize=1)
def _known() -> frozenset[str]:
    # "localtime" and the like are of this machine, and mean nothing to the database.
    return frozenset(name for name in available_timezones() if name[0].isupper())


async def read_zone(
    tz: Annotated[
        str | None,
        Query(
            description="Time zone of hours, days and weeks, in place of each site's own.",
            examples=["Europe/Berlin"],
        ),
    ] = None,
) -> ZoneInfo | None:
    """Read the zone, None for that of each site; raises a 422 for one that there is not."""
    if tz is None:
        return None
    if tz not in _known():
        raise unknown("tz", tz, _known())
    return ZoneInfo(tz)


ZoneQuery = Annotated[ZoneInfo | None, Depends(read_zone)]
