"""What lies in memory goes with what it belongs to, and not before."""

from pathlib import Path

import pytest

from orchestration.lib.building import memory_folder
from orchestration.lib.building.memory_folder import (
    forget_ownerless,
    keep_in_memory,
    path_in_memory,
)


@pytest.fixture(autouse=True)
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "memory"
    folder.mkdir()
    monkeypatch.setattr(memory_folder, "MEMORY", folder)
    return folder


def test_a_folder_goes_when_its_owner_has_gone(tmp_path: Path) -> None:
    owners = [tmp_path / name for name in ("one", "other")]
    for owner in owners:
        owner.mkdir()
        (keep_in_memory(owner) / "model.sql").write_text("select 1")
    owners[0].rmdir()
    forget_ownerless()
    assert [path_in_memory(owner).exists() for owner in owners] == [False, True]
    assert keep_in_memory(owners[1]) == path_in_memory(owners[1])


def test_what_others_keep_in_memory_stays(memory: Path) -> None:
    (memory / "dwellhouse-somebody").mkdir()
    (memory / "pulse-shm-1").mkdir()
    forget_ownerless()
    assert len(list(memory.iterdir())) == 2


def test_a_place_that_somebody_else_has_taken_is_not_used(tmp_path: Path) -> None:
    owner, elsewhere = tmp_path / "owner", tmp_path / "elsewhere"
    owner.mkdir()
    elsewhere.mkdir()
    path_in_memory(owner).symlink_to(elsewhere)
    assert keep_in_memory(owner) == path_in_memory(owner) == owner
    assert list(elsewhere.iterdir()) == []


def test_without_memory_all_is_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory_folder, "MEMORY", tmp_path / "none")
    assert keep_in_memory(tmp_path) == tmp_path
    forget_ownerless()
