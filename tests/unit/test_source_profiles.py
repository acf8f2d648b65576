"""A source profile is checked when it is read, and chosen by the name of a file."""

from pathlib import Path

import pytest

from orchestration.lib.landing.file_moves import stored_names
from orchestration.lib.reading.source_profiles import (
    SHIPPED,
    SourceProfileError,
    SourceProfiles,
    read_source_profiles,
)


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    folder = tmp_path / "sources"
    folder.mkdir()
    return folder


def message(sources: Path, content: str) -> str:
    (sources / "gate.yml").write_text(content, encoding="utf-8")
    with pytest.raises(SourceProfileError) as caught:
        read_source_profiles(sources.parent)
    return str(caught.value)


@pytest.mark.parametrize(
    ("content", "key", "what_to_do"),
    [
        ("files: ['*']\nencodin: utf-8", "encodin", "write encoding"),
        ("files: ['*']\nfoo: 1", "foo", "remove it"),
        ("files: gate*.csv", "files", "valid list"),
        ("files: []", "files", "at least 1"),
        ("delimiter: ','", "files", "required"),
        ("files: ['*']\ndelimiter: ab", "delimiter", "write comma, semicolon, tab, pipe"),
        ("files: ['*']\ndelimiter: x", "delimiter", "write comma, semicolon, tab, pipe"),
        ("files: ['*']\nquote: ''", "quote", "one character, or none"),
        ("files: ['*']\nescape: '\\\\\\'", "escape", "one character, or none"),
        ("files: ['*']\nencoding: latin-99", "encoding", "write it like utf-8"),
        ("files: ['*']\nencoding: base64", "encoding", "write it like utf-8"),
        ("files: ['*']\ntimezone: Berlin", "timezone", "write it like Europe/Berlin"),
        ("files: ['*']\ndate_order: american", "date_order", "'day_first' or 'month_first'"),
        ("files: ['*']\ntimestamp_formats: ['%H:%M']", "timestamp_formats.0", "date and time"),
        ("files: ['*']\ncolumns: {person: [id]}", "columns.person", "'person_id'"),
        ("files: ['*']\nevents: {no: hop}", "events.no", "'entry', 'exit'"),
        ("files: ['*']\ndefaults: {timestamp: '1'}", "defaults", "cannot be assumed"),
        ("files: ['*']\ninterval: {start: a}", "interval.end", "required"),
        ("files: ['*']\ninterval: {start: a, end: b}\nevents: {x: entry}", "events", "remove"),
        ("files: ['*']\nname: other", "name", "its file's"),
        ("- files", "gate.yml", "keys and values"),
        ("files: [", "gate.yml", "cannot be read"),
    ],
)
def test_a_bad_profile_names_file_key_and_remedy(
    sources: Path, content: str, key: str, what_to_do: str
) -> None:
    said = message(sources, content)
    assert str(sources / "gate.yml") in said
    assert key in said
    assert what_to_do in said
    assert "Traceback" not in said


def test_values_are_taken_as_they_are_written(sources: Path) -> None:
    """YAML takes `no`, `on` and `1` for other things than texts."""
    (sources / "gate.yml").write_text("files: ['*']\nevents: {No: exit, on: entry, 1: entry}\n")
    profile = read_source_profiles(sources.parent).of("x.csv")
    assert profile.name == "gate", "of two equal patterns, the own one wins"
    assert {"no": "exit", "on": "entry", "1": "entry"}.items() <= profile.event_types.items()


def test_the_shipped_profiles_can_be_used(tmp_path: Path) -> None:
    profiles = read_source_profiles(tmp_path)
    assert {path.stem for path in SHIPPED.glob("*.yml")} == {
        profile.name for profile in profiles.profiles
    }


@pytest.mark.parametrize(
    ("file_name", "profile"),
    [
        ("events.csv", "default"),
        ("notes.txt", "default"),
        ("halle_EU.csv", "european"),
        ("halle_eu.csv.gz", "european"),
        ("face_recognition_2026.csv", "face_recognition"),
        ("north_faces.csv", "face_recognition"),
        ("surface.csv", "default"),
    ],
)
def test_a_file_is_known_by_its_name(tmp_path: Path, file_name: str, profile: str) -> None:
    assert read_source_profiles(tmp_path).of(file_name).name == profile


def test_an_own_profile_replaces_the_shipped_one_of_its_name(sources: Path) -> None:
    (sources / "european.yml").write_text("files: ['eu*']\n")
    (sources / "eu_north.yml").write_text("files: ['eu_north*']\n")
    profiles = read_source_profiles(sources.parent)
    assert profiles.of("x_eu.csv").name == "default"
    assert profiles.of("eu_south.csv").name == "european"
    assert profiles.of("eu_north.csv").name == "eu_north", "the closer pattern wins"


def test_every_file_has_a_profile(sources: Path) -> None:
    assert SourceProfiles().of("anything").name == "default"
    (sources / "default.yml").write_text("files: ['*.csv']\n")
    with pytest.raises(SourceProfileError, match=r"default\.yml"):
        read_source_profiles(sources.parent)


@pytest.mark.parametrize("name", ["gate.csv", "Gate_1.csv.gz", "gate.2026.csv", "gate-1.2.csv"])
def test_a_file_that_is_stored_beside_namesakes_keeps_its_profile(sources: Path, name: str) -> None:
    """Taken from archive or quarantine again, it is to give the same rows."""
    (sources / "gate.yml").write_text(
        "files: ['gate.csv', 'gate_?.csv', 'gate.2*.csv', 'gate-1.2.*']"
    )
    profiles = read_source_profiles(sources.parent)
    stored = [path.name for path in stored_names(Path("archive"), name, 712)]
    stem, dot, suffixes = name.partition(".")
    uploaded = f"{stem}-{'0a' * 6}{dot}{suffixes}"
    assert {profiles.of(one).name for one in [name, *stored, uploaded]} == {"gate"}
    assert profiles.of("gate-7.csv").name == "default"
