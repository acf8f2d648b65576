"""The file of a form comes out as it went in, wherever the form is cut."""

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.errors import ProblemError
from serving.uploading.form_file import FormFile


def form(content: bytes, name: str) -> tuple[str, bytes]:
    request = httpx.Request(
        "POST", "http://h", data={"before": "b"}, files={"file": (name, content)}
    )
    return request.headers["content-type"], request.read()


@given(st.data(), st.binary(max_size=400) | st.just(b"\r\n--x\r\n--\r\n"))
def test_a_file_survives_any_cut(data: st.DataObject, content: bytes) -> None:
    content_type, body = form(content, "Märkte.csv")
    cuts = sorted(data.draw(st.lists(st.integers(0, len(body)), max_size=6)))
    reader, found = FormFile(content_type), b""
    for start, end in zip([0, *cuts], [*cuts, len(body)], strict=True):
        found += b"".join(reader.found_in(body[start:end]))
    reader.require_whole()
    assert (found, reader.name) == (content, "Märkte.csv")


@given(st.binary(max_size=300))
def test_nonsense_is_told_as_a_problem(body: bytes) -> None:
    """Of bytes at random none has the boundary, so none is a form."""
    reader = FormFile("multipart/form-data; boundary=unguessable")

    def read() -> None:
        reader.found_in(body)
        reader.require_whole()

    with pytest.raises(ProblemError):
        read()
