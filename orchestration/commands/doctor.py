"""`dwellhouse doctor`: looks for what keeps a stack from working, and says how to mend it."""

import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg

from orchestration.commands.outside_database import SETTING, looked_at
from orchestration.commands.quarantine import quarantined_files
from orchestration.commands.seed_files import seed_problems
from orchestration.lib.building.dbt_build import PROJECT_FOLDER
from orchestration.lib.chosen_folder import HOME, LANDING, nearest_existing, try_to_write
from orchestration.lib.landing.landing_files import Landing
from orchestration.lib.reading.source_profiles import SourceProfileError, read_source_profiles
from orchestration.runtime.embedded_postgres import EmbeddedPostgres
from orchestration.runtime.listening import (
    AddressError,
    PortInUseError,
    listeners,
    require_free_port,
)
from orchestration.runtime.stack_state import running_stack
from orchestration.runtime.warehouse_urls import Warehouse, WarehouseError
from orchestration.settings import Settings
from serving.settings import PREFIX

SEEDS = PROJECT_FOLDER / "seeds"
MINIMUM_FREE_BYTES = 2 * 1024**3


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; `remedy` is None where all is well."""

    subject: str
    seen: str
    remedy: str | None = None


Look = Callable[[Settings], Iterator[Finding]]


def findings(settings: Settings) -> Iterator[Finding]:
    """Look at everything, one after the other; not into a folder that cannot be used."""
    yield from _python(settings)
    yield from _disk(settings)
    home, landing = _folder(HOME, settings.home), _folder(LANDING, settings.landing)
    yield from (home, landing)
    yield from _seeds(settings)
    into_home: list[Look] = [] if home.remedy else [_secrets, _ports, _database]
    into_landing: list[Look] = [] if landing.remedy else [_places, _source_profiles, _files]
    for look in (*into_landing, *into_home):
        yield from look(settings)


def _python(_settings: Settings) -> Iterator[Finding]:
    yield Finding("Python", ".".join(map(str, sys.version_info[:3])))


def _folder(setting: str, folder: Path) -> Finding:
    name = f"{setting.removeprefix(PREFIX).lower()} folder"
    existing = nearest_existing(folder)
    try:
        try_to_write(existing)
    except OSError as error:
        mending = f"Make {existing} a folder that you can write to, or set {setting}"
        return Finding(name, f"{folder} cannot be written to: {error.strerror}", mending)
    return Finding(name, str(folder))


def _secrets(settings: Settings) -> Iterator[Finding]:
    secrets = settings.home / "secrets"
    if secrets.exists():
        open_to_others = [path for path in secrets.iterdir() if path.stat().st_mode & 0o077]
        remedy = f"chmod 600 {secrets}/*" if open_to_others else None
        yield Finding("secrets", "readable by others" if remedy else "closed to others", remedy)


def _disk(settings: Settings) -> Iterator[Finding]:
    for setting, folder in ((HOME, settings.home), (LANDING, settings.landing)):
        existing = nearest_existing(folder)
        free = shutil.disk_usage(existing).free
        remedy = None if free > MINIMUM_FREE_BYTES else f"Free some space, or move {setting}"
        yield Finding("disk", f"{free / 1024**3:.1f} GiB free at {existing}", remedy)


def _places(settings: Settings) -> Iterator[Finding]:
    """Look where files go: one that cannot be moved stays in landing, though it is loaded."""
    places = Landing(settings.landing)
    for folder in (places.archive, places.quarantine):
        if folder.exists():
            found = _folder(LANDING, folder)
            yield Finding(f"{folder.name} folder", found.seen, found.remedy)


def _source_profiles(settings: Settings) -> Iterator[Finding]:
    try:
        names = [profile.name for profile in read_source_profiles(settings.landing).profiles]
        yield Finding("source profiles", ", ".join(names))
    except SourceProfileError as error:
        yield Finding("source profiles", "cannot be used", str(error))


def _seeds(_settings: Settings) -> Iterator[Finding]:
    """Look for what would fail each build, wherever its data came from."""
    problems = list(seed_problems(SEEDS))
    for what, remedy in problems:
        yield Finding("seeds", what, f"{remedy}, in {SEEDS}")
    if not problems:
        yield Finding("seeds", str(SEEDS))


def _files(settings: Settings) -> Iterator[Finding]:
    landing = Landing(settings.landing)
    for name, reason in landing.ignored():
        what, _, remedy = reason.partition("; ")
        yield Finding(f"{name!r} in landing", f"is not loaded: {what}", remedy)
    count = len(quarantined_files(landing))
    hint = "; dwellhouse quarantine list tells why" if count else ""
    yield Finding("quarantine", f"{count} file{'' if count == 1 else 's'}{hint}")


def _ports(settings: Settings) -> Iterator[Finding]:
    if running_stack(settings.home) is not None:
        yield Finding("stack", "runs")
        return
    yield Finding("stack", "does not run; start it with: make up")
    for name, host, port in listeners(settings):
        try:
            require_free_port(name, host, port)
            yield Finding(f"port {port}", "free")
        except PortInUseError:
            remedy = f"End what uses it, or set DWELLHOUSE_{name}_PORT"
            yield Finding(f"port {port}", "in use", remedy)
        except AddressError as error:
            yield Finding(f"port {port}", "cannot be listened at", str(error))


def _database(settings: Settings) -> Iterator[Finding]:
    if settings.database_url is not None:
        seen, remedy = looked_at(settings.database_url)
        yield Finding(SETTING, seen, remedy)
        if remedy is not None:
            return
    try:
        urls = Warehouse.of_home(settings.home)
    except WarehouseError:
        yield Finding("database", "not made yet; the first start makes it")
        return
    if settings.database_url is None and not _embedded_runs(settings.home):
        yield Finding("database", "the embedded one, not running; it starts with the stack")
        return
    for role, url in vars(urls).items():
        try:
            with psycopg.connect(url, connect_timeout=3) as connection:
                major = connection.info.server_version // 10000
            yield Finding(f"database as {role}", f"Postgres {major} answers")
        except psycopg.OperationalError as error:
            yield Finding(
                f"database as {role}", str(error).strip(), "Start the stack anew: make up"
            )


def _embedded_runs(home: Path) -> bool:
    """Tell whether the server answers at its port: a crash leaves its pid file behind."""
    server = EmbeddedPostgres(home)
    return (server.data / "postmaster.pid").exists() and server.is_listening()
