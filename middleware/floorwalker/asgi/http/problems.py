"""Problem reports of RFC 9457."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from starlette.responses import JSONResponse

_NO_MORE: Mapping[str, Any] = MappingProxyType({})


def problem(
    status: int,
    title: str,
    detail: str,
    headers: Mapping[str, str] | None = None,
    *,
    members: Mapping[str, Any] = _NO_MORE,
) -> JSONResponse:
    """A refusal that says what to send instead. members: what else it tells (RFC 9457, 3.2)."""
    content = {"type": "about:blank", "title": title, "status": status, "detail": detail, **members}
    return JSONResponse(content, status, headers, media_type="application/problem+json")
