"""Source profiles: what the exports of one camera system look like, a YAML file each.

A profile says only where its system departs from the default, which needs no file at all.
"""

import codecs
import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from expectations.contract import EVENT_ALIASES, KNOWN_COLUMNS, Column, EventType
from orchestration.lib.foreseen_error import ForeseenError
from orchestration.lib.reading.csv_dialect import Dialect
from orchestration.lib.reading.timestamp_rules import TimestampRules
from orchestration.lib.timezone_names import Timezone

SHIPPED = Path(__file__).resolve().parents[3] / "landing" / "sources"
# What a name gets where a file has it already: `.7` or `.7-2` in archive and quarantine, from where
# files may come again; of an upload a part of its hash.
OF_NAMESAKE = re.compile(r"^([^.]+?)(?:-[0-9a-f]{12}|\.\d+(?:-\d+)?)(?=\.)")
DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}


class SourceProfileError(ForeseenError):
    """A source profile cannot be used; the text says which file, which key and what to do."""


def _delimiter(text: str) -> str:
    character = DELIMITERS.get(text, text)
    is_usable = len(character) == 1 and character.isascii() and not character.isalnum()
    if not is_usable or character in '"\r\n':
        message = f"write {', '.join(DELIMITERS)} or one other character"
        raise ValueError(message)
    return character


def _quote(text: str) -> str:
    if text != "none" and (len(text) != 1 or not text.isascii() or text.isalnum()):
        message = "write one character, or none"
        raise ValueError(message)
    return text


def _encoding(name: str) -> str:
    try:
        "a".encode(name)
        codecs.getincrementaldecoder(name)
    except LookupError as error:
        message = "is no encoding; write it like utf-8, latin-1 or cp1252"
        raise ValueError(message) from error
    return name


def _timestamp_format(text: str) -> str:
    moment = datetime(2026, 3, 2, 9, 15, 4, tzinfo=UTC)
    try:
        datetime.strptime(moment.strftime(text), text)  # noqa: DTZ007
        is_moment = all(any(code in text for code in codes) for codes in _FORMAT_PARTS)
    except ValueError:
        is_moment = False
    if not is_moment:
        message = "must give date and time; write it like %d.%m.%Y %H:%M:%S"
        raise ValueError(message)
    return text


_FORMAT_PARTS = (("%d", "%j", "%c", "%x"), ("%H", "%I", "%c", "%X"), ("%Y", "%y", "%c", "%x"))


def _name(text: str) -> str:
    return text.strip().lower()


