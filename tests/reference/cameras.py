"""The site and time zone of a camera, and what it watches."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from tests.reference.events import Event, smallest

CHECKOUT = ("cashier", "kasir", "checkout", "till", "payment", "counter")
ENTRANCE = ("entrance", "entry", "front door", "gate")


@dataclass(frozen=True)
class SeededCamera:
    """A row of cameras.csv: a filled cell wins over the camera's events."""

    camera_id: str
    camera_name: str | None = None
    site_id: str | None = None
    zone: str | None = None
    category: str | None = None


@dataclass(frozen=True)
class Camera:
    """A camera that has events, or that cameras.csv names."""

    camera_id: str
    site_id: str
    timezone: str
    camera_name: str | None
    zone: str | None
    category: str
    event_count: int


@dataclass(frozen=True)
class DimCamera:
    """A row of `dim_cameras`."""

    camera_id: str
    site_id: str
    camera_name: str | None
    zone: str | None
    category: str
    first_event_at: datetime | None
    last_event_at: datetime | None
    event_count: int


@dataclass(frozen=True)
class DimSite:
    """A row of `dim_sites`; a site has a name in sites.csv only, which the model leaves out."""

    site_id: str
    timezone: str
    camera_count: int


def cameras_of(
    events: Iterable[Event],
    timezones: Mapping[str, str],
    default_timezone: str,
    seeded: Iterable[SeededCamera] = (),
) -> dict[str, Camera]:
    """Give the cameras of the events and of cameras.csv; `timezones` is sites.csv, by site."""
    seeds = {seed.camera_id: seed for seed in seeded}
    own: dict[str, list[Event]] = {camera_id: [] for camera_id in seeds}
    for event in events:
        own.setdefault(event.camera_id, []).append(event)
    cameras = {}
    for camera_id, seen in own.items():
        seed = seeds.get(camera_id, SeededCamera(camera_id))
        site_id = seed.site_id or smallest(event.site_id for event in seen) or "default"
        name = seed.camera_name or smallest(event.camera_name for event in seen)
        zone = seed.zone or smallest(event.zone for event in seen)
        timezone = timezones.get(site_id, default_timezone)
        category = seed.category or _category(name, zone)
        cameras[camera_id] = Camera(camera_id, site_id, timezone, name, zone, category, len(seen))
    return cameras


def dim_cameras(events: Iterable[Event], cameras: Mapping[str, Camera]) -> list[DimCamera]:
    """Give every camera with its first and last event."""
    instants: dict[str, list[datetime]] = defaultdict(list)
    for event in events:
        instants[event.camera_id].append(event.event_at)
    return [
        DimCamera(
            camera_id=camera.camera_id,
            site_id=camera.site_id,
            camera_name=camera.camera_name,
            zone=camera.zone,
            category=camera.category,
            first_event_at=min(instants[camera.camera_id], default=None),
            last_event_at=max(instants[camera.camera_id], default=None),
            event_count=camera.event_count,
        )
        for camera in cameras.values()
    ]


def dim_sites(
    cameras: Mapping[str, Camera], timezones: Mapping[str, str], default_timezone: str
) -> list[DimSite]:
    """Give every site that has a camera or stands in sites.csv."""
    counts = Counter(camera.site_id for camera in cameras.values())
    return [
        DimSite(site_id, timezones.get(site_id, default_timezone), counts[site_id])
        for site_id in counts.keys() | timezones.keys()
    ]


def _category(*texts: str | None) -> str:
    told = [text.lower() for text in texts if text]
    for category, words in (("checkout", CHECKOUT), ("entrance", ENTRANCE)):
        if any(word in text for word in words for text in told):
            return category
    return "general"
