"""What assets and sensors work with, made from the settings and the home folder."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta

import dagster as dg
import psycopg

from expectations.verdict import Limits
from orchestration.lib.landing.landing_files import Landing
from orchestration.lib.loading.load_outcome import LoadRules
from orchestration.lib.reading.source_profiles import read_source_profiles
from orchestration.runtime.warehouse_urls import Warehouse
from orchestration.settings import Settings, current_settings


class WarehouseResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """Connections to the warehouse, each as the role that the work needs."""

    @property
    def urls(self) -> Warehouse:
        """The URLs of the roles, as the last start of the stack wrote them down."""
        return Warehouse.of_home(current_settings().home)

    @contextmanager
    def loading(self) -> Iterator[psycopg.Connection]:
        """Give an autocommit connection of the role loader."""
        with psycopg.connect(self.urls.loader, autocommit=True) as connection:
            yield connection

    @contextmanager
    def transforming(self) -> Iterator[psycopg.Connection]:
        """Give an autocommit connection of the role transformer."""
        with psycopg.connect(self.urls.transformer, autocommit=True) as connection:
            yield connection


class LandingResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The landing folder and the rules by which its files are taken."""

    @property
    def landing(self) -> Landing:
        """The folder that is watched."""
        return Landing(current_settings().landing)

    @property
    def rules(self) -> LoadRules:
        """How files are read and judged."""
        return load_rules(current_settings())


def load_rules(settings: Settings) -> LoadRules:
    """Give the rules of loading that these settings say."""
    return LoadRules(
        limits=Limits(
            max_columns=settings.max_columns,
            max_field_length=settings.max_field_length,
            max_rejected_share=settings.max_rejected_share,
        ),
        timezone=settings.default_timezone,
        earliest=datetime.combine(settings.earliest_event, time(), UTC),
        future_tolerance=timedelta(hours=settings.future_tolerance_hours),
        chunk_rows=settings.chunk_rows,
        max_file_bytes=settings.max_file_bytes,
        max_file_rows=settings.max_file_rows,
        max_attempts=settings.max_attempts,
        stalled_seconds=settings.stalled_seconds,
        sources=read_source_profiles(settings.landing),
    )


@dg.definitions
def resources() -> dg.Definitions:
    """Give the resources by the names that assets ask for."""
    return dg.Definitions(
        resources={"warehouse": WarehouseResource(), "landing": LandingResource()}
    )
