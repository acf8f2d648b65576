"""What files of events are made of."""

from datetime import datetime, timedelta

HEADER = "timestamp,person_id,camera_id,event_type\n"


def good_rows(count: int, person: str = "p", camera: str = "c1") -> str:
    """Give rows a minute apart, each of another person, without an offset."""
    start = datetime(2026, 5, 1, 9, 0)  # noqa: DTZ001
    return "".join(
        f"{start + timedelta(minutes=i)},{person}{i},{camera},entry\n" for i in range(count)
    )
