"""Every command that a document shows is one that there is, with options that it has."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

from orchestration.cli import app
from orchestration.settings import Settings
from serving.settings import ENV_FILE_NAME, PREFIX, PROJECT_ROOT

DOCUMENTS = [
    PROJECT_ROOT / "README.md",
    PROJECT_ROOT / "landing" / "README.md",
    PROJECT_ROOT / "bench" / "README.md",
    *sorted((PROJECT_ROOT / "docs").glob("*.md")),
]
GROUP: Any = typer.main.get_command(app)
MAKEFILE = (PROJECT_ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^([a-z]+):.*##", MAKEFILE, flags=re.MULTILINE))

BLOCK = re.compile(r"^```(?:sh|bash|console)\n(.*?)^```", flags=re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"(?<!`)`([^`\n]*\b(?:make|dwellhouse) [^`\n]+)`")
# A command ends where the shell's syntax says so: a pipe, a substitution, a separator.
DWELLHOUSE = re.compile(r"(?<![\w.-])(?:\S*/bin/)?dwellhouse((?: +[^\s|;&<>()\"']+)+)")
MAKE = re.compile(r"(?<![\w./-])make((?: +[\w=/.]+)+)")


def shell_lines(document: Path) -> Iterator[str]:
    """Give the commands of a document's blocks and of its text, without prompts and comments."""
    text = document.read_text(encoding="utf-8")
    for block in BLOCK.findall(text):
        for line in block.replace("\\\n", " ").splitlines():
            yield re.sub(r"(^|\s)#.*$", "", line.removeprefix("$ ")).strip()
    yield from INLINE.findall(BLOCK.sub("", text))


def quoted(pattern: re.Pattern[str]) -> list[tuple[str, list[str]]]:
    return [
        (str(document.relative_to(PROJECT_ROOT)), shlex.split(arguments))
        for document in DOCUMENTS
        for line in shell_lines(document)
        for arguments in pattern.findall(line)
        if arguments.strip()
    ]


@pytest.mark.parametrize(("document", "arguments"), quoted(DWELLHOUSE))
def test_a_command_exists_and_takes_what_is_shown(document: str, arguments: list[str]) -> None:
    command, rest = GROUP, list(arguments)
    while rest and hasattr(command, "commands"):
        name = rest.pop(0)
        assert name in command.commands, f"{document}: dwellhouse {' '.join(arguments)}"
        command = command.commands[name]
    # Placeholders such as LOAD_ID or FILE… stand for a value.
    given = ["1" if argument.strip("….").isupper() else argument for argument in rest]
    context = command.make_context(name, given, resilient_parsing=not given)
    assert not context.args, f"{document}: {' '.join(arguments)}"


@pytest.mark.parametrize(("document", "arguments"), quoted(MAKE))
def test_a_target_exists(document: str, arguments: list[str]) -> None:
    targets = {argument for argument in arguments if "=" not in argument}
    assert targets <= TARGETS, f"{document}: make {' '.join(arguments)}"


def test_the_example_of_settings_names_no_command_that_is_not_there() -> None:
    text = (PROJECT_ROOT / ".env.example").read_text(encoding="utf-8")
    assert {arguments.split()[0] for arguments in DWELLHOUSE.findall(text)} <= set(GROUP.commands)


@pytest.mark.parametrize(
    "document", DOCUMENTS, ids=lambda path: str(path.relative_to(PROJECT_ROOT))
)
def test_a_setting_that_is_named_exists(document: Path) -> None:
    fields = Settings.model_fields
    named = set(re.findall(rf"{PREFIX}[A-Z_]*[A-Z]", document.read_text(encoding="utf-8")))
    assert named <= {PREFIX + name.upper() for name in fields} | {ENV_FILE_NAME}


def test_commands_are_found_at_all() -> None:
    """The patterns above see what stands in blocks, substitutions and text."""
    names = {arguments[0] for _, arguments in quoted(DWELLHOUSE)}
    assert {"status", "url", "up", "load"} <= names
    assert ["status", "--wait"] in [arguments for _, arguments in quoted(DWELLHOUSE)]
    assert ("docs/operations.md", ["sql", "--role", "keymaster"]) in quoted(DWELLHOUSE)
    assert {"demo", "test", "setup"} <= {argument for _, all_ in quoted(MAKE) for argument in all_}


def test_every_target_has_a_line_of_help() -> None:
    phony = re.search(r"^\.PHONY: (.*)$", MAKEFILE, flags=re.MULTILINE)
    assert phony
    rules = set(re.findall(r"^([a-z]+):", MAKEFILE, flags=re.MULTILINE))
    assert rules == TARGETS
    assert rules <= set(phony[1].split())
