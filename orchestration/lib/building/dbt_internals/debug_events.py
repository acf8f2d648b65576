"""Replaces how `DebugLevel` is made and `EventManager` fires: what nobody hears is not made.

There are hundreds in a build. Each becomes two messages of protobuf, part by part and in Python,
before dbt asks who wants them: a third of the processor time that dbt takes for itself.
"""

from dbt_common.events.base_types import BaseEvent, DebugLevel, EventLevel
from dbt_common.events.event_manager import EventManager

_make = BaseEvent.__init__
_part = BaseEvent.__getattr__
_fire = EventManager.fire_event


def make_heard_ones_only() -> None:
    """Leave the others unmade in this process and its forks; callbacks do not get them."""
    DebugLevel.__init__ = _keep
    DebugLevel.__getattr__ = _made_part
    EventManager.fire_event = _fire_to_hearers


def _keep(event: DebugLevel, **data: object) -> None:
    vars(event)["unmade"] = data


def _made_part(event: DebugLevel, name: str) -> object:
    """Give a part of the message, which is made when the first one is asked for."""
    if "pb_msg" not in vars(event):
        _make(event, **vars(event)["unmade"])
    return _part(event, name)


def _fire_to_hearers(
    manager: EventManager, e: BaseEvent, level: EventLevel | None = None,
    *rest: object, **named: object,
) -> None:  # fmt: skip
    is_debug = isinstance(e, DebugLevel) and level in (None, EventLevel.DEBUG)
    if manager.loggers or not is_debug:
        _fire(manager, e, level, *rest, **named)
