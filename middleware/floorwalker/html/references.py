"""Which templates a template names."""

from jinja2 import TemplateError, meta

from floorwalker.html.sandbox import BlockEnvironment


def references(source: str) -> frozenset[str]:
    """The templates that a source includes, extends or imports by a plain name; none where it does not compile."""
    if "{%" not in source:
        return frozenset()
    try:
        tree = BlockEnvironment().parse(source)
    except TemplateError:
        return frozenset()
    return frozenset(name for name in meta.find_referenced_templates(tree) if name is not None)
