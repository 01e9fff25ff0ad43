"""Problem reports of RFC 9457."""

from collections.abc import Mapping

from starlette.responses import JSONResponse


def problem(status: int, title: str, detail: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """A refusal that says what to send instead."""
    content = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    return JSONResponse(content, status, headers, media_type="application/problem+json")
