"""Made-up shops and the people in them: how a visit looks to the cameras it passes."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import NamedTuple, TypeVar

T = TypeVar("T")

OPENS_AT, CLOSES_AT = 8, 21
SECOND, MINUTE, HOUR = 1_000, 60_000, 3_600_000

MISSED_EXIT_SHARE = 0.02
ORPHAN_EXIT_SHARE = 0.01
APPEARANCE_SHARE = 0.08
UNKNOWN_SHARE = 0.06
CONFLICT_SHARE = 0.02
LOITER_MINUTES = 8

# Repeated where they are more frequent.
AGE_GROUPS = ("0-17", "18-24", "25-34", "25-34", "35-44", "35-44", "45-54", "55-64", "65+")
GENDERS = ("female", "male")
UNKNOWNS = ("unknown", "", "not_determined")
DEPARTMENTS = ("Fresh Food", "Household", "Electronics", "Clothing")


class Camera(NamedTuple):
    """A camera as an export names it."""

    camera_id: str
    camera_name: str
    zone: str
    site_id: str


class Person(NamedTuple):
    """Who is seen; the demographics are what most cameras see in them."""

    person_id: str
    age_group: str
    gender: str


class Sighting(NamedTuple):
    """One event; `at` is in milliseconds since local midnight of the day the visit began."""

    at: int
    person: Person
    camera: Camera
    event_type: str


@dataclass(frozen=True)
class Shop:
    """A site with one entrance, some aisles and some checkouts."""

    entrance: Camera
    aisles: tuple[Camera, ...]
    checkouts: tuple[Camera, ...]


def shop_of(number: int, cameras: int) -> Shop:
    """Give shop `number`, from 1, with that many cameras; three at least."""
    site = f"store-{number:02d}"
    places = max(1, cameras // 4)
    names = [("Front Door", "Entrance")]
    for aisle in range(1, cameras - places):
        names.append((f"Aisle {aisle}", DEPARTMENTS[aisle % len(DEPARTMENTS)]))
    names += [(f"Checkout {place}", "Checkout") for place in range(1, places + 1)]
    entrance, *others = (
        Camera(f"{site}-cam-{index:02d}", name, zone, site)
        for index, (name, zone) in enumerate(names, 1)
    )
    return Shop(entrance, tuple(others[:-places]), tuple(others[-places:]))


def person_of(number: int) -> Person:
    """Give person `number`, who looks the same at each visit without being remembered."""
    mixed = number * 2_654_435_761 >> 7
    age_group = AGE_GROUPS[mixed % len(AGE_GROUPS)]
    return Person(f"P{number:07d}", age_group, GENDERS[mixed // 16 % len(GENDERS)])


def visit(random: Random, shop: Shop, person: Person, at: int) -> Iterator[Sighting]:
    """Walk through the door, along some aisles, mostly to a checkout, and out of the door."""
    stops = [(shop.entrance, _between(random, 5, 40))]
    for _ in range(1 + int(random.random() * 4)):
        stops.append((_choice(random, shop.aisles), _between(random, 20, 900)))
    if random.random() < 0.85:
        rush = 1.5 if at // HOUR in (12, 17, 18) else 1.0
        stops.append((_choice(random, shop.checkouts), int(_between(random, 40, 600) * rush)))
    stops.append((shop.entrance, _between(random, 4, 25)))
    for camera, length in stops:
        yield from _session(random, camera, person, at, length)
        at += length + _between(random, 3, 60)


def shift(random: Random, shop: Shop, person: Person, at: int) -> Iterator[Sighting]:
    """Work for hours at one or another place, with breaks, at most until the shop closes."""
    end = min(at + _between(random, 5 * 3600, 9 * 3600), CLOSES_AT * HOUR)
    while at < end:
        camera = _choice(random, shop.checkouts + shop.aisles)
        length = min(_between(random, 1800, 3 * 3600), max(end - at, MINUTE))
        yield from _session(random, camera, person, at, length)
        at += length + _between(random, 60, 1800)


def _session(
    random: Random, camera: Camera, person: Person, at: int, length: int
) -> Iterator[Sighting]:
    seen = _as_seen(random, person)
    luck = random.random()
    if luck >= ORPHAN_EXIT_SHARE:
        yield Sighting(at, seen, camera, "entry")
    if length > LOITER_MINUTES * MINUTE:
        yield Sighting(at + length // 2, seen, camera, "loiter")
    elif luck > 1 - APPEARANCE_SHARE:
        yield Sighting(at + length // 3, seen, camera, "appearance")
    if not ORPHAN_EXIT_SHARE <= luck < ORPHAN_EXIT_SHARE + MISSED_EXIT_SHARE:
        yield Sighting(at + length, seen, camera, "exit")


def _as_seen(random: Random, person: Person) -> Person:
    """Cameras guess: now and then they cannot tell, or they take someone for another."""
    luck = random.random()
    if luck < UNKNOWN_SHARE:
        unknown = _choice(random, UNKNOWNS)
        return Person(person.person_id, unknown, unknown)
    if luck < UNKNOWN_SHARE + CONFLICT_SHARE:
        return Person(person.person_id, _choice(random, AGE_GROUPS), _choice(random, GENDERS))
    return person


def _between(random: Random, low: int, high: int) -> int:
    """Give milliseconds between two numbers of seconds, short ones more often."""
    return int((low + (high - low) * random.random() ** 2) * SECOND)


def _choice(random: Random, values: tuple[T, ...]) -> T:
    return values[int(random.random() * len(values))]
