"""The light mirror of the suites, the reasons and the words for people all name the same things."""

import re

import pytest

from expectations import checks, contract
from expectations.reasons import FILE_REASONS, ROW_REASONS
from expectations.runner import Gate, gate
from expectations.verdict import Limits
from serving.settings import PROJECT_ROOT

pytestmark = pytest.mark.xdist_group("gate")
CONTRACT = (PROJECT_ROOT / "landing" / "README.md").read_text(encoding="utf-8")
# Said by the reader and the loader, before or after a suite could judge.
BEYOND_THE_SUITES = {"corrupt_archive", "too_large", "unterminated_quote"}


@pytest.fixture(scope="module")
def judge() -> Gate:
    return gate(Limits(max_columns=256, max_field_length=10_000, max_rejected_share=0.5))


def test_the_mirror_names_the_checks_of_the_suites_in_their_order(judge: Gate) -> None:
    named = {
        scope: tuple(check.name for check in judge.checks if check.scope == scope)
        for scope in ("file", "row")
    }
    assert named == {"file": checks.FILE_CHECKS, "row": checks.ROW_CHECKS}


def test_no_two_checks_share_a_name(judge: Gate) -> None:
    names = [check.name for check in judge.checks]
    assert len(set(names)) == len(names)


def test_every_reason_is_given_by_a_check(judge: Gate) -> None:
    reasons = {
        scope: {check.reason_code for check in judge.checks if check.scope == scope}
        for scope in ("file", "row")
    }
    assert reasons["row"] == set(ROW_REASONS)
    assert reasons["file"] | BEYOND_THE_SUITES == set(FILE_REASONS)


def test_the_contract_for_people_lists_every_reason_of_a_row() -> None:
    table = CONTRACT.split("## Some rows are missing")[1].split("\n## ")[0]
    assert set(re.findall(r"`([a-z_]+)`", table)) >= set(ROW_REASONS)
    listed = [row.split("|")[1] for row in table.splitlines() if row.startswith("| `")]
    assert set(re.findall(r"`([a-z_]+)`", " ".join(listed))) == set(ROW_REASONS)


def test_the_contract_for_people_lists_every_column_and_event_type() -> None:
    table = CONTRACT.split("| column |")[1].split("**Timestamps**")[0]
    named = set(re.findall(r"`([a-z_]+)`", table))
    types = {*contract.EVENT_TYPES, *contract.EVENT_ALIASES}
    assert named - {"unknown"} == {*contract.KNOWN_COLUMNS} | types


def test_every_other_name_of_an_event_is_one_of_an_accepted_type() -> None:
    assert set(contract.EVENT_ALIASES.values()) <= set(contract.EVENT_TYPES)


@pytest.mark.parametrize("sentence", [*FILE_REASONS.values(), *ROW_REASONS.values()])
def test_a_reason_is_a_sentence(sentence: str) -> None:
    assert re.match(r"^[A-Z].{20,}\.$", sentence)
