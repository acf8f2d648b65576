"""The range metrics of the API against the rules in plain Python."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.integration.api_client import Api
from tests.integration.api_events import CAMERAS, CATEGORIES, ZONES, made_up_events
from tests.integration.api_model import Event, Session, kpis_of, sessions_of

pytest_plugins = ["tests.integration.api_warehouse"]
pytestmark = pytest.mark.xdist_group("api")

EVENTS = made_up_events()
SESSIONS = sessions_of(EVENTS)
CLOCK = max(event.at for event in EVENTS)
ZONE_OF = {camera: ZoneInfo(ZONES[site]) for camera, (_, site) in CAMERAS.items()}
METRICS = set(kpis_of(EVENTS, SESSIONS, ZONE_OF))


def midnight(day: str, camera: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), time(), ZONE_OF[camera])


def expected(
    cameras: Iterable[str] = CAMERAS,
    person: str | None = None,
    bounds: dict[str, tuple[datetime, datetime]] | None = None,
    statuses: tuple[str, ...] = (),
    min_dwell: float | None = None,
) -> dict[str, float | None]:
    """Choose by hand what the filters mean, and give its metrics."""

    def fits(camera: str, who: str, at: datetime) -> bool:
        inside = not bounds or bounds[camera][0] <= at < bounds[camera][1]
        return camera in cameras and person in (None, who) and inside

    def session_fits(session: Session) -> bool:
        long_enough = min_dwell is None or (session.dwell or -1) >= min_dwell
        return (not statuses or session.status in statuses) and long_enough

    events = [e for e in EVENTS if fits(e.camera, e.person, e.at)]
    if statuses or min_dwell is not None:
        ends = {
            Event(at, s.person, s.camera, kind)
            for s in SESSIONS
            if session_fits(s)
            for at, kind in ((s.entry, "entry"), (s.exit, "exit"))
            if at
        }
        events = [event for event in events if event in ends]
    sessions = [s for s in SESSIONS if fits(s.camera, s.person, s.entry) and session_fits(s)]
    return kpis_of(events, sessions, ZONE_OF)


def same(answer: dict[str, float | None], wanted: dict[str, float | None]) -> bool:
    return {name: answer[name] for name in METRICS} == pytest.approx(wanted)


DAYS = {
    camera: (midnight("2026-03-03", camera), midnight("2026-03-05", camera)) for camera in CAMERAS
}
INSTANTS = dict.fromkeys(
    CAMERAS, (datetime(2026, 3, 3, 6, tzinfo=UTC), datetime(2026, 3, 6, 6, 30, tzinfo=UTC))
)
RECENT = dict.fromkeys(CAMERAS, (CLOCK - timedelta(days=2), CLOCK + timedelta(seconds=1)))


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("", expected()),
        ("from=2026-03-03&to=2026-03-05", expected(bounds=DAYS)),
        ("from=2026-03-03T06:00:00Z&to=2026-03-06T07:30:00%2B01:00", expected(bounds=INSTANTS)),
        ("from=2026-03-03T06:00:00Z&to=2026-03-06T07:30:00+01:00", expected(bounds=INSTANTS)),
        ("last=2d", expected(bounds=RECENT)),
        ("site_id=south", expected(cameras=["CAM-D"])),
        ("camera_id=CAM-A&camera_id=CAM-C", expected(cameras=["CAM-A", "CAM-C"])),
        ("category=entrance", expected(cameras=CATEGORIES["entrance"])),
        ("category=entrance&site_id=north", expected(cameras=["CAM-A"])),
        ("person_id=P-03", expected(person="P-03")),
        ("person_id=nobody", expected(person="nobody")),
        ("min_dwell=1800", expected(min_dwell=1800)),
        ("status=missing_exit&status=timed_out", expected(statuses=("missing_exit", "timed_out"))),
        (
            "status=closed&from=2026-03-03&to=2026-03-05&site_id=north",
            expected(["CAM-A", "CAM-B", "CAM-C"], bounds=DAYS, statuses=("closed",)),
        ),
    ],
)
def test_metrics_follow_the_rules(api: Api, query: str, wanted: dict[str, float | None]) -> None:
    answer = api.get(f"/v1/kpis?{query}").json()
    assert same(answer["data"], wanted)
    assert answer["data_version"] == 1
    assert datetime.fromisoformat(answer["as_of"]) == CLOCK


def test_previous_is_the_range_before(api: Api) -> None:
    before = {
        camera: (midnight("2026-03-03", camera), midnight("2026-03-05", camera))
        for camera in CAMERAS
    }
    after = {
        camera: (midnight("2026-03-05", camera), midnight("2026-03-07", camera))
        for camera in CAMERAS
    }
    data = api.get("/v1/kpis?from=2026-03-05&to=2026-03-07&compare=previous").json()["data"]
    assert same(data, expected(bounds=after))
    assert same(data["previous"], expected(bounds=before))
    change = data["total_events"] - data["previous"]["total_events"]
    assert data["change"]["total_events"]["absolute"] == change
    assert data["change"]["total_events"]["relative"] == pytest.approx(
        change / data["previous"]["total_events"]
    )


def test_nothing_is_null_not_zero(api: Api) -> None:
    data = api.get("/v1/kpis?from=2020-01-01&to=2020-01-02&compare=previous").json()["data"]
    assert data["unique_visitors"] == 0
    assert data["repeat_rate"] is None
    assert data["avg_dwell_seconds"] is None
    assert data["change"]["avg_dwell_seconds"] == {"absolute": None, "relative": None}
