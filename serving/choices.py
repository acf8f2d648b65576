"""Choices that several places know; in the OpenAPI document each is one type with its name."""

from typing import Literal

CameraOrSite = Literal["camera", "site"]
Granularity = Literal["hour", "day", "week"]
LoadStatus = Literal["loading", "loaded", "duplicate", "rejected", "failed"]
SessionStatus = Literal["closed", "open", "missing_exit", "timed_out"]
UploadStatus = Literal["waiting", "removed", LoadStatus]
