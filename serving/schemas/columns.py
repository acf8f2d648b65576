"""Columns that several answers have: what each means, said once."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

SESSION_ID = "0f0e7c4e-6d2e-8f2c-3b5c-1f9f3a9d2b11"

AsOf = Annotated[
    datetime | None,
    Field(
        description="The data clock: the latest event, in UTC; null while there is none",
        examples=["2026-03-07T21:14:09+00:00"],
    ),
]
PersonId = Annotated[
    str, Field(description="The person, as the camera system names them", examples=["P-0042"])
]
CameraId = Annotated[
    str, Field(description="The camera, as its events name it", examples=["CAM-01"])
]
SiteId = Annotated[
    str,
    Field(
        description='The site; "default" holds cameras that nothing assigns to a site',
        examples=["default"],
    ),
]
SiteOfCamera = Annotated[
    str,
    Field(description='The camera\'s site; "default" if nothing names one', examples=["default"]),
]
SessionId = Annotated[
    UUID,
    Field(
        description="A hash of person, camera and entry; late data never changes it",
        examples=[SESSION_ID],
    ),
]
EntryAt = Annotated[datetime, Field(description="The instant of the entry, in UTC")]
AgeGroup = Annotated[
    str, Field(description='Age group, "unknown" where it is not known', examples=["adult"])
]
Gender = Annotated[
    str, Field(description='Gender, "unknown" where it is not known', examples=["female"])
]

# Of a range; all time where none is asked for.
TotalEvents = Annotated[
    int, Field(description="Number of distinct events of any type in the range")
]
UniqueVisitors = Annotated[
    int, Field(description="Number of distinct persons with an event in the range")
]
RepeatVisitors = Annotated[
    int,
    Field(description="Number of persons with events on two or more site-local dates in the range"),
]
RateOfRepeats = Annotated[
    float | None,
    Field(description="repeat_visitors over unique_visitors; null if there are none"),
]
ClosedSessions = Annotated[
    int,
    Field(description="Number of closed sessions entered in the range; dwell is over these"),
]

TotalDwell = Annotated[
    float | None,
    Field(description="Sum of the lengths of closed sessions in seconds; null if there are none"),
]
AvgDwell = Annotated[
    float | None,
    Field(description="Mean length of closed sessions in seconds; null if there are none"),
]
MedianDwell = Annotated[
    float | None,
    Field(
        description="Median length of closed sessions in seconds, interpolated; "
        "null if there are none"
    ),
]
MaxDwell = Annotated[
    float | None,
    Field(description="Longest length of a closed session in seconds; null if there are none"),
]
