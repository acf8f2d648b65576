"""All marts are made anew when a variable of theirs has changed, and for no other setting."""

import re
from datetime import date

import pytest
import yaml

from orchestration.lib.building.dbt_build import PROJECT_FOLDER
from orchestration.lib.building.dbt_models import VARIABLES, models_fingerprint, variables_of
from orchestration.settings import Settings

DEFAULTS = yaml.safe_load((PROJECT_FOLDER / "dbt_project.yml").read_text("utf-8"))["vars"]


def fingerprint(**changed: object) -> str:
    return models_fingerprint(variables_of(Settings().model_copy(update=changed)))


@pytest.mark.parametrize(
    "changed",
    [{"max_session_hours": 12}, {"visit_gap_minutes": 60}, {"waiting_minutes": 5},
     {"default_timezone": "Europe/Berlin"}],
    ids=str,
)  # fmt: skip
def test_a_rule_of_the_marts_makes_other_models(changed: dict[str, object]) -> None:
    assert fingerprint(**changed) != fingerprint()


@pytest.mark.parametrize(
    "changed",
    [{"earliest_event": date(2010, 1, 1)}, {"future_tolerance_hours": 1}, {"chunk_rows": 1}],
    ids=str,
)
def test_a_rule_of_the_gate_leaves_the_models_as_they_are(changed: dict[str, object]) -> None:
    assert fingerprint(**changed) == fingerprint()


def test_the_variables_are_those_settings_that_a_model_uses() -> None:
    used = {
        name
        for path in PROJECT_FOLDER.rglob("*.sql")
        for name in re.findall(r"""\bvar\(['"](\w+)['"]""", path.read_text("utf-8"))
    }
    assert used & Settings.model_fields.keys() == set(VARIABLES)


def test_dbt_alone_has_the_defaults_of_the_settings() -> None:
    shared = DEFAULTS.keys() & Settings.model_fields.keys()
    assert shared == {*VARIABLES, "future_tolerance_hours", "earliest_event"}
    assert {name: str(DEFAULTS[name]) for name in shared} == {
        name: str(Settings.model_fields[name].default) for name in shared
    }
