"""The wrapped app of the tests beside."""

from tests.asgi.conftest import clock, rules, wrap

__all__ = ["clock", "rules", "wrap"]
