"""Made-up events for the API's tests: a week of odd and ordinary visitors, always the same."""

import random
from datetime import UTC, datetime, timedelta

from tests.reference.cameras import SeededCamera
from tests.reference.events import RawRow
from tests.reference.warehouse import Marts, modelled

START = datetime(2026, 3, 2, tzinfo=UTC)
CAMERAS = {
    "CAM-A": ("Front door", "north"),
    "CAM-B": ("Checkout 1", "north"),
    "CAM-C": ("Aisle", "north"),
    "CAM-D": ("Gate", "south"),
}
ZONES = {"north": "Europe/Berlin", "south": "America/New_York"}
SILENT = "CAM-X"
SEEDS = (
    "insert into seeds.sites values ('north', 'North', 'Europe/Berlin'), "
    "('south', 'South', 'America/New_York')",
    "insert into seeds.cameras (camera_id, camera_name, site_id) "
    "values ('CAM-X', 'Unplugged', 'north')",
)
SEEDED = [SeededCamera(SILENT, "Unplugged", "north")]


def made_up_rows(seed: int = 7, persons: int = 25, days: int = 6) -> list[RawRow]:
    """Give visits with missed and repeated entries and exits, ties and other events."""
    dice = random.Random(seed)
    rows: list[RawRow] = []
    for number in range(persons):
        person = f"P-{number:02}"
        age_group, gender = dice.choice(["adult", "child", None]), dice.choice(["f", "m", None])
        for _ in range(dice.randint(1, 7)):
            camera = dice.choice(sorted(CAMERAS))
            at = START + timedelta(days=dice.randrange(days), minutes=dice.randrange(1440))
            stay = timedelta(minutes=dice.choice([0, 1, 7, 30, 95, 600, 1500]))
            kinds = dice.choice(["entry exit"] * 6 + ["entry", "exit", "appearance", "entry entry"])
            name, site = CAMERAS[camera]
            for step, kind in enumerate(kinds.split()):
                when = at + step * stay
                rows.append(
                    RawRow(1, when, person, camera, kind, age_group, gender, name, None, site)
                )
    return rows


def changing_of_the_guard() -> list[RawRow]:
    """Give three who leave at the instant at which three others come: never six at once.

    Their ids hold what has a meaning in an address.
    """
    name, site = CAMERAS["CAM-C"]
    at = [START + timedelta(days=3, hours=9, minutes=minutes) for minutes in (0, 30, 50)]
    return [
        RawRow(1, when, f"P/{guard} {number}+%2F?é", "CAM-C", kind, None, None, name, None, site)
        for number in range(3)
        for guard, bounds in (("old", at[:2]), ("new", at[1:]))
        for kind, when in zip(("entry", "exit"), bounds, strict=True)
    ]


ROWS = [*made_up_rows(), *changing_of_the_guard()]


def marts_of(rows: list[RawRow]) -> Marts:
    """Give what the plain-Python model makes of rows, with the sites and cameras of the tests."""
    return modelled(rows, ZONES, seeded_cameras=SEEDED)


MARTS = marts_of(ROWS)
CLOCK = max(row.event_at for row in ROWS)
