"""Examples of what goes wrong, for the OpenAPI document: in the words that really are said."""

from serving.auth import expired, other_scope
from serving.database import away, too_slow
from serving.errors import ProblemError, unknown_parameters
from serving.front.limits import silent
from serving.front.rates import too_many
from serving.uploading.landing import disk_full, name_taken
from serving.uploading.uploads import broken_off, encoded, too_large

NOBODY = "P-9999"
SAID = {
    problem.status: problem
    for problem in (
        broken_off(), expired(), other_scope(["upload"], "read"), silent(30.0),
        name_taken("march.csv"), too_large(2 * 1024**3), encoded(), too_many(6000, "key", 12),
        away(), too_slow(), disk_full(),
    )
}  # fmt: skip
# By the parameter in a path: a value that there is not, and what is said of it.
MISSING = {
    "person_id": (NOBODY, f"There is no person '{NOBODY}'; /v1/persons lists who there is."),
    "load_id": ("999999", "There is no load 999999; /v1/loads lists those that there are."),
    "name": ("fct_session", "There is no mart 'fct_session'; did you mean fct_sessions?"),
    "sha256": ("0" * 64, "No file with this content has come in."),
}


def problem_example(status: int, path: str, parameters: list[str]) -> dict[str, object]:
    """Give the body of a failure of a path, which has these parameters in its query."""
    address, missing = path, ""
    for name, (value, said) in MISSING.items():
        if f"{{{name}}}" in path:
            address, missing = path.replace(f"{{{name}}}", value), said
    if status == 422:
        wrong = "camra_id" if "camera_id" in parameters else "colour"
        return unknown_parameters([wrong], parameters, address).body(address)
    return (SAID.get(status) or ProblemError(status, missing)).body(address)
