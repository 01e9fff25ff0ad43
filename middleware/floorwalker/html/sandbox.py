"""Jinja2 as editors get it: sandboxed, autoescaped, bounded, and with an answer to what is unknown about a visitor."""

import re
from collections.abc import Callable, Iterable, Mapping, MutableMapping, Sequence
from itertools import pairwise
from types import BuiltinMethodType, MethodType
from typing import Any, Final, NoReturn, cast

from jinja2 import BaseLoader, Template, TemplateSyntaxError, nodes, pass_eval_context
from jinja2.filters import do_format, do_join, do_replace, do_round, do_striptags, do_tojson
from jinja2.nodes import EvalContext
from jinja2.runtime import BlockReference, Context, LoopContext, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

from floorwalker.html.effort import (
    MOST_ROUNDS,
    ROUND_STEPS,
    SMALL_TEXT,
    BoundExceeded,
    Effort,
    check_length,
    check_option,
)
from floorwalker.html.unknown import Unknown, ValueUnknown

LARGEST_BITS: Final = 1024
MOST_NODES: Final = 20_000  # of one template; about a second of compiling
_MAPPING_METHODS: Final = frozenset(["items", "keys", "values"])
_UNBOUNDED_METHODS: Final = frozenset(
    ["center", "expandtabs", "format", "format_map", "ljust", "maketrans", "rjust", "translate", "zfill"]
)
_FILTERS_LEFT_OUT: Final = ("center", "indent", "batch", "slice", "xmlattr", "pprint", "random", "attr", "safe")
_UNBOUNDED_GLOBALS: Final = ("lipsum", "cycler", "joiner")
_COUNTED: Final = "floorwalker counted"
_BOUNDED: Final = "floorwalker bounded"
_CONSUMED: Final = "floorwalker consumed"
_WIDEST_INDENT: Final = 8
_MOST_DIGITS: Final = 100
_COPIED_PER_STEP: Final = 2_048
_SIZED: Final = (str, list, tuple)
_NESTED: Final = (list, tuple, dict, set, frozenset)
_METHODS: Final = (BuiltinMethodType, MethodType)
_OF_THE_TEMPLATE: Final = (Macro, BlockReference)
_WIDE_FORMAT: Final = re.compile(r"\*|\d{3,}")
_UNQUOTED: Final = re.compile(r"<[a-zA-Z][^<>]*=\s*\Z")


