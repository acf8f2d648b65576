"""Programs are made from the OpenAPI document: it says what their generators can read rightly."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from serving.main import create_app
from serving.settings import ServingSettings

Document = dict[str, Any]


@pytest.fixture(scope="module")
def document() -> Document:
    return create_app(ServingSettings()).openapi()


def operations(document: Document) -> Iterator[tuple[str, Document]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method} {path}", operation


def parameters(document: Document) -> list[tuple[str, Document]]:
    return [
        (f"{name} {parameter['name']}", parameter["schema"])
        for name, operation in operations(document)
        for parameter in operation.get("parameters", [])
    ]


def columns(document: Document) -> list[tuple[str, Document]]:
    return [
        (f"{name}.{column}", part)
        for name, schema in document["components"]["schemas"].items()
        for column, part in schema.get("properties", {}).items()
    ]


def schemas(part: object) -> Iterator[Document]:
    """Give every schema within a part of the document."""
    if isinstance(part, list):
        part = dict(enumerate(part))
    if isinstance(part, dict):
        yield part
        for inner in part.values():
            yield from schemas(inner)


def test_examples_of_parameters_fit_their_schemas(document: Document) -> None:
    examples = [
        (name, schema, example)
        for name, schema in parameters(document)
        for example in schema.get("examples", [])
    ]
    assert len(examples) > 100
    for name, schema, example in examples:
        whole = {**schema, "components": document["components"]}
        assert Draft202012Validator(whole).is_valid(example), (name, example)


def test_no_parameter_is_null(document: Document) -> None:
    """There is no way to write null in an address: it is left out."""
    unions = [name for name, schema in parameters(document) if "anyOf" in schema]
    assert unions == []


def test_what_may_be_absent_from_an_answer_has_no_default(document: Document) -> None:
    """Programs would take the default for what was answered: a count of 0, where none was made."""
    assert [name for name, part in columns(document) if "default" in part] == []


def test_a_choice_of_several_places_has_one_name(document: Document) -> None:
    """Or else a program would have a type of its own for each route that knows the choice."""
    choices = Counter(
        tuple(part["enum"])
        for part in schemas([document["paths"], document["components"]["schemas"]])
        if isinstance(part.get("enum"), list)
    )
    assert [choice for choice, count in choices.items() if count > 1] == []
    named = {name for name, schema in document["components"]["schemas"].items() if "enum" in schema}
    assert named == {"CameraOrSite", "Granularity", "LoadStatus", "SessionStatus", "UploadStatus"}


def test_numbers_have_a_size(document: Document) -> None:
    """Where none is told, some languages take 32 bits: too few for bytes, and for seconds."""
    sized = {"integer": "int64", "number": "double"}
    found = [
        (part, sized[part["type"]])
        for part in schemas([document["paths"], document["components"]["schemas"]])
        if part.get("type") in ("integer", "number")
    ]
    assert len(found) > 100
    assert [part for part, size in found if part.get("format") != size] == []


def test_every_operation_says_who_may_ask_and_what_comes(document: Document) -> None:
    assert document["servers"] == [{"url": "/"}]
    assert document["info"]["license"]["identifier"] == "Apache-2.0"
    for name, operation in operations(document):
        assert "security" in operation, name
        described = {response["description"] for response in operation["responses"].values()}
        assert "Successful Response" not in described, name


def test_an_upload_may_be_plain_bytes(document: Document) -> None:
    """Generators know no other kind of body that is sent as it is."""
    content = document["paths"]["/v1/uploads"]["post"]["requestBody"]["content"]
    assert "application/octet-stream" in content
