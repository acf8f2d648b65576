"""Everything that Dagster knows of Dwellhouse: what lies in `defs/`, one folder a concern."""

from functools import cache
from pathlib import Path

from dagster import Definitions, definitions, in_process_executor, load_from_defs_folder


@definitions
@cache
def defs() -> Definitions:
    """Load `defs/`, once a process: a forked worker finds them loaded.

    A run is one process, for its steps share imports and connections.
    """
    loaded = load_from_defs_folder(path_within_project=Path(__file__).parent)
    return Definitions.merge(loaded, Definitions(executor=in_process_executor))
