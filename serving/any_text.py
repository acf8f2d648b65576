"""`{name:text}` in a path: ids are what cameras say, slashes and line ends among it."""

from starlette.convertors import Convertor, register_url_convertor


class AnyText(Convertor[str]):
    """The rest of a path, as it is."""

    regex = "(?s:.*)"

    def convert(self, value: str) -> str:
        """Give the text."""
        return value

    def to_string(self, value: str) -> str:
        """Give the text."""
        return value


register_url_convertor("text", AnyText())
PERSON_ID = "{person_id:text}"
