"""The models of the warehouse as one value: their SQL, their seeds and their variables."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from orchestration.lib.building.dbt_build import PROJECT_FOLDER
from orchestration.lib.building.dbt_manifest import project_files

# Those of the rules that the gate goes by are not among them: a row is judged once, when it is
# loaded, so no change of theirs can change a mart.
VARIABLES = ("max_session_hours", "visit_gap_minutes", "waiting_minutes", "default_timezone")


def variables_of(settings: object) -> dict[str, object]:
    """Give the variables of the models as the settings say them."""
    return {name: getattr(settings, name) for name in VARIABLES}


def models_fingerprint(variables: Mapping[str, object], folder: Path = PROJECT_FOLDER) -> str:
    """Give a text that changes with any model, seed or variable, wherever the project lies."""
    digest = hashlib.sha256(json.dumps(dict(variables), sort_keys=True, default=str).encode())
    for path in project_files(folder):
        digest.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
