"""The shape of cameras."""

from datetime import datetime

from pydantic import Field

from serving.schemas.envelopes import ListEnvelope, Row


class Camera(Row):
    """A camera and what is known of it."""

    camera_id: str = Field(examples=["CAM-01"])
    site_id: str = Field(examples=["default"])
    camera_name: str | None = Field(examples=["Main entrance"])
    zone: str | None = Field(examples=["lobby"])
    category: str = Field(description="checkout, entrance, general, …", examples=["entrance"])
    first_event_at: datetime | None = Field(examples=["2026-03-01T07:58:11+00:00"])
    last_event_at: datetime | None = Field(examples=["2026-03-07T21:14:09+00:00"])
    event_count: int = Field(examples=[912])


class CameraPage(ListEnvelope):
    """A page of cameras."""

    data: list[Camera]