Name = Annotated[str, AfterValidator(_name), Field(min_length=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Interval(_Strict):
    """The columns of an export that has one row for a stay: it gives an entry and an exit."""

    start: Name
    end: Name


class SourceProfile(_Strict):
    """What the exports of one camera system look like; `name` is that of its YAML file."""

    name: str
    description: str = ""
    files: tuple[Name, ...] = Field(min_length=1)
    delimiter: Annotated[str, AfterValidator(_delimiter)] | None = None
    quote: Annotated[str, AfterValidator(_quote)] = '"'
    escape: Annotated[str, AfterValidator(_quote)] = "none"
    encoding: Annotated[str, AfterValidator(_encoding)] = "utf-8"
    columns: dict[Column, tuple[Name, ...]] = Field(default_factory=dict)
    events: dict[Name, EventType] = Field(default_factory=dict)
    timestamp_formats: tuple[Annotated[str, AfterValidator(_timestamp_format)], ...] = ()
    date_order: Literal["day_first", "month_first"] | None = None
    timezone: Timezone | None = None
    interval: Interval | None = None
    defaults: dict[Column, Annotated[str, Field(min_length=1)]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _an_interval_tells_times_and_types(self) -> "SourceProfile":
        named = {*self.columns, *self.defaults} & {"timestamp", "event_type"}
        if self.interval and (named or self.events):
            message = "with interval, timestamp, event_type and events have no place: remove them"
            raise ValueError(message)
        if "timestamp" in self.defaults:
            message = "defaults: a timestamp cannot be assumed; remove it"
            raise ValueError(message)
        return self

    @property
    def dialect(self) -> Dialect:
        """How fields are told apart."""
        quote, escape = (None if it == "none" else it for it in (self.quote, self.escape))
        return Dialect(self.delimiter, quote, escape)

    @property
    def names_of_columns(self) -> Mapping[str, tuple[str, ...]]:
        """By column of the contract: the names that it may have, the preferred one first."""
        declared = {str(column): names for column, names in self.columns.items()}
        names = {column: (column, *declared.get(column, ())) for column in KNOWN_COLUMNS}
        if self.interval:
            names |= {"timestamp": (self.interval.start,), "event_type": ()}
        return names

    @property
    def assumed(self) -> Mapping[str, str]:
        """By column of the contract: what stands for an empty value."""
        return {str(column): value for column, value in self.defaults.items()}

    @property
    def event_types(self) -> Mapping[str, str]:
        """By name of an event, in lower case: its type."""
        return EVENT_ALIASES | self.events

    def timestamp_rules(self, default_timezone: str) -> TimestampRules:
        """How its timestamps are meant where the profile does not say otherwise."""
        zone = self.timezone or default_timezone
        return TimestampRules(zone, self.timestamp_formats, self.date_order)


@dataclass(frozen=True)
class SourceProfiles:
    """All profiles that files may have."""

    profiles: tuple[SourceProfile, ...] = (SourceProfile(name="default", files=("*",)),)

    def of(self, file_name: str) -> SourceProfile:
        """Give the profile with the longest pattern that fits a file's name; of two, the later.

        A name may be as it was dropped, or as it was stored beside others of the same name.
        """
        plain = file_name.lower().removesuffix(".gz")
        names = {plain, OF_NAMESAKE.sub(r"\1", plain)}
        fitting = [
            (len(pattern), position)
            for position, profile in enumerate(self.profiles)
            for pattern in profile.files
            if any(fnmatchcase(name, pattern.removesuffix(".gz")) for name in names)
        ]
        return self.profiles[max(fitting)[1]]


def read_source_profiles(landing: Path) -> SourceProfiles:
    """Read the profiles of a landing folder, and the shipped ones that it does not replace.

    Raises SourceProfileError.
    """
    shipped, own = _profiles(SHIPPED), _profiles(landing / "sources")
    others = {profile.name: profile for profile in SourceProfiles().profiles} | shipped
    found = (*(others[name] for name in others if name not in own), *own.values())
    if not any("*" in profile.files for profile in found):
        message = f"{landing / 'sources' / 'default.yml'}: files: let one pattern be '*'"
        raise SourceProfileError(message)
    return SourceProfiles(found)


def _profiles(folder: Path) -> dict[str, SourceProfile]:
    return {path.stem: _read(path) for path in sorted(folder.glob("*.y*ml"))}


def _read(path: Path) -> SourceProfile:
    import yaml  # commands that read no profile need not wait for it

    try:
        # The base loader takes all values as they are written: `no` is a text and not False. Each
        # run reads all profiles, by the one in C in a tenth of the time.
        content = yaml.load(path.read_text(encoding="utf-8"), yaml.CBaseLoader)  # noqa: S506
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        message = f"Source profile {path} cannot be read: {error}"
        raise SourceProfileError(message) from error
    if not isinstance(content, dict) or "name" in content:
        message = f"Source profile {path} must hold keys and values, and no name but its file's."
        raise SourceProfileError(message)
    try:
        return SourceProfile.model_validate(content | {"name": path.stem})
    except ValidationError as error:
        problems = "; ".join(_problems(error))
        message = f"Source profile {path}: {problems}. landing/README.md tells of all keys."
        raise SourceProfileError(message) from error


def _problems(error: ValidationError) -> Iterator[str]:
    for item in error.errors():
        key = ".".join(str(part) for part in item["loc"] if part != "[key]")
        yield ": ".join(filter(None, (key, _what_to_do(item, key))))


def _what_to_do(item: ErrorDetails, key: str) -> str:
    if item["type"] == "extra_forbidden":
        nearest = difflib.get_close_matches(key, SourceProfile.model_fields, n=1)
        return f"is no key of a profile; {f'write {nearest[0]}' if nearest else 'remove it'}"
    given = item["input"]
    shown = f" (it is {given!r})" if isinstance(given, str) else ""
    return item["msg"].removeprefix("Value error, ").replace("tuple", "list") + shown
