""".env.example lists every setting, with its description and its default, and nothing else."""

import re
from pathlib import Path

import pytest
from pydantic.fields import FieldInfo

from orchestration.settings import Settings
from serving.settings import PREFIX, PROJECT_ROOT, ServingSettings

EXAMPLE = (PROJECT_ROOT / ".env.example").read_text(encoding="utf-8")
FIELDS = Settings.model_fields


def shown(default: object) -> str:
    """How a default is written in a file of settings: paths from the project, nothing for None."""
    if default is None:
        return ""
    if isinstance(default, Path) and default.is_relative_to(PROJECT_ROOT):
        return str(default.relative_to(PROJECT_ROOT))
    return str(default).lower() if isinstance(default, bool) else str(default)


@pytest.mark.parametrize(("name", "field"), FIELDS.items(), ids=FIELDS)
def test_a_setting_is_shown_with_description_and_default(name: str, field: FieldInfo) -> None:
    lines = f"# {field.description}\n#{PREFIX}{name.upper()}={shown(field.default)}\n"
    assert lines in EXAMPLE, f"add to .env.example:\n{lines}"


def test_nothing_else_is_shown() -> None:
    names = re.findall(r"^#?(\w+)=", EXAMPLE, flags=re.MULTILINE)
    assert sorted(names) == sorted(PREFIX + name.upper() for name in FIELDS)


def test_nothing_is_switched_on() -> None:
    assert all(line.startswith("#") for line in EXAMPLE.splitlines() if line)


@pytest.mark.parametrize("model", [Settings, ServingSettings])
def test_the_shown_defaults_can_be_used_as_they_are(
    model: type[Settings] | type[ServingSettings],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = tmp_path / ".env"
    file.write_text(re.sub(r"^#(\w+=.+)$", r"\1", EXAMPLE, flags=re.MULTILINE), encoding="utf-8")
    for name in FIELDS:
        monkeypatch.delenv(PREFIX + name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    for name, value in model(_env_file=file):
        assert shown(value) == shown(FIELDS[name].default), name
