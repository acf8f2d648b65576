"""Made-up events for the API's tests: a week of odd and ordinary visitors, always the same."""

import random
from datetime import UTC, datetime, timedelta

from tests.integration.api_model import Event

START = datetime(2026, 3, 2, tzinfo=UTC)
CAMERAS = {
    "CAM-A": ("Front door", "north"),
    "CAM-B": ("Checkout 1", "north"),
    "CAM-C": ("Aisle", "north"),
    "CAM-D": ("Gate", "south"),
}
ZONES = {"north": "Europe/Berlin", "south": "America/New_York"}
CATEGORIES = {"entrance": ["CAM-A", "CAM-D"], "checkout": ["CAM-B"], "general": ["CAM-C"]}
SILENT = "CAM-X"
SEEDS = (
    "insert into seeds.sites values ('north', 'North', 'Europe/Berlin'), "
    "('south', 'South', 'America/New_York')",
    "insert into seeds.cameras (camera_id, camera_name, site_id) "
    "values ('CAM-X', 'Unplugged', 'north')",
)


def made_up_events(seed: int = 7, persons: int = 25, days: int = 6) -> list[Event]:
    """Give visits with missed and repeated entries and exits, ties and other events."""
    dice = random.Random(seed)
    events: list[Event] = []
    for number in range(persons):
        person = f"P-{number:02}"
        for _ in range(dice.randint(1, 7)):
            camera = dice.choice(sorted(CAMERAS))
            at = START + timedelta(days=dice.randrange(days), minutes=dice.randrange(1440))
            stay = timedelta(minutes=dice.choice([0, 1, 7, 30, 95, 600, 1500]))
            kinds = dice.choice(["entry exit"] * 6 + ["entry", "exit", "appearance", "entry entry"])
            for step, kind in enumerate(kinds.split()):
                events.append(Event(at + step * stay, person, camera, kind))
    return sorted(set(events))
