"""Runs are forked anew from the code on disk when any of it has changed that they import."""

import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.runtime.code_fingerprint import WATCHED_FILES, code_fingerprint
from serving.settings import PROJECT_ROOT

IMPORTED = [
    "orchestration/lib/loading/ledger.py", "orchestration/lib/sql/publish.sql",
    "expectations/suites.py", "dbt_project/models/marts/dim_sites.yml",
    "serving/settings.py", "serving/setting_values.py",
]  # fmt: skip


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in [*IMPORTED, "serving/main.py"]:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("old")
    return tmp_path


@pytest.mark.parametrize("name", IMPORTED)
def test_a_change_is_seen_and_so_is_a_file_that_goes(root: Path, name: str) -> None:
    seen = [code_fingerprint(root)]
    (root / name).write_text("newer")
    seen.append(code_fingerprint(root))
    (root / name).unlink()
    seen.append(code_fingerprint(root))
    assert len(set(seen)) == 3


def test_all_that_the_settings_have_of_the_api_is_looked_at() -> None:
    asked = "import sys, orchestration.settings; print(*sys.modules)"
    imported = subprocess.check_output([sys.executable, "-c", asked], cwd=PROJECT_ROOT, text=True)
    modules = [module for module in imported.split() if module.startswith("serving.")]
    files = {module.replace(".", "/") + ".py" for module in modules}
    assert files == set(WATCHED_FILES)


def test_what_only_the_api_imports_is_not_looked_at(root: Path) -> None:
    before = code_fingerprint(root)
    (root / "serving" / "main.py").write_text("newer")
    assert code_fingerprint(root) == before
