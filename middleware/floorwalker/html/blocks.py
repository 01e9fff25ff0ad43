"""Blocks: what can be shown in a slot, compiled when the rules load, rendered for one visitor."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, Literal

from jinja2 import DictLoader, Template, TemplateError, TemplateSyntaxError, meta, nodes
from markupsafe import escape

from floorwalker.errors import TemplateFailed, TemplateUnknown
from floorwalker.html.effort import LONGEST_TEXT, BoundExceeded, Effort
from floorwalker.html.forms import Escaped, Form, form_of
from floorwalker.html.sandbox import BlockEnvironment
from floorwalker.html.unknown import ValueUnknown

OUTPUT_CAP_CHARS: Final = 262_144
TEMPLATE_CAP_BYTES: Final = 1_000_000

_TEMPLATE_FILE: Final = "<template>"
_FAILURES: Final = (
    *(TemplateError, BoundExceeded, ArithmeticError, AssertionError, AttributeError),
    *(LookupError, RuntimeError, TypeError, ValueError),
)

NO_TEXTS: Final[Mapping[str, str]] = MappingProxyType({})

BlockKind = Literal["html", "text", "value"]
_ESCAPED: Final[Mapping[BlockKind, Escaped]] = {"html": "values", "text": "all", "value": "nothing"}


def template_sources(files: Mapping[str, bytes]) -> dict[str, str]:
    """The sources of templates, of their files by path.

    Raises TemplateFailed for a file that is no UTF-8 text or exceeds 1 MB.
    """
    return {path: _source(files[path], path) for path in sorted(files)}


def _source(content: bytes, name: str) -> str:
    if len(content) > TEMPLATE_CAP_BYTES:
        raise TemplateFailed(name, f"a template over {TEMPLATE_CAP_BYTES:,} bytes is refused")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise TemplateFailed(name, "it is no UTF-8 text; save it as UTF-8", line) from error


@dataclass(frozen=True, slots=True)
class Block:
    """A compiled template. `variables` are what it reads, with dots: `visitor.city`, `code`; `references` the templates
    that it extends, includes or imports, None where a path among them is only known when it is shown."""

    name: str
    variables: frozenset[str]
    references: frozenset[str] | None
    _template: Template
    _kind: BlockKind
    _cap_chars: int
    _effort: Effort
    _form: Form | None

    def form_with(self, texts: Mapping[str, str]) -> Form | None:
        """The form in which these texts stand, for contexts that lack their names; None where it takes Jinja2."""
        return None if self._form is None else self._form.with_texts(texts)

    def render(self, context: Mapping[str, Any], texts: Mapping[str, str] = NO_TEXTS) -> str:
        """The markup for this context; of kind `value`, a plain text to be handed to another template.

        texts: what stands for variables that the context lacks. Raises TemplateUnknown where something None or missing
        is used outside `default` and `if`, TemplateFailed for anything else that goes wrong, a rendering that runs or
        grows beyond bounds among it.
        """
        rendered = None if self._form is None else self._form.filled(context, texts)
        if rendered is not None:
            return rendered
        rendered = self._rendered({**texts, **context})
        return str(escape(rendered)) if self._kind == "text" else rendered

    def _rendered(self, context: Mapping[str, Any]) -> str:
        """By Jinja2."""
        try:
            return "".join(self._pieces(context))
        except ValueUnknown as unknown:
            raise TemplateUnknown(self.name, self._full_name(unknown.variable)) from None
        except _FAILURES as failure:
            reason = str(failure) or type(failure).__name__
            raise TemplateFailed(self.name, reason, _line_of(failure)) from failure

    def _pieces(self, context: Mapping[str, Any]) -> list[str]:
        """What Jinja2's `generate` gives, without its layers: they cost as much as a small template itself."""
        template, left, pieces = self._template, self._cap_chars, []
        environment, known = template.environment, {**template.globals, **context}
        values = environment.context_class(environment, known, template.name, template.blocks, template.globals)
        self._effort.begin()
        try:
            for piece in template.root_render_func(values):
                left -= len(piece)
                if left < 0:
                    raise BoundExceeded(f"it makes more than {self._cap_chars:,} characters")
                pieces.append(piece)
        except RecursionError:  # Jinja2 would look through a thousand frames for its lines: 0.1 s, on every page
            raise BoundExceeded("it takes itself in, or calls itself, without end") from None
        except Exception:  # noqa: BLE001 - it is raised again, with the template's own lines
            environment.handle_exception()
        return pieces

    def _full_name(self, attribute: str) -> str:
        """The variable that ends in this attribute, where only one does."""
        fitting = [name for name in self.variables if name == attribute or name.endswith(f".{attribute}")]
        return fitting[0] if len(fitting) == 1 else attribute


