"""Problem reports of RFC 9457."""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import JSONResponse


def problem(
    status: int,
    title: str,
    detail: str,
    headers: Mapping[str, str] | None = None,
    *,
    errors: Sequence[Mapping[str, str]] = (),
) -> JSONResponse:
    """A refusal that says what to send instead. errors: what is wrong with each `field`, in its `detail`."""
    content: dict[str, Any] = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    if errors:
        content["errors"] = list(errors)
    return JSONResponse(content, status, headers, media_type="application/problem+json")
