"""Series of cameras or sites: their windows, what is known of each bucket, and their points."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from serving.answering.snapshot import Snapshot
from serving.calendar.series import STEPS, Window, points
from serving.calendar.windows import MOST_POINTS, check_windows, points_in, windows_of
from serving.choices import CameraOrSite, Granularity
from serving.chosen import Chosen
from serving.filters import chosen_cameras
from serving.queries.listing import Type
from serving.queries.published import Camera
from serving.queries.series import (
    Buckets,
    Measures,
    read_alive,
    read_counted,
    read_stored,
)
from serving.queries.statements import Connection

OR_COARSER = f"or the next longer one by which there are no more than {MOST_POINTS:,} points"


@dataclass(frozen=True)
class Plot:
    """Series as they are asked for, of what the filters choose."""

    measures: Measures
    of: CameraOrSite
    granularity: Granularity
    zone: ZoneInfo | None
    chosen: Chosen

    @property
    def types(self) -> dict[str, Type]:
        """The columns of a point, and their types."""
        ids: dict[str, Type] = {"camera_id": "text"} if self.of == "camera" else {}
        return {
            **ids, "site_id": "text", "bucket_start": "timestamptz", **self.measures.columns,
            "partial": "boolean",
        }  # fmt: skip

    @classmethod
    def asked(
        cls, measures: Measures, of: CameraOrSite, granularity: Granularity | None,
        zone: ZoneInfo | None, chosen: Chosen, snapshot: Snapshot,
    ) -> "Plot":  # fmt: skip
        """Give the plot; if no granularity is asked for, of the usual one or the next that fits."""
        plot = cls(measures, of, granularity or measures.usual_granularity, zone, chosen)
        return plot if granularity else plot._fitted(snapshot)

    def _fitted(self, snapshot: Snapshot) -> "Plot":
        """Give this plot or the next coarser that has not too many points, else the coarsest."""
        coarser = list(STEPS)[list(STEPS).index(self.granularity) :]
        plots = [replace(self, granularity=granularity) for granularity in coarser]
        return next((plot for plot in plots if plot._fits(snapshot)), plots[-1])

    async def points(self, connection: Connection, snapshot: Snapshot) -> list[str]:
        """Give the points of all series as JSON, one series after the other, in whole buckets."""
        cameras = chosen_cameras(self.chosen, snapshot)
        windows = self._windows(cameras, snapshot)
        series = self._series(cameras, windows)
        check_windows(series.values())
        if self._is_stored(snapshot, windows):
            bounds = {name: window.bounds for name, window in series.items() if window.bounds}
            buckets = await read_stored(
                connection, self.measures, self.of, self.granularity, bounds
            )
            alive: set[str] = set()
        else:
            edges = {site_id: window.edges for site_id, window in windows.items() if window.edges}
            buckets = await read_counted(connection, self.measures, self.of, self.chosen, edges)
            alive = await self._alive(connection, cameras, edges)
        return self._plotted(cameras, series, buckets, alive)

    def _fits(self, snapshot: Snapshot) -> bool:
        cameras = chosen_cameras(self.chosen, snapshot)
        series = self._series(cameras, self._windows(cameras, snapshot))
        return points_in(series.values()) <= MOST_POINTS

    def _windows(self, cameras: list[Camera], snapshot: Snapshot) -> dict[str, Window]:
        return windows_of(self.chosen, cameras, snapshot, self.granularity, self.zone)

    def _series(self, cameras: list[Camera], windows: dict[str, Window]) -> dict[str, Window]:
        """Give the window of each series by its id, in order."""
        if self.of == "site":
            return dict(sorted(windows.items()))
        return {one.camera_id: windows[one.site_id] for one in cameras if one.site_id in windows}

    def _is_stored(self, snapshot: Snapshot, windows: dict[str, Window]) -> bool:
        """Tell whether the marts hold these very buckets: of everybody, in the site's own zone."""
        is_narrowed = self.of == "site" and self.chosen.is_of_cameras
        return (
            not self.chosen.is_of_persons
            and not is_narrowed
            and all(snapshot.zones[site].key == one.zone.key for site, one in windows.items())
        )

    async def _alive(
        self,
        connection: Connection,
        cameras: list[Camera],
        edges: Mapping[str, Sequence[datetime]],
    ) -> set[str]:
        """Give the ids of the series whose cameras sent anything at all, whoever it was about."""
        bounds = [
            (camera.camera_id, edges[camera.site_id][0], edges[camera.site_id][-1])
            for camera in cameras
            if camera.site_id in edges
        ]
        sent = await read_alive(connection, bounds)
        if self.of == "camera":
            return sent
        return {camera.site_id for camera in cameras if camera.camera_id in sent}

    def _plotted(
        self, cameras: list[Camera], series: dict[str, Window], buckets: Buckets, alive: set[str]
    ) -> list[str]:
        sites = {camera.camera_id: camera.site_id for camera in cameras}
        return [
            point
            for name, window in series.items()
            for point in points(
                {"camera_id": name, "site_id": sites[name]}
                if self.of == "camera"
                else {"site_id": name},
                self.measures.columns,
                window,
                buckets.get(name, {}),
                is_alive=name in alive,
            )
        ]
