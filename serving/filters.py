"""The one set of filters: read from the query string, then fitted to what is published."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Depends, Query
from pydantic import BaseModel, Field

from serving.answering.snapshot import Snapshot
from serving.calendar.ranges import Range, parse_bound, parse_last, range_until
from serving.choices import SessionStatus
from serving.chosen import Chosen, Values
from serving.errors import invalid, unknown
from serving.numbers import PlainNumber
from serving.queries.published import Camera, Demographics

CATEGORIES = frozenset({"checkout", "entrance", "general"})


@dataclass(frozen=True)
class Filters:
    """The filters as they were asked."""

    asked: Chosen
    range: Range
    last: timedelta | None

    def fit(self, snapshot: Snapshot, clock: datetime | None = None) -> Chosen:
        """Check ids and give the filters; `last` counts back from `clock`, else the data clock."""
        _check("site_id", self.asked.site_ids, snapshot.zones)
        _check("camera_id", self.asked.camera_ids, snapshot.cameras)
        categories = CATEGORIES | {camera.category for camera in snapshot.cameras.values()}
        _check("category", self.asked.categories, categories)
        return self._within(self.range_at(clock or snapshot.as_of), snapshot)

    def check_demographics(self, known: Demographics) -> None:
        """Raise a 422 for an age group or gender that nobody has."""
        _check("age_group", self.asked.age_groups, known.age_groups)
        _check("gender", self.asked.genders, known.genders)

    @property
    def of_time(self) -> str:
        """The parameter that bounds the range; `from` where there are two."""
        if self.last is not None:
            return "last"
        return "to" if self.range.start is None else "from"

    def fit_previous(
        self, snapshot: Snapshot, clock: datetime | None = None
    ) -> tuple[Chosen, Range] | None:
        """Give the same filters for the preceding range, and that range, if there is one."""
        previous = self.range_at(clock or snapshot.as_of).previous(self.last)
        return (self._within(previous, snapshot), previous) if previous else None

    def range_at(self, clock: datetime | None) -> Range:
        """Give the range, which `last` ends at `clock`."""
        return self.range if self.last is None else range_until(clock, self.last)

    def _within(self, wanted: Range, snapshot: Snapshot) -> Chosen:
        sites = {camera.site_id for camera in chosen_cameras(self.asked, snapshot)}
        zones = {site: zone for site, zone in snapshot.zones.items() if site in sites}
        spans = wanted.spans(zones or {"": ZoneInfo("UTC")})
        return replace(self.asked, spans=spans)


def chosen_cameras(chosen: Chosen, snapshot: Snapshot) -> list[Camera]:
    """Give the cameras that the filters on place leave, in the order of their ids."""
    fitting = (
        camera
        for camera in snapshot.cameras.values()
        if (not chosen.site_ids or camera.site_id in chosen.site_ids)
        and (not chosen.camera_ids or camera.camera_id in chosen.camera_ids)
        and (not chosen.categories or camera.category in chosen.categories)
    )
    return sorted(fitting, key=lambda camera: camera.camera_id)


def _check(name: str, values: Values, known: Collection[str]) -> None:
    for value in values:
        if value not in known:
            raise unknown(name, value, known)


def _range(start: str | None, end: str | None, last: str | None) -> tuple[Range, timedelta | None]:
    if last is None:
        bounds = {"from": start, "to": end}
        parsed = [parse_bound(name, text) if text else None for name, text in bounds.items()]
        return Range(*parsed), None
    if start or end:
        raise invalid("last", "Give either last, or from and to, not both.")
    return Range(), parse_last(last)


class PlaceParameters(BaseModel):
    """The filters by time and place, as they stand in the query string."""

    from_: Annotated[
        str | None,
        Field(
            alias="from",
            description="First instant, or a date in the site's time zone.",
            examples=["2026-03-01", "2026-03-01T08:00:00+01:00"],
        ),
    ] = None
    to: Annotated[
        str | None,
        Field(
            description="The instant or date where the range ends; itself no longer in it.",
            examples=["2026-03-08"],
        ),
    ] = None
    last: Annotated[
        str | None,
        Field(
            description="In place of from and to: so long until the data clock (m, h, d, w).",
            examples=["7d"],
        ),
    ] = None
    site_id: Annotated[Values, Field(description="One of these sites.")] = ()
    camera_id: Annotated[Values, Field(description="One of these cameras.")] = ()
    category: Annotated[
        Values, Field(description="Cameras of one of these categories.", examples=[["entrance"]])
    ] = ()


class FilterParameters(PlaceParameters):
    """These, and the filters that leave out some persons or sessions."""

    person_id: Annotated[Values, Field(description="One of these persons.")] = ()
    status: Annotated[
        tuple[SessionStatus, ...],
        Field(description="Sessions that ended so, and the events of such sessions."),
    ] = ()
    min_dwell: Annotated[
        float | None,
        Field(
            ge=0,
            allow_inf_nan=False,
            description="Sessions at least so many seconds long.",
            examples=[60],
        ),
        PlainNumber,
    ] = None
    max_dwell: Annotated[
        float | None,
        Field(
            ge=0,
            allow_inf_nan=False,
            description="Sessions at most so many seconds long.",
            examples=[3600],
        ),
        PlainNumber,
    ] = None
    age_group: Annotated[
        Values,
        Field(description="Persons of these age groups; unknown is one.", examples=[["adult"]]),
    ] = ()
    gender: Annotated[
        Values,
        Field(description="Persons of these genders; unknown is one.", examples=[["female"]]),
    ] = ()


async def read_places(given: Annotated[PlaceParameters, Query()]) -> Filters:
    """Read the filters of a route that knows of no person or session."""
    asked = Chosen(given.site_id, given.camera_id, categories=given.category)
    return Filters(asked, *_range(given.from_, given.to, given.last))


async def read_filters(given: Annotated[FilterParameters, Query()]) -> Filters:
    """Read the filters; raises a 422 for what contradicts itself."""
    if (
        given.min_dwell is not None
        and given.max_dwell is not None
        and given.min_dwell > given.max_dwell
    ):
        raise invalid("min_dwell", "min_dwell is larger than max_dwell; swap them.")
    asked = Chosen(
        given.site_id, given.camera_id, given.person_id, given.category, given.status,
        given.min_dwell, given.max_dwell, given.age_group, given.gender,
    )  # fmt: skip
    return Filters(asked, *_range(given.from_, given.to, given.last))


PlaceQuery = Annotated[Filters, Depends(read_places)]
FilterQuery = Annotated[Filters, Depends(read_filters)]
