"""Prints Dagster's definitions as JSON; a process of its own, for their import reads settings."""

import json

from orchestration.definitions import defs


def dumped() -> dict[str, object]:
    loaded = defs()
    graph = loaded.resolve_asset_graph()
    checks: dict[str, dict[str, str | None]] = {}
    for check in graph.asset_check_keys:
        described = checks.setdefault(check.asset_key.to_user_string(), {})
        described[check.name] = graph.get_check_spec(check).description
    nodes = {key.to_user_string(): graph.get(key) for key in graph.get_all_asset_keys()}
    repository = loaded.get_repository_def()
    jobs = [job for job in repository.get_all_jobs() if not job.name.startswith("__")]
    return {
        "assets": {
            name: {
                "group": node.group_name,
                "parents": sorted(parent.to_user_string() for parent in node.parent_keys),
                "checks": dict(sorted(checks.get(name, {}).items())),
                "is_executed": node.is_executable,
                "is_partitioned": node.is_partitioned,
                "description": node.description,
            }
            for name, node in sorted(nodes.items())
        },
        "jobs": {
            job.name: {
                "executor": job.executor_def.name,
                "assets": sorted(
                    key.to_user_string() for key in job.asset_layer.selected_asset_keys
                ),
            }
            for job in jobs
        },
        "sensors": {
            sensor.name: {
                "job": sensor.job_name if sensor.targets else None,
                "status": sensor.default_status.value,
            }
            for sensor in repository.sensor_defs
        },
        "schedules": [schedule.name for schedule in repository.schedule_defs],
    }


if __name__ == "__main__":
    print(json.dumps(dumped()))
