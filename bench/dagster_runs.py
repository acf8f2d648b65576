"""When the parts of a run began, as Dagster's own event log tells through its GraphQL API."""

import json
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from bench.drops import Published
from bench.stack import BenchError

QUERY = """
query ($id: ID!) { runOrError(runId: $id) { ... on Run {
    creationTime startTime stepStats { startTime }
} } }
"""
WATCHING = """
{
    instance { daemonHealth { allDaemonStatuses { daemonType healthy } } }
    workspaceOrError { ... on Workspace { locationEntries { locationOrLoadError {
        __typename ... on PythonError { message }
    } } } }
}
"""


@dataclass(frozen=True)
class RunTimes:
    """Instants of a run in seconds since 1970; `dbt_at` is when the step began that published."""

    created_at: float
    started_at: float
    dbt_at: float


def run_times(dagster_url: str, run_id: str, published_at: float) -> RunTimes:
    """Ask a webserver about a run; its steps follow one another, so one of them published."""
    run = _answer(dagster_url, QUERY, {"id": run_id})["runOrError"]
    begun = [step["startTime"] for step in run["stepStats"] if step["startTime"]]
    dbt_at = max(instant for instant in begun if instant <= published_at)
    return RunTimes(run["creationTime"], run["startTime"], dbt_at)


def is_watching(dagster_url: str) -> bool:
    """Tell whether sensors run; raises BenchError if the definitions cannot be loaded."""
    try:
        answer = _answer(dagster_url, WATCHING, {})
    except OSError:
        return False
    entries = answer["workspaceOrError"]["locationEntries"]
    locations = [entry["locationOrLoadError"] or {} for entry in entries]
    for location in locations:
        if "message" in location:
            raise BenchError(location["message"])
    daemons = answer["instance"]["daemonHealth"]["allDaemonStatuses"]
    healthy = {daemon["daemonType"] for daemon in daemons if daemon["healthy"]}
    return "SENSOR" in healthy and all(locations)


def median_phases(dagster_url: str, drops: Sequence[Published]) -> dict[str, float]:
    """Give the median of each part of the way of a file, in seconds and in order."""
    each = []
    for drop in drops:
        times = run_times(dagster_url, drop.load.run_id, drop.published_at)
        each.append(dict(phases(drop, times)))
    return {name: median(phases[name] for phases in each) for name in each[0]} if each else {}


def phases(drop: Published, run: RunTimes) -> Iterator[tuple[str, float]]:
    """Split a drop's seconds without a gap."""
    before = drop.dropped_at
    for name, instant in {
        "file seen, run created": run.created_at,
        "worker started": run.started_at,
        "load begun": drop.load.load_started_at,
        "load": drop.load.load_finished_at,
        "dbt step begun": run.dbt_at,
        "dbt, publication": drop.published_at,
    }.items():
        yield name, instant - before
        before = instant


# GraphQL's answers have the shape of their query, which no type of ours could promise.
def _answer(dagster_url: str, query: str, variables: Mapping[str, str]):  # type: ignore[no-untyped-def] # noqa: ANN202
    request = urllib.request.Request(
        f"{dagster_url}/graphql",
        data=json.dumps({"query": query, "variables": variables}).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as response:
        return json.load(response)["data"]
