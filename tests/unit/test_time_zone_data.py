"""Clocks are those of the locked `tzdata`, whatever the machine has, if nobody wants others."""

import os
import subprocess
import sys

import pytest

SHOWN = "import {package}, zoneinfo; print(zoneinfo.TZPATH, zoneinfo.ZoneInfo('Europe/Berlin'))"


@pytest.mark.parametrize("package", ["orchestration", "serving"])
@pytest.mark.parametrize("chosen", ["", "/usr/share/zoneinfo"])
def test_clocks_come_from_the_lock_or_from_where_one_says(package: str, chosen: str) -> None:
    environment = os.environ | ({"PYTHONTZPATH": chosen} if chosen else {})
    command = [sys.executable, "-c", SHOWN.format(package=package)]
    told = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    expected = f"{(chosen,) if chosen else ()} Europe/Berlin\n"
    assert (told.stdout, told.stderr) == (expected, "")
