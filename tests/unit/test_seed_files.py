"""What would fail a build is found in the seeds, and named."""

from pathlib import Path

from orchestration.commands.doctor import SEEDS
from orchestration.commands.seed_files import seed_problems


def test_each_mistake_is_named_with_its_file_and_value(tmp_path: Path) -> None:
    (tmp_path / "sites.csv").write_text(
        "site_id,site_name,timezone\n"
        "a,A,Europe/Berlin\nb,,\nc,C,Mars/Phobos\nd,D,../etc/passwd\na,again,\n",
        encoding="utf-8-sig",
    )
    (tmp_path / "cameras.csv").write_text(
        "camera_id,camera_name,site_id,zone,category\nx,,a,,\n x ,,b,,\ny,,,,\n"
    )
    assert [what for what, _ in seed_problems(tmp_path)] == [
        "sites.csv has 2 rows of site_id 'a'",
        "sites.csv names 'Mars/Phobos' as time zone of 'c'",
        "sites.csv names '../etc/passwd' as time zone of 'd'",
        "cameras.csv has 2 rows of camera_id 'x'",
    ]


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "cameras.csv").write_bytes(b"camera_id\n\xff\n")
    first, second = (what for what, _ in seed_problems(tmp_path))
    assert first.startswith("sites.csv cannot be read: ")
    assert second.startswith("cameras.csv cannot be read: ")


def test_the_seeds_as_they_come_are_well() -> None:
    assert list(seed_problems(SEEDS)) == []
