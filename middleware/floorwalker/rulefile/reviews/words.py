"""How warnings say what reasoning found."""

from floorwalker.core.reasoning import Clash


def never_together(clash: Clash) -> str:
    """Why something never holds; the first reason that was found."""
    if clash.one and clash.other:
        return f"`{clash.one}` and `{clash.other}` never hold together"
    if clash.one:
        return f"`{clash.one}` never holds here"
    return "its conditions never hold together"
