"""Examples of what goes wrong, for the OpenAPI document: in the words that really are said."""

from serving.auth import HOW_TO_GET_ONE
from serving.errors import Problem, unknown_parameters

NOBODY = "P-9999"
SAID = {
    400: "The upload broke off; nothing of it is kept.",
    401: f"This key has expired. {HOW_TO_GET_ONE}",
    403: f"This key has the scope upload; this needs read. {HOW_TO_GET_ONE} --scope read",
    408: "Nothing came for 30 s.",
    409: "march.csv lies in the landing folder already; it is being loaded.",
    413: "The file has more than 2,147,483,648 bytes, the most of an upload "
    "(DWELLHOUSE_API_MAX_UPLOAD_BYTES); split it, or compress it as .csv.gz.",
    415: "Send the file as it is, without Content-Encoding; .csv.gz may be uploaded.",
    429: "More than 6,000 requests a minute by one key; wait 12 s.",
    503: "The database is stopped or busy; try again in a moment. "
    "If it stays so, see `dwellhouse status` and `dwellhouse doctor`.",
    504: "The query took too long; ask a shorter range or fewer cameras.",
    507: "The disk of the landing folder is full.",
}
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
    return Problem(status, SAID.get(status, missing)).body(address)
