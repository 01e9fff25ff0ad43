"""The Jinja2 tag for apps that render with it: `{% slot "hero" %}default{% endslot %}` marks a slot."""

import re
from typing import Final

from jinja2 import nodes
from jinja2.ext import Extension
from jinja2.parser import Parser

_SLOT_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


class SlotExtension(Extension):
    """Puts a slot's markers around its default; without the middleware, browsers show the default.

    The name is a plain text in quotes: 1 to 64 letters, digits, `-`, `_` and `.`, beginning with a letter or digit.
    Anything else is a TemplateSyntaxError when the template is compiled.
    """

    tags = {"slot"}  # noqa: RUF012 - as Jinja2 declares it

    def parse(self, parser: Parser) -> list[nodes.Node]:
        """Reads from `slot` to `endslot`."""
        line = next(parser.stream).lineno
        name = self._parse_name(parser)
        default = parser.parse_statements(("name:endslot",), drop_needle=True)
        return [_data(f"<!--slot:{name}-->", line), *default, _data(f"<!--/slot:{name}-->", line)]

    def _parse_name(self, parser: Parser) -> str:
        token = parser.stream.current
        if token.type != "string":
            parser.fail('slot takes a name in quotes, such as {% slot "hero" %}', token.lineno)
        name = str(next(parser.stream).value)
        if not _SLOT_NAME.fullmatch(name):
            parser.fail(f'"{name}" cannot name a slot; use 1 to 64 letters, digits, "-", "_" and "."', token.lineno)
        if parser.stream.current.type != "block_end":
            parser.fail(f'slot takes a name in quotes and nothing else; write {{% slot "{name}" %}}', token.lineno)
        return name


def _data(markup: str, line: int) -> nodes.Output:
    return nodes.Output([nodes.TemplateData(markup)], lineno=line)
