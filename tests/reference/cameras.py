"""The site and time zone of a camera, and what it watches."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tests.reference.events import Event, smallest

CHECKOUT = ("cashier", "kasir", "checkout", "till", "payment", "counter")
ENTRANCE = ("entrance", "entry", "front door", "gate")


@dataclass(frozen=True)
class Camera:
    """A camera that has events."""

    camera_id: str
    site_id: str
    timezone: str
    camera_name: str | None
    zone: str | None
    category: str
    event_count: int


def cameras_of(
    events: Iterable[Event], timezones: Mapping[str, str], default_timezone: str
) -> dict[str, Camera]:
    """Give the cameras of the events; `timezones` is what sites.csv says, by site."""
    own: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        own[event.camera_id].append(event)
    cameras = {}
    for camera_id, seen in own.items():
        site_id = smallest(event.site_id for event in seen) or "default"
        name = smallest(event.camera_name for event in seen)
        zone = smallest(event.zone for event in seen)
        timezone = timezones.get(site_id, default_timezone)
        category = _category(name, zone)
        cameras[camera_id] = Camera(camera_id, site_id, timezone, name, zone, category, len(seen))
    return cameras


def _category(*texts: str | None) -> str:
    told = [text.lower() for text in texts if text]
    for category, words in (("checkout", CHECKOUT), ("entrance", ENTRANCE)):
        if any(word in text for word in words for text in told):
            return category
    return "general"
