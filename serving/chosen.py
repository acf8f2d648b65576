"""What the filters of an answer come to: ids that exist, and instants for each site."""

from dataclasses import dataclass
from datetime import datetime

Values = tuple[str, ...]


@dataclass(frozen=True)
class Span:
    """Instants `[start, end)` for some sites, or for all; a bound that is None is none."""

    start: datetime | None
    end: datetime | None
    site_ids: Values | None = None


@dataclass(frozen=True)
class Chosen:
    """Filters that are ready for a query; an empty one chooses everything."""

    site_ids: Values = ()
    camera_ids: Values = ()
    person_ids: Values = ()
    categories: Values = ()
    statuses: Values = ()
    min_dwell: float | None = None
    max_dwell: float | None = None
    age_groups: Values = ()
    genders: Values = ()
    spans: tuple[Span, ...] = ()

    @property
    def is_of_sessions(self) -> bool:
        """Tell whether a filter looks at the session that an event belongs to."""
        return bool(self.statuses) or self.min_dwell is not None or self.max_dwell is not None

    @property
    def is_of_cameras(self) -> bool:
        """Tell whether a filter leaves out some cameras of a site."""
        return bool(self.camera_ids or self.categories)

    @property
    def is_demographic(self) -> bool:
        """Tell whether a filter looks at what is known of a person."""
        return bool(self.age_groups or self.genders)

    @property
    def is_of_persons(self) -> bool:
        """Tell whether a filter leaves some persons out, or some of their sessions."""
        return bool(self.person_ids) or self.is_demographic or self.is_of_sessions

    @property
    def is_bounded(self) -> bool:
        """Tell whether time is bounded, from either side."""
        return any(span.start or span.end for span in self.spans)