class BlockRenderer:
    """Every template of a folder, compiled once; a changed folder takes a new renderer.

    `sources` are what `template_sources` gave. A template that does not compile is kept as a problem and raised when it
    is asked for. A template's variables are the values under `with` by their names, and what the caller gives besides:
    visitor, segments, nonce and so on, which no value can hide.
    """

    def __init__(self, sources: Mapping[str, str], *, output_cap_chars: int = OUTPUT_CAP_CHARS) -> None:
        self._cap_chars = output_cap_chars
        self._markup = BlockEnvironment(DictLoader(dict(sources)))
        self._plain = BlockEnvironment(autoescape=False)
        self._blocks: dict[str, Block] = {}
        self._failed: dict[str, TemplateFailed] = {}
        for name, source in sources.items():
            try:
                self._blocks[name] = self._compile(self._markup, source, name, "html")
            except TemplateFailed as failed:
                self._failed[name] = failed

    @property
    def names(self) -> tuple[str, ...]:
        """The paths of all templates, in order, the broken ones included."""
        return tuple(sorted([*self._blocks, *self._failed]))

    @property
    def problems(self) -> tuple[TemplateFailed, ...]:
        """The templates that do not compile, each with its path, its line and why, in order."""
        return tuple(self._failed[name] for name in sorted(self._failed))

    def block(self, path: str) -> Block:
        """The template with this path; raises TemplateFailed where there is none, or where it does not compile."""
        if path in self._blocks:
            return self._blocks[path]
        raise self._failed.get(path) or TemplateFailed(path, "there is no such template")

    def compile_inline(self, source: str, *, name: str, kind: BlockKind = "html") -> Block:
        """A template that a rule holds itself; raises TemplateFailed with the line within the source.

        Kind `html` is markup, and what is put in is escaped; of `text` everything is escaped in the end; a `value`, for
        `with`, stays plain, and is escaped by the template that shows it.
        """
        return self._compile(self._markup if kind == "html" else self._plain, source, name, kind)

    def render(self, path: str, context: Mapping[str, Any], values: Mapping[str, Block | str] | None = None) -> str:
        """A template's markup for one visitor; values given as blocks are rendered first. Raises as `Block.render`."""
        return FilledBlock(self.block(path), values or {}).render(context)

    def _compile(self, environment: BlockEnvironment, source: str, name: str, kind: BlockKind) -> Block:
        try:
            tree = environment.parse(source, name)
            _check_references(environment, tree, name)
            template = environment.from_string(tree)
        except TemplateSyntaxError as error:
            raise TemplateFailed(name, (error.message or "it does not compile").rstrip("."), error.lineno) from error
        except (RecursionError, MemoryError, SyntaxError) as error:  # of Python's own parser and compiler
            raise TemplateFailed(name, "it is nested too deeply") from error
        form = form_of(tree, escaped=_ESCAPED[kind], cap_chars=min(self._cap_chars, LONGEST_TEXT))
        return Block(
            name, _variables(tree), _references(tree), template, kind, self._cap_chars, environment.effort, form
        )


