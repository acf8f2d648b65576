"""The one file of a multipart form, found while the form comes in."""

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from serving.errors import ProblemError


class FormFile:
    """Reads a form piece by piece; fields that are no file are passed over."""

    def __init__(self, content_type: str) -> None:
        _, options = parse_options_header(content_type)
        boundary = options.get(b"boundary")
        if not boundary:
            raise _broken("its Content-Type names no boundary")
        self.name: str | None = None
        self._pieces: list[bytes] = []
        self._header: list[bytes] = [b"", b""]
        self._headers: dict[bytes, bytes] = {}
        self._is_file = False
        self._is_whole = False
        try:
            self._parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": self._begin_part,
                    "on_header_field": lambda data, start, end: self._add(0, data[start:end]),
                    "on_header_value": lambda data, start, end: self._add(1, data[start:end]),
                    "on_header_end": self._end_header,
                    "on_headers_finished": self._end_headers,
                    "on_part_data": self._take,
                    "on_end": self._end,
                },
            )
        except FormParserError as error:
            raise _broken(str(error)) from error

    def found_in(self, data: bytes) -> list[bytes]:
        """Give what of the file is in the next piece of the form."""
        self._pieces = []
        try:
            self._parser.write(data)
        except FormParserError as error:
            raise _broken(str(error)) from error
        return self._pieces

    def require_whole(self) -> None:
        """Raise the 422 that is due if the form has no end or no file."""
        if not self._is_whole:
            raise _broken("it ends before its last boundary")
        if self.name is None:
            raise _broken("it has no file")

    def _begin_part(self) -> None:
        self._headers, self._header, self._is_file = {}, [b"", b""], False

    def _add(self, place: int, text: bytes) -> None:
        self._header[place] += text

    def _end_header(self) -> None:
        name, value = self._header
        self._headers[name.lower()] = value
        self._header = [b"", b""]

    def _end_headers(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition"))
        file_name = options.get(b"filename")
        if file_name is None:
            return
        if self.name is not None:
            raise ProblemError(422, "The form has several files; upload one at a time.")
        self._is_file, self.name = True, file_name.decode("utf-8", errors="replace")

    def _take(self, data: bytes, start: int, end: int) -> None:
        if self._is_file:
            self._pieces.append(data[start:end])

    def _end(self) -> None:
        self._is_whole = True


def _broken(why: str) -> ProblemError:
    return ProblemError(422, f"The form cannot be read: {why}.")
