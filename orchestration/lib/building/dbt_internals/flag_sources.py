"""Replaces `BehaviorFlagRendered._default_source`, so that nobody looks for who defined a flag.

At the start of each command dbt walks its stack and all modules once a flag, for a name that only a
warning would tell: a fifth of a second before the first model.
"""

from dbt_common.behavior_flags import BehaviorFlagRendered


def skip_the_search() -> None:
    """Let all flags be dbt's in this process and its forks."""
    BehaviorFlagRendered._default_source = staticmethod(lambda: "dbt")
