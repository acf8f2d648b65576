"""What an API works with, from its start to its end."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from serving.answering.exports import Exports
from serving.answering.load_events import LoadEvents
from serving.answering.snapshot import Snapshots
from serving.answering.versions import Versions
from serving.database import Database
from serving.front.audit import Audit
from serving.front.metrics import Metrics
from serving.front.redis_store import SharedRedis
from serving.settings import ServingSettings
from serving.uploading.landing import remove_abandoned
from serving.uploading.uploads import Uploads


@dataclass(frozen=True)
class Services:
    """Connections, memories and counters of one API; routes find them in `app.state`."""

    settings: ServingSettings
    database: Database
    access: Database
    redis: SharedRedis | None
    snapshots: Snapshots
    versions: Versions
    audit: Audit
    metrics: Metrics
    uploads: Uploads
    load_events: LoadEvents
    exports: Exports

    @classmethod
    def of(cls, settings: ServingSettings) -> "Services":
        """Make them; nothing connects before `running`."""
        database, access = Database.of_marts(settings), Database.of_access(settings)
        snapshots, audit = Snapshots(), Audit(access)
        return cls(
            settings=settings,
            database=database,
            access=access,
            redis=SharedRedis(settings.redis_url) if settings.redis_url else None,
            snapshots=snapshots,
            versions=Versions(database),
            audit=audit,
            metrics=Metrics(database, snapshots, audit),
            uploads=Uploads(database, access, settings.landing, settings.api_max_upload_bytes),
            load_events=LoadEvents(settings.api_patience_seconds),
            exports=Exports(settings.api_pool_size),
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Work for the length of a block; what waits to be written is written at its end."""
        remove_abandoned(self.settings.landing)
        async with AsyncExitStack() as stack:
            if self.redis:
                stack.push_async_callback(self.redis.close)
            for work in (self.database.opened(), self.access.opened(), self.audit.writing()):
                await stack.enter_async_context(work)
            yield
