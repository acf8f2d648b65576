"""What came in the course of time: files of raw rows, in batches."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import zip_longest
from typing import NamedTuple

from tests.reference.events import RawRow

File = list[RawRow]


class History(NamedTuple):
    """Files in the order in which they come, in batches; all rows of a file have its `load_id`.

    `timezones` is what sites.csv says, by site. Numbers of loads need not follow the order of
    arrival, for loads commit out of order.
    """

    timezones: dict[str, str]
    batches: list[list[File]]

    @property
    def rows(self) -> list[RawRow]:
        """All rows of all files, repeated ones too."""
        return [row for file in self.files for row in file]

    @property
    def files(self) -> list[File]:
        """All files, in the order in which they come."""
        return [file for batch in self.batches for file in batch]


def side_by_side(told: Sequence[History]) -> History:
    """Give one history of several, batch by batch, so that one build tries them all.

    They have persons, cameras and sites of their own; the data clock and the site `default`, where
    cameras without a site are, is what they share.
    """
    alone = [_renamed(history, str(number)) for number, history in enumerate(told)]
    timezones = {site: zone for one in alone for site, zone in one.timezones.items()}
    numbered = [one.batches for one in _with_own_loads(alone)]
    batches = zip_longest(*numbered, fillvalue=[])
    return History(timezones, [[file for part in batch for file in part] for batch in batches])


def _renamed(history: History, name: str) -> History:
    """Give the history with the name before persons and after cameras and sites.

    So person and camera joined are still the same text where they were.
    """

    def renamed(row: RawRow) -> RawRow:
        return replace(
            row,
            person_id=f"{name}.{row.person_id}",
            camera_id=f"{row.camera_id}.{name}",
            site_id=row.site_id and f"{row.site_id}.{name}",
        )

    timezones = {f"{site}.{name}": zone for site, zone in history.timezones.items()}
    batches = [[list(map(renamed, file)) for file in batch] for batch in history.batches]
    return History(timezones, batches)


def _with_own_loads(told: Sequence[History]) -> Iterator[History]:
    """Give the histories with loads that no other of them has."""
    taken = 0
    for one in told:
        batches = [
            [[replace(row, load_id=row.load_id + taken) for row in file] for file in batch]
            for batch in one.batches
        ]
        taken += len(one.files)
        yield History(one.timezones, batches)