class FilledBlock:
    """A block with the values under its `with`: texts, or blocks that are rendered in the same context first."""

    __slots__ = ("_block", "_blocks", "_constant", "_filled", "_names", "_texts")

    def __init__(self, block: Block, values: Mapping[str, Block | str]) -> None:
        self._block = block
        self._texts = {name: value for name, value in values.items() if isinstance(value, str)}
        self._blocks = {name: value for name, value in values.items() if isinstance(value, Block)}
        self._names = frozenset(self._texts)
        form = None if self._blocks else block.form_with(self._texts)
        self._filled = None if form is None else form.filled
        self._constant = None if form is None else form.constant

    def render(self, context: Mapping[str, Any]) -> str:
        """The markup for this context; what the context holds no value can hide. Raises as `Block.render`."""
        if self._filled is not None and self._names.isdisjoint(context):
            rendered = self._constant or self._filled(context, NO_TEXTS)
            if rendered is not None:
                return rendered
        if not self._blocks:
            return self._block.render(context, self._texts)
        rendered_values = {name: value.render(context) for name, value in self._blocks.items()}
        return self._block.render(context, {**self._texts, **rendered_values})


def with_values(context: Mapping[str, Any], values: Mapping[str, Block | str]) -> dict[str, Any]:
    """The context with the values under `with`, each rendered in the context itself."""
    shown = {name: value.render(context) if isinstance(value, Block) else value for name, value in values.items()}
    return {**shown, **context}


def _line_of(failure: BaseException) -> int | None:
    """The line of the template where a rendering failed; Jinja2 writes its traceback in template lines."""
    step, line = failure.__traceback__, None
    while step is not None:
        if step.tb_frame.f_code.co_filename == _TEMPLATE_FILE:
            line = step.tb_lineno
        step = step.tb_next
    return line


def _check_references(environment: BlockEnvironment, tree: nodes.Template, name: str) -> None:
    """That what it extends, includes and filters with is there; the compiler leaves that open within an `if`."""
    known = environment.loader.list_templates() if environment.loader else []
    for reference in tree.find_all((nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)):
        assert isinstance(reference, nodes.Extends | nodes.Include | nodes.Import | nodes.FromImport)
        optional = isinstance(reference, nodes.Include) and reference.ignore_missing
        match reference.template:
            case nodes.Const(value=str() as path) if path not in known and not optional:
                raise TemplateFailed(name, f'there is no template "{path}"', reference.lineno)
    for used in tree.find_all(nodes.Filter):
        if used.name not in environment.filters:
            raise TemplateFailed(name, _no_filter(used.name), used.lineno)
    for test in tree.find_all(nodes.Test):
        if test.name not in environment.tests:
            raise TemplateFailed(name, f'there is no test "{test.name}"', test.lineno)


def _no_filter(name: str) -> str:
    if name == "safe":
        return 'there is no filter "safe" here; write the markup in the template, around what is put in'
    return f'there is no filter "{name}"'


def _variables(tree: nodes.Template) -> frozenset[str]:
    """What a template reads from outside, each as far as its dots go."""
    roots = meta.find_undeclared_variables(tree)
    called = {id(call.node) for call in tree.find_all(nodes.Call)}
    parts = tree.find_all((nodes.Name, nodes.Getattr, nodes.Getitem))
    chains = {_chain(node) for node in parts if id(node) not in called or isinstance(node, nodes.Name)}
    read = {chain for chain in chains if chain and chain[0] in roots}
    return frozenset(".".join(chain) for chain in read if not any(_goes_on(chain, other) for other in read))


def _references(tree: nodes.Template) -> frozenset[str] | None:
    """The paths that stand in `extends`, `include` and `import`; several in one list, as `include` allows."""
    paths = set(meta.find_referenced_templates(tree))
    return None if None in paths else frozenset(path for path in paths if path is not None)


def _goes_on(chain: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return len(other) > len(chain) and other[: len(chain)] == chain


def _chain(node: nodes.Node) -> tuple[str, ...]:
    """The names from a variable to this attribute of it; none where an index or a call comes between."""
    match node:
        case nodes.Name(ctx="load"):
            return (node.name,)
        case nodes.Getattr():
            before, last = _chain(node.node), node.attr
        case nodes.Getitem(arg=nodes.Const(value=str() as key)):
            before, last = _chain(node.node), key
        case _:
            return ()
    return (*before, last) if before else ()