class BlockEnvironment(ImmutableSandboxedEnvironment):
    """Compiles and runs the templates of blocks. Everything None or missing is unknown; keys come before methods."""

    intercepted_binops = frozenset(["*", "**", "+", "%"])

    def __init__(self, loader: BaseLoader | None = None, *, autoescape: bool = True) -> None:
        self.effort = Effort()
        super().__init__(loader=loader, autoescape=autoescape, undefined=Unknown, finalize=self._shown)
        self.cache = None if loader is None else self.cache
        self.globals["range"] = _bounded_range
        for name in _UNBOUNDED_GLOBALS:
            del self.globals[name]
        for name in _FILTERS_LEFT_OUT:
            del self.filters[name]
        self.filters |= {"format": _format, "replace": _replace, "join": _join, "tojson": _tojson, "round": _round}
        self.filters["striptags"] = self._striptags
        self.filters = self.effort.paid(self.filters)
        self.filters |= {_COUNTED: self.effort.count, _BOUNDED: self._bounded, _CONSUMED: self.effort.consume}
        tests: dict[str, Any] = {**self.tests}
        self.tests.update(self.effort.paid_tests(tests))
        self.policies["json.dumps_kwargs"] = {"sort_keys": True, "default": _as_json}

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The names that every template knows, in one dictionary: Jinja2 chains two, and copies them on each page."""
        return {**self.globals, **(d or {})}

    def getattr(self, obj: Any, attribute: str) -> Any:
        """A mapping's key, or an attribute; unknown where there is none."""
        if isinstance(obj, Mapping):
            if attribute in obj:
                return self._known(obj[attribute], attribute)
            if attribute not in _MAPPING_METHODS:
                return self.undefined(obj=obj, name=attribute)
        return self._known(super().getattr(obj, attribute), attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """A key, an index or an attribute; unknown where there is none."""
        if argument.__class__ is tuple:
            self.effort.consume(argument)  # hashing walks through it
        return self._known(super().getitem(obj, argument), str(argument))

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """As in the sandbox, without the methods that can make much of little."""
        if isinstance(obj, str | bytes) and attr in _UNBOUNDED_METHODS:
            return False
        if isinstance(obj, int) and attr == "to_bytes":
            return False
        return super().is_safe_attribute(obj, attr, value)

    def wrap_str_format(self, _: Any) -> Callable[..., str] | None:
        """Nothing: `str.format` is refused."""
        return None

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """As usual, within bounds."""
        if operator == "%" and isinstance(left, str):
            raise BoundExceeded("% is for numbers; write ~ to join texts")
        if operator == "**" and not (abs(left) <= 10_000 and abs(right) <= 20):
            raise BoundExceeded("a power is too large")
        if operator == "*":
            _check_product(left, right)
        return self._bounded(super().call_binop(context, operator, left, right))

    def get_template(
        self, name: str | Template, parent: str | None = None, globals: MutableMapping[str, Any] | None = None
    ) -> Template:
        """As usual. Whatever is taken in counts like a round of a loop: forty files that each take in the next one
        twice would make a trillion."""
        self.effort.spend(ROUND_STEPS)
        return super().get_template(name, parent, globals)

    def select_template(
        self,
        names: Iterable[str | Template],
        parent: str | None = None,
        globals: MutableMapping[str, Any] | None = None,
    ) -> Template:
        """As usual, and counted for each that is looked for."""
        return super().select_template(self.effort.count(names), parent, globals)

    def call(self, context: Context, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        """As usual, within bounds."""
        if isinstance(obj, _OF_THE_TEMPLATE):
            self.effort.spend(ROUND_STEPS)
        elif isinstance(obj, _METHODS):
            if obj.__self__.__class__ is not str or len(obj.__self__) > SMALL_TEXT:
                args = self._paid_method(obj, args)
        elif isinstance(obj, LoopContext) and args:
            args = (self.effort.count(args[0]), *args[1:])
        for value in args:
            self.effort.consume(value)
        for value in kwargs.values():
            self.effort.consume(value)
        return self._bounded(super().call(context, obj, *args, **kwargs))

    def _paid_method(self, method: BuiltinMethodType | MethodType, args: tuple[Any, ...]) -> tuple[Any, ...]:
        owner = method.__self__
        self.effort.consume(owner)
        return _checked(method.__name__, owner, args) if args and isinstance(owner, str | bytes) else args

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        try:
            template = super()._parse(source, name, filename)
        except ValueError as error:  # of int(), which takes no more than 4,300 digits
            raise TemplateSyntaxError("a number has too many digits", 1, name, filename) from error
        if sum(1 for _ in template.find_all(nodes.Node)) > MOST_NODES:
            raise TemplateSyntaxError(f"it has more than {MOST_NODES:,} parts; split it", 1, name, filename)
        _Bounds(name, filename).visit(template)
        return template

    def _shown(self, value: Any) -> Any:
        if value is None:
            raise ValueUnknown("a value")
        if isinstance(value, str):
            if len(value) > SMALL_TEXT:
                self.effort.consume(value)
        elif isinstance(value, _NESTED):
            self.effort.consume(value)  # before it is written out
        return value

    def _bounded(self, value: Any) -> Any:
        if isinstance(value, _SIZED) and len(value) > SMALL_TEXT:
            check_length(len(value))
            self.effort.consume(value)
        return value

    def _striptags(self, value: Any) -> str:
        """Jinja2's filter; it copies the text anew for each tag in it."""
        text = str(value)
        self.effort.spend(text.count("<") * len(text) // _COPIED_PER_STEP)
        return do_striptags(value)

    def _known(self, value: Any, name: str) -> Any:
        return self.undefined(name=name) if value is None else value


class _Bounds(NodeTransformer):
    """Has every loop counted, every joined text bounded, an `if` without `else` empty, and escaping left on."""

    def __init__(self, name: str | None, filename: str | None) -> None:
        self._name, self._filename = name, filename

    def visit(self, node: nodes.Node, *_: Any, **__: Any) -> nodes.Node:
        """The node to stand in this one's place."""
        self.generic_visit(node)
        match node:
            case nodes.For():
                texts = sum(len(text.data) for text in node.find_all(nodes.TemplateData))
                node.iter = _through(_COUNTED, node.iter, nodes.Const(texts, lineno=node.lineno))
            case nodes.Concat():
                node.nodes = [each if isinstance(each, nodes.Const) else _paid(each) for each in node.nodes]
                return _through(_BOUNDED, node)
            case nodes.Getitem(arg=nodes.Slice()):
                return _through(_BOUNDED, node)
            case nodes.Pair(key=key) if not isinstance(key, nodes.Const):
                node.key = _paid(key)
            case nodes.Compare():
                _pay_for_operands(node)
            case nodes.CondExpr(expr2=None):
                node.expr2 = nodes.Const("", lineno=node.lineno)
            case nodes.ScopedEvalContextModifier():
                self._fail("escaping stays on; leave autoescape out", node.lineno)
            case nodes.Output():
                self._check_quoted(node)
        return node

    def _check_quoted(self, output: nodes.Output) -> None:
        for before, after in pairwise(output.nodes):
            if isinstance(before, nodes.TemplateData) and _UNQUOTED.search(before.data):
                self._fail('an attribute needs quotes: write ="{{ … }}"', after.lineno)

    def _fail(self, message: str, line: int) -> NoReturn:
        raise TemplateSyntaxError(message, line, self._name, self._filename)


def _through(name: str, node: nodes.Node, *args: nodes.Expr) -> nodes.Expr:
    return nodes.Filter(cast(nodes.Expr, node), name, list(args), [], None, None, lineno=node.lineno)


def _paid(node: nodes.Expr) -> nodes.Expr:
    return _through(_CONSUMED, node)


def _pay_for_operands(compare: nodes.Compare) -> None:
    """Has what is searched paid for, and what is compared, but for what is compared with a constant."""
    is_search = any(each.op in ("in", "notin") for each in compare.ops)
    sides = (compare.expr, compare.ops[0].expr)
    if not is_search and len(compare.ops) == 1 and any(isinstance(side, nodes.Const) for side in sides):
        return
    if not isinstance(compare.expr, nodes.Const):
        compare.expr = _paid(compare.expr)
    for operand in compare.ops:
        operand.expr = _paid(operand.expr)


def _checked(method: str, text: Any, args: tuple[Any, ...]) -> tuple[Any, ...]:
    """The arguments of a text's method, once it is sure that it does not make much of little."""
    match method, args:
        case ("replace", (old, new, *_)):
            check_length(len(text) + text.count(old) * len(new))
        case ("join", (items,)):
            pieces = list(items)
            check_length(len(pieces) * len(text) + sum(len(piece) for piece in pieces))
            return (pieces,)
        case _:
            for option in args:
                check_option(option)
    return args


def _format(value: str, *args: Any, **kwargs: Any) -> str:
    """Jinja2's filter, without wide fields."""
    if _WIDE_FORMAT.search(value):
        raise BoundExceeded("a format has fields of 100 characters or more")
    if len(value) > SMALL_TEXT:
        longest = max((len(str(shown)) for shown in (*args, *kwargs.values())), default=0)
        check_length(len(value) + value.count("%") * longest)
    return do_format(value, *args, **kwargs)


@pass_eval_context
def _tojson(eval_context: EvalContext, value: Any, indent: int | None = None) -> Markup:
    """Jinja2's filter, within bounds."""
    if indent is not None and not 0 <= indent <= _WIDEST_INDENT:
        raise BoundExceeded(f"an indent is wider than {_WIDEST_INDENT}")
    return do_tojson(eval_context, value, indent)


def _round(value: float, precision: int = 0, method: Any = "common") -> float:
    """Jinja2's filter, within bounds."""
    if not -_MOST_DIGITS <= precision <= _MOST_DIGITS:
        raise BoundExceeded(f"a number is rounded to more than {_MOST_DIGITS} digits")
    return do_round(value, precision, method)


@pass_eval_context
def _replace(eval_context: EvalContext, value: str, old: str, new: str, count: int | None = None) -> str:
    """Jinja2's filter, within bounds."""
    text = str(value)
    check_length(len(text) + text.count(str(old)) * len(str(new)))
    return do_replace(eval_context, value, old, new, count)


@pass_eval_context
def _join(eval_context: EvalContext, value: Iterable[Any], d: str = "", attribute: str | int | None = None) -> str:
    """Jinja2's filter, within bounds."""
    items = list(value)
    check_length(len(items) * len(str(d)))
    joined: str = do_join(eval_context, items, d, attribute)
    check_length(len(joined))
    return joined


def _check_product(left: Any, right: Any) -> None:
    if isinstance(left, int) and isinstance(right, int) and left.bit_length() + right.bit_length() > LARGEST_BITS:
        raise BoundExceeded("a number is too large")
    for sized, times in ((left, right), (right, left)):
        if isinstance(sized, str | bytes | list | tuple) and isinstance(times, int):
            check_length(len(sized) * times)


def _bounded_range(*bounds: int) -> range:
    rounds = range(*bounds)
    if len(rounds) > MOST_ROUNDS:
        raise BoundExceeded(f"a range is longer than {MOST_ROUNDS:,}")
    return rounds


def _as_json(value: Any) -> dict[Any, Any] | list[Any]:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Sequence):
        return list(value)
    if isinstance(value, Unknown):
        value.refuse()
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")
