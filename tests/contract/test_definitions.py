"""What Dagster knows of Dwellhouse: nothing joins or leaves in silence, and all is one graph.

After a wanted change, write the snapshot anew: make snapshots
"""

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from serving.settings import PROJECT_ROOT

pytestmark = pytest.mark.xdist_group("definitions")
SNAPSHOT = Path(__file__).with_name("definitions.txt")
DUMP = Path(__file__).with_name("dumped_definitions.py")
README = (PROJECT_ROOT / "README.md").read_text(encoding="utf-8")
Dump = Mapping[str, Any]


@pytest.fixture(scope="module")
def dump(tmp_path_factory: pytest.TempPathFactory) -> Dump:
    home = tmp_path_factory.mktemp("home")
    result = subprocess.run(
        [sys.executable, DUMP],
        capture_output=True, text=True, check=False, cwd=home,
        env={**os.environ, "PYTHONPATH": str(PROJECT_ROOT), "DWELLHOUSE_HOME": str(home)},
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    return dict(json.loads(result.stdout.splitlines()[-1]))


def as_text(dump: Dump) -> str:
    """Lay the definitions out so that a difference is one line that says what it means."""
    lines = [f"job {name} ({job['executor']})" for name, job in dump["jobs"].items()]
    lines += [
        f"sensor {name}{' -> ' + sensor['job'] if sensor['job'] else ''} ({sensor['status']})"
        for name, sensor in dump["sensors"].items()
    ]
    lines += [f"schedule {name}" for name in dump["schedules"]]
    for group in sorted({asset["group"] for asset in dump["assets"].values()}):
        lines += ["", f"group {group}"]
        for name, asset in dump["assets"].items():
            if asset["group"] == group:
                parents = f" <- {', '.join(asset['parents'])}" if asset["parents"] else ""
                lines += [f"  {name}{parents}", *(f"    {check}" for check in asset["checks"])]
    return "\n".join(lines) + "\n"


def test_nothing_joins_or_leaves_in_silence(dump: Dump) -> None:
    if os.environ.get("UPDATE_SNAPSHOTS"):
        SNAPSHOT.write_text(as_text(dump), encoding="utf-8")
    assert as_text(dump).splitlines() == SNAPSHOT.read_text(encoding="utf-8").splitlines()


def test_the_readme_shows_as_many_checks_as_there_are(dump: Dump) -> None:
    shown = re.search(r"^Checks: (\d+) failed, (\d+) succeeded", README, flags=re.MULTILINE)
    assert shown
    assert sum(map(int, shown.groups())) == sum(
        len(asset["checks"]) for asset in dump["assets"].values()
    )


def downstream(dump: Dump, start: str) -> set[str]:
    reached = {start}
    while True:
        found = {
            name for name, asset in dump["assets"].items() if reached & set(asset["parents"])
        } - reached
        if not found:
            return reached
        reached |= found


def test_landed_files_flow_into_every_mart(dump: Dump) -> None:
    reached = downstream(dump, "landing_files")
    groups = {name: asset["group"] for name, asset in dump["assets"].items()}
    left_out = {name for name in groups.keys() - reached if groups[name] in ("raw", "marts")}
    assert not left_out
    for name in ("raw_camera_events", "stg_raw__camera_events", "fct_sessions"):
        assert "data_versions" in downstream(dump, name)
        assert name in reached


def test_all_assets_are_one_graph(dump: Dump) -> None:
    neighbours: dict[str, set[str]] = {name: set() for name in dump["assets"]}
    for name, asset in dump["assets"].items():
        for parent in asset["parents"]:
            neighbours[name].add(parent)
            neighbours[parent].add(name)
    seen, waiting = set(), ["landing_files"]
    while waiting:
        name = waiting.pop()
        seen.add(name)
        waiting += neighbours[name] - seen
    assert seen == set(dump["assets"])


def test_the_version_comes_after_all_marts(dump: Dump) -> None:
    marts = {name for name, asset in dump["assets"].items() if asset["group"] == "marts"}
    assert set(dump["assets"]["data_versions"]["parents"]) == marts - {"data_versions"}


def test_the_one_job_makes_every_asset(dump: Dump) -> None:
    executed = {name for name, asset in dump["assets"].items() if asset["is_executed"]}
    [job] = dump["jobs"].values()
    assert executed <= set(job["assets"])


def test_every_mart_is_checked_and_every_asset_and_check_described(dump: Dump) -> None:
    for name, asset in dump["assets"].items():
        assert asset["description"], name
        if asset["group"] in ("marts", "intermediate") and asset["is_executed"]:
            assert asset["checks"], name
        for check, sentence in asset["checks"].items():
            assert sentence, check
            assert "{" not in sentence, check


def test_no_asset_has_partitions(dump: Dump) -> None:
    """Of each asset, the run that wrote it last stays for ever: one, and not one a partition."""
    assert not [name for name, asset in dump["assets"].items() if asset["is_partitioned"]]


def test_the_code_location_has_one_name() -> None:
    [workspace] = yaml.safe_load((PROJECT_ROOT / "workspace.yaml").read_text())["load_from"]
    with (PROJECT_ROOT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["tool"]["dg"]["project"]
    module = workspace["python_module"]
    assert module["location_name"] == project["code_location_name"]
    assert module["module_name"] == project["code_location_target_module"]
