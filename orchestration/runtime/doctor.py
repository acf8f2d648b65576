"""`dwellhouse doctor`: looks for what keeps a stack from working, and says how to mend it."""

import os
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg

from orchestration.lib.landing_files import Landing
from orchestration.lib.source_profiles import SourceProfileError, read_source_profiles
from orchestration.runtime.quarantine import quarantined_files
from orchestration.runtime.stack_state import running_stack
from orchestration.runtime.warehouse import Warehouse, WarehouseError
from orchestration.settings import Settings

MINIMUM_FREE_BYTES = 2 * 1024**3


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; `remedy` is None where all is well."""

    subject: str
    seen: str
    remedy: str | None = None


def findings(settings: Settings) -> Iterator[Finding]:
    """Look at everything, one after the other."""
    looks: list[Callable[[Settings], Iterator[Finding]]] = [
        _python, _folders, _disk, _source_profiles, _files, _ports, _database,
    ]  # fmt: skip
    for look in looks:
        yield from look(settings)


def _python(_settings: Settings) -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    remedy = None if sys.version_info >= (3, 11) else "Install Python 3.11 or newer; run make setup"
    yield Finding("Python", version, remedy)


def _folders(settings: Settings) -> Iterator[Finding]:
    for name, folder in (("home folder", settings.home), ("landing folder", settings.landing)):
        existing = next(path for path in (folder, *folder.parents) if path.exists())
        if existing.is_dir() and os.access(existing, os.W_OK):
            yield Finding(name, str(folder))
        else:
            setting = "DWELLHOUSE_HOME" if folder == settings.home else "DWELLHOUSE_LANDING"
            mending = f"Make {existing} a folder that you can write to, or set {setting}"
            yield Finding(name, f"{folder} cannot be written to", mending)
    secrets = settings.home / "secrets"
    if secrets.exists():
        open_to_others = [path for path in secrets.iterdir() if path.stat().st_mode & 0o077]
        remedy = f"chmod 600 {secrets}/*" if open_to_others else None
        yield Finding("secrets", "readable by others" if remedy else "closed to others", remedy)


def _disk(settings: Settings) -> Iterator[Finding]:
    for name, folder in (("HOME", settings.home), ("LANDING", settings.landing)):
        existing = next(path for path in (folder, *folder.parents) if path.exists())
        free = shutil.disk_usage(existing).free
        remedy = (
            None if free > MINIMUM_FREE_BYTES else f"Free some space, or move DWELLHOUSE_{name}"
        )
        yield Finding("disk", f"{free / 1024**3:.1f} GiB free at {existing}", remedy)


def _source_profiles(settings: Settings) -> Iterator[Finding]:
    try:
        names = [profile.name for profile in read_source_profiles(settings.landing).profiles]
        yield Finding("source profiles", ", ".join(names))
    except SourceProfileError as error:
        yield Finding("source profiles", "cannot be used", str(error))


def _files(settings: Settings) -> Iterator[Finding]:
    landing = Landing(settings.landing)
    for name, reason in landing.ignored():
        what, _, remedy = reason.partition("; ")
        yield Finding(f"{name!r} in landing", f"is not loaded: {what}", remedy)
    count = len(quarantined_files(landing))
    told = "; dwellhouse quarantine list tells why" if count else ""
    yield Finding("quarantine", f"{count} file{'' if count == 1 else 's'}{told}")


def _ports(settings: Settings) -> Iterator[Finding]:
    if running_stack(settings.home) is not None:
        yield Finding("stack", "runs")
        return
    yield Finding("stack", "does not run; start it with: make up")
    for name, host, port in (
        ("DAGSTER", settings.dagster_host, settings.dagster_port),
        ("API", settings.api_host, settings.api_port),
    ):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            is_free = probe.connect_ex((host, port)) != 0
        remedy = None if is_free else f"End what uses it, or set DWELLHOUSE_{name}_PORT"
        yield Finding(f"port {port}", "free" if is_free else "in use", remedy)


def _database(settings: Settings) -> Iterator[Finding]:
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
    return (home / "postgres" / "postmaster.pid").exists()
