"""Two conditions as they were written, side by side: which part of the words differs. Never decides whether they do."""

from msgspec import Struct

_OPENS, _CLOSES = "{[", "}]"


class Flow(Struct, frozen=True):
    """`name: {a: 1}` or `name: [a, b]` taken apart. pairs, items: None where the value is not of that form."""

    name: str
    value: str
    pairs: dict[str, str] | None = None
    items: tuple[str, ...] | None = None


def taken_apart(written: str) -> Flow:
    """A condition's words: its name, and its value by keys or items where it has any."""
    name, _, value = written.partition(": ")
    inner = value[1:-1]
    if value.startswith("{") and value.endswith("}"):
        pairs = [part.partition(": ") for part in _split(inner)]
        if all(colon for _, colon, _ in pairs):
            return Flow(name, value, pairs={key: text for key, _, text in pairs})
    if value.startswith("[") and value.endswith("]"):
        return Flow(name, value, items=tuple(_split(inner)))
    return Flow(name, value)


def was(old: str, new: str) -> str:
    """What the old words were where the new ones differ, such as `was at_least: 2`; nothing where they are the same."""
    before, after = taken_apart(old), taken_apart(new)
    if before.name == after.name:
        if before.pairs is not None and after.pairs is not None:
            return _of_pairs(before.pairs, after.pairs)
        if before.items is not None or after.items is not None:
            told = _of_items(before.items or (before.value,), after.items or (after.value,))
            return told if told else _whole(before.value, after.value)
        return _whole(before.value, after.value)
    return _whole(old, new)


def _whole(old: str, new: str) -> str:
    return f"was {old}" if old != new else ""


def _of_pairs(old: dict[str, str], new: dict[str, str]) -> str:
    changed = [f"{key}: {value}" for key, value in old.items() if key in new and new[key] != value]
    gone = [f"{key}: {value}" for key, value in old.items() if key not in new]
    fresh = [key for key in new if key not in old]
    told = [f"was {', '.join(changed)}"] if changed else []
    told += [f"was also {', '.join(gone)}"] if gone else []
    told += [f"was without {', '.join(fresh)}"] if fresh else []
    return "; ".join(told)


def _of_items(old: tuple[str, ...], new: tuple[str, ...]) -> str:
    """Which values of a list are new, and which are gone."""
    fresh = [item for item in new if item not in old]
    gone = [item for item in old if item not in new]
    if len(gone) == len(old):
        return ""
    told = [f"new: {', '.join(fresh)}"] if fresh else []
    told += [f"gone: {', '.join(gone)}"] if gone else []
    return "; ".join(told)


def _split(text: str) -> list[str]:
    """A flow's parts, at the commas that no bracket and no quotation mark encloses."""
    parts, depth, quote, begin = [], 0, "", 0
    for place, sign in enumerate(text):
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'" and (place == 0 or text[place - 1] in " [{,"):
            quote = sign
        elif sign in _OPENS:
            depth += 1
        elif sign in _CLOSES:
            depth -= 1
        elif sign == "," and depth == 0:
            parts.append(text[begin:place].strip())
            begin = place + 1
    last = text[begin:].strip()
    return [*parts, last] if last else parts
