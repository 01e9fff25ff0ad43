"""What templates may do with what is unknown about a visitor."""

from typing import NoReturn

from jinja2 import ChainableUndefined


class ValueUnknown(Exception):
    """Something that is unknown about this visitor was to be shown."""

    def __init__(self, variable: str) -> None:
        self.variable = variable
        super().__init__(variable)


class Unknown(ChainableUndefined):
    """What is unknown: false in `if`, equal to nothing, replaced by `default`; anywhere else it ends the rendering."""

    __slots__ = ()

    def refuse(self, *_: object, **__: object) -> NoReturn:
        """What it does nearly everywhere. Raises ValueUnknown."""
        raise ValueUnknown(self._undefined_name or "a value")

    def _is_never(self, _: object) -> bool:
        return False

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __mod__ = __rmod__ = refuse
    __truediv__ = __rtruediv__ = __floordiv__ = __rfloordiv__ = __pow__ = __rpow__ = __neg__ = __pos__ = refuse
    __str__ = __html__ = __iter__ = __len__ = __int__ = __float__ = __call__ = refuse
    __round__ = __abs__ = __index__ = __reversed__ = __format__ = refuse
    __contains__ = __eq__ = _is_never
    __lt__ = __le__ = __gt__ = __ge__ = _is_never  # type: ignore[assignment]

    def __ne__(self, other: object) -> bool:
        return True

    __hash__ = ChainableUndefined.__hash__
