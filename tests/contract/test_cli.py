"""The command line: every command is listed and explained, and those in use by hand are quick."""

import gzip
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg
import pytest
import typer.main
from typer.testing import CliRunner

from orchestration.cli import app, main
from orchestration.lib.foreseen_error import told_of
from orchestration.settings import Settings
from serving.settings import ENV_FILE_NAME, PREFIX, PROJECT_ROOT
from tests.free_ports import free_port

COMMANDS: dict[str, Any] = typer.main.get_command(app).commands  # type: ignore[attr-defined]
# What is installed beside Python costs time to import; a quick command may have some of these.
HELP = {
    "annotated_doc", "attr", "markdown_it", "mdurl", "pygments", "rich", "shellingham", "typer",
    "typing_extensions",
}  # fmt: skip
QUICK = HELP | {
    "annotated_types", "dotenv", "orjson", "pydantic", "pydantic_core", "pydantic_settings",
    "typing_inspection", "tzdata",
}  # fmt: skip
DATABASE = {"psycopg", "psycopg_binary"}
# Runs the command as its own process would, then tells which packages it has imported.
TRACED = """
import sys
sys.argv[1:] = sys.argv[1].split()
try:
    from orchestration.cli import main
    main()
except SystemExit as end:
    print('status', end.code or 0, file=sys.stderr)
files = {name.partition('.')[0]: getattr(module, '__file__', None) or '' for name, module in
         sorted(sys.modules.items(), reverse=True)}
installed = {name for name in files if 'site-packages' in files[name] and name[0] != '_'}
print('imported', *installed, file=sys.stderr)
"""


def run(
    arguments: str, home: Path, settings: Mapping[str, str] | None = None, *, traced: bool = False
) -> subprocess.CompletedProcess[str]:
    command = (
        [sys.executable, "-c", TRACED, arguments]
        if traced
        else [sys.executable, "-m", "orchestration.cli", *arguments.split()]
    )
    environment = {name: value for name, value in os.environ.items() if PREFIX not in name}
    return subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=home, timeout=120,
        env={
            **environment, "PYTHONPATH": str(PROJECT_ROOT), "COLUMNS": "200", "TERM": "dumb",
            "DWELLHOUSE_HOME": str(home), "DWELLHOUSE_LANDING": str(home / "landing"),
            # A stack that is in use may have those that are the default.
            "DWELLHOUSE_DAGSTER_PORT": str(free_port()), "DWELLHOUSE_API_PORT": str(free_port()),
            ENV_FILE_NAME: os.devnull,
            **{PREFIX + name: value for name, value in (settings or {}).items()},
        },
    )  # fmt: skip


def test_help_lists_all_commands_with_their_purpose(tmp_path: Path) -> None:
    result = run("--help", tmp_path)
    assert result.returncode == 0
    for name, command in COMMANDS.items():
        [line] = [line for line in result.stdout.splitlines() if line.split()[1:2] == [name]]
        assert command.get_short_help_str(200)[:40] in line


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str) -> None:
    result = CliRunner().invoke(app, [name, "--help"], env={"COLUMNS": "200", "TERM": "dumb"})
    assert result.exit_code == 0
    assert f"{name} [OPTIONS]" in result.output
    assert COMMANDS[name].help.splitlines()[0][:60] in result.output
    for parameter in COMMANDS[name].params:
        shown = parameter.opts[0] if parameter.param_type_name == "option" else parameter.name
        assert shown.lower() in result.output.lower()


def test_without_a_command_the_help_is_shown(tmp_path: Path) -> None:
    result = run("", tmp_path)
    assert "Usage" in result.stdout + result.stderr


@pytest.mark.parametrize(
    ("arguments", "status", "allowed"),
    [("--help", 0, HELP), ("load --help", 0, QUICK), ("generate --rows 3 -", 0, QUICK),
     ("url", 1, QUICK), ("url --role loader", 1, QUICK), ("down", 0, QUICK),
     ("status", 1, QUICK | DATABASE)],
)  # fmt: skip
def test_quick_commands_import_nothing_slow(
    tmp_path: Path, arguments: str, status: int, allowed: set[str]
) -> None:
    result = run(arguments, tmp_path, traced=True)
    end, told = result.stderr.splitlines()[-2:]
    assert end == f"status {status}", result.stderr
    heading, *imported = told.split()
    assert heading == "imported"
    assert set(imported) - allowed == set()
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("status", "There is no warehouse in {home} yet; start one with: make up"),
        ("url", "There is no warehouse in {home} yet; start one with: make up"),
        ("sql -c select", "There is no warehouse in {home} yet; start one with: make up"),
        ("load nowhere.csv", "nowhere.csv is no file."),
        (
            "generate nowhere/a.csv",
            "nowhere/a.csv could not be written: No such file or directory.",
        ),
    ],
)
def test_a_foreseeable_error_is_one_sentence(tmp_path: Path, arguments: str, told: str) -> None:
    result = run(arguments, tmp_path)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.strip() == told.format(home=tmp_path)


def test_a_file_whose_name_is_no_text_is_to_be_renamed(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"b\xff.csv")
    path.touch()
    result = run(f"load {path}", tmp_path)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.strip().endswith("its name is not readable as UTF-8; rename it.")
    assert len(result.stderr.splitlines()) == 1


def test_status_does_not_wait_for_less_than_no_time(tmp_path: Path) -> None:
    result = run("status --timeout -1", tmp_path)
    assert result.returncode == 2
    assert "--timeout" in result.stderr


