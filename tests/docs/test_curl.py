"""What docs/events.md sends with curl is answered as the page says."""

import re
import shlex
from pathlib import Path

import httpx

from floorwalker import PersonalizationMiddleware, open_store
from tests.asgi.browser import page_app
from tests.docs.pages import block_with
from tests.docs.tutorial import matches


async def test_the_commands_are_answered_as_the_page_says(tmp_path: Path, valkey_url: str) -> None:
    (tmp_path / "rules.yaml").write_text(block_with("the rules of the events").text, encoding="utf-8")
    store = open_store(valkey_url)
    app = PersonalizationMiddleware(
        page_app(b"<p>Welcome</p>"), rules=tmp_path, store=store, secret_key="k" * 43, write_keys=["wk_try"]
    )
    shown = re.split(r"(?m)^\$ ", block_with("the events").text)[1:]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as client:
        for typed in [*shown, shown[0], shown[1]]:
            command, expected = _taken_apart(typed)
            answer = await client.send(_request(command))
            assert matches(expected, answer.text), f"{command}\n{answer.text}"
    await store.close()


def _taken_apart(typed: str) -> tuple[str, str]:
    """The command, whose body may go over several lines, and what is answered."""
    lines = typed.split("\n")
    end = next(number for number, line in enumerate(lines) if line.startswith("{"))
    return "\n".join(lines[:end]), "\n".join(lines[end:])


def _request(command: str) -> httpx.Request:
    """As curl sends it."""
    words = iter(shlex.split(command)[1:])
    url, key, body = "", "", None
    for word in words:
        match word:
            case "-u":
                key = next(words)
            case "-d":
                body = next(words)
            case _:
                url = word
    headers = {"user-agent": "curl/8.5.0", "content-type": "application/x-www-form-urlencoded"}
    user, _, password = key.partition(":")
    request = httpx.Request("GET" if body is None else "POST", url, headers=headers, content=body)
    return next(httpx.BasicAuth(user, password).auth_flow(request))
