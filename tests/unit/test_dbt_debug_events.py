"""Events of dbt that nobody hears are not made; all others arrive whole."""

import pytest
from dbt.adapters.events.types import SQLQuery
from dbt_common.events.base_types import EventLevel, EventMsg
from dbt_common.events.event_manager import EventManager
from dbt_common.events.types import Note

from orchestration.lib.building.dbt_internals.debug_events import make_heard_ones_only

Heard = list[tuple[str, str]]


@pytest.fixture
def manager() -> EventManager:
    make_heard_ones_only()
    return EventManager()


@pytest.fixture
def heard(manager: EventManager) -> Heard:
    heard: Heard = []

    def hear(message: EventMsg) -> None:
        heard.append((message.info.level, message.info.msg))

    manager.add_callback(hear)
    return heard


def query() -> SQLQuery:
    return SQLQuery(conn_name="one", sql="select 1")


def test_a_debug_event_is_not_made(manager: EventManager, heard: Heard) -> None:
    event = query()
    manager.fire_event(event)
    manager.fire_event(event, level=EventLevel.DEBUG)
    assert heard == []
    assert "pb_msg" not in vars(event)
    assert event.sql == "select 1", "it is made for who asks after all"


def test_one_that_is_raised_to_a_warning_arrives(manager: EventManager, heard: Heard) -> None:
    manager.fire_event(e=query(), level=EventLevel.WARN)
    assert heard == [("warn", "On one: select 1")]


def test_other_levels_arrive(manager: EventManager, heard: Heard) -> None:
    manager.fire_event(Note(msg="told"), EventLevel.INFO)
    manager.fire_event(Note(msg="also told"))
    assert heard == [("info", "told"), ("info", "also told")]