def test_what_nobody_has_foreseen_is_not_told_as_a_mistake_of_the_user(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def open_what_is_not_there() -> None:
        Path("/nowhere").read_bytes()

    monkeypatch.setattr("orchestration.cli.app", open_what_is_not_there)
    with pytest.raises(FileNotFoundError):
        main()


def test_a_database_that_goes_away_is_no_mart_that_differs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def lose_the_database(_: Settings) -> None:
        message = "the connection is closed"
        raise psycopg.OperationalError(message)

    monkeypatch.setattr("orchestration.commands.verification.verified", lose_the_database)
    monkeypatch.setattr("sys.argv", ["dwellhouse", "verify"])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 2
    assert capsys.readouterr().err == (
        "The database does not answer; is the stack up? Start it with: make up\n"
        "the connection is closed\n"
    )


def test_what_a_database_does_not_do_is_told_as_that() -> None:
    """A full disk is an OperationalError, as a database is that does not answer."""
    full = psycopg.errors.DiskFull("no space left")
    assert told_of(full) == "The database could not do what was asked: no space left"
    for away in (psycopg.OperationalError("gone"), psycopg.errors.AdminShutdown("gone")):
        assert str(told_of(away)).startswith("The database does not answer; is the stack up?")
    assert told_of(psycopg.errors.UndefinedTable("a defect")) is None


def test_a_bad_setting_is_told_before_anything_happens(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("DWELLHOUSE_MAX_SESION_HOURS=3\n")
    result = run("up", tmp_path, {"ENV_FILE": ".env"})
    assert result.returncode == 1
    assert result.stderr.strip() == (
        "DWELLHOUSE_MAX_SESION_HOURS is no setting of Dwellhouse; "
        "did you mean DWELLHOUSE_MAX_SESSION_HOURS?"
    )
    assert [path.name for path in tmp_path.iterdir()] == [".env"]


@pytest.mark.parametrize(
    ("arguments", "setting"),
    [
        *((arguments, "HOME") for arguments in ("up", "down", "status", "url", "keys list",
                                                "load {file}", "prepare", "verify", "demo")),
        *((arguments, "LANDING") for arguments in ("up", "load {file}", "quarantine list", "demo")),
    ],
)  # fmt: skip
def test_a_folder_that_is_a_file_is_named_with_its_setting(
    tmp_path: Path, arguments: str, setting: str
) -> None:
    file = tmp_path / "a.csv"
    file.touch()
    result = run(arguments.format(file=file), tmp_path, {setting: str(file)})
    assert result.returncode == (2 if arguments == "verify" else 1), result.stderr
    assert result.stderr.startswith(f"DWELLHOUSE_{setting} = '{file}' cannot be used: ")
    assert result.stderr.count("\n") == 1
    assert result.stderr.endswith("Set it to a folder that you can write to, or mend this one.\n")
    assert not (tmp_path / "postgres").exists(), "no database is started in vain"


@pytest.mark.parametrize("command", ["up", "load a.csv"])
def test_a_landing_folder_that_cannot_be_made_is_told(tmp_path: Path, command: str) -> None:
    (tmp_path / "a.csv").touch()
    result = run(command, tmp_path, {"LANDING": "/proc/x"})
    told = "DWELLHOUSE_LANDING = '/proc/x' cannot be used: No such file or directory. Set it to"
    assert result.returncode == 1
    assert result.stderr.startswith(told)
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("setting", "folder", "looks"),
    [("HOME", "/dev/null", {"source profiles"}), ("LANDING", "/proc/x", {"stack", "database"})],
)
def test_the_doctor_finds_a_folder_that_cannot_be_used_and_looks_no_further_into_it(
    tmp_path: Path, setting: str, folder: str, looks: set[str]
) -> None:
    result = run("doctor", tmp_path, {setting: folder})
    assert (result.returncode, result.stderr) == (1, "")
    assert f"FAIL {setting.lower()} folder: {folder} cannot be written to" in result.stdout
    seen = {line[5:].partition(":")[0] for line in result.stdout.splitlines()}
    assert seen & {"source profiles", "quarantine", "stack", "database"} >= looks
    assert bool(seen & {"secrets", "stack", "database"}) == (setting != "HOME")
    assert bool(seen & {"source profiles", "quarantine"}) == (setting != "LANDING")


def test_the_doctor_finds_that_loaded_files_cannot_be_put_away(tmp_path: Path) -> None:
    (tmp_path / "landing").mkdir()
    (tmp_path / "landing" / "archive").symlink_to("/proc")
    result = run("doctor", tmp_path)
    assert result.returncode == 1
    archive = tmp_path / "landing" / "archive"
    assert f"FAIL archive folder: {archive} cannot be written to" in result.stdout
    assert "quarantine folder" not in result.stdout, "the first start makes it"


def test_a_host_of_another_machine_is_told_before_anything_is_started(tmp_path: Path) -> None:
    told = "DWELLHOUSE_API_HOST = 'nohost.invalid' is no IPv4 address of this machine. "
    result = run("up", tmp_path, {"API_HOST": "nohost.invalid"})
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith(told)
    assert not (tmp_path / "postgres").exists()
    assert told in run("doctor", tmp_path, {"API_HOST": "nohost.invalid"}).stdout


def test_generated_events_go_to_standard_output_or_a_file(tmp_path: Path) -> None:
    printed = run("generate --rows 5 --days 2 --seed 3 -", tmp_path)
    written = run(f"generate --rows 5 --days 2 --seed 3 {tmp_path}/a.csv", tmp_path)
    run(f"generate --rows 5 --days 2 --seed 3 {tmp_path}/a.csv.gz", tmp_path)
    assert printed.stdout == (tmp_path / "a.csv").read_text()
    assert printed.stdout == gzip.decompress((tmp_path / "a.csv.gz").read_bytes()).decode()
    assert printed.stdout.count("\n") == 6
    assert written.stderr.startswith("5 rows, ")
