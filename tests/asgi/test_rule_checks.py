"""What the room that serves rules says of their content."""

import pytest

from floorwalker.asgi.rules.rule_checks import content_checks
from floorwalker.html.blocks import BlockRenderer
from floorwalker.rulefile import Judgement

TEMPLATES = {
    "self.html": "{% include 'self.html' %}",
    "one.html": "{% include 'two.html' %}",
    "two.html": "{% extends 'three.html' %}",
    "three.html": "{% from 'one.html' import m %}",
    "outside.html": "{% include 'one.html' %}{% include 'plain.html' %}",
    "beside.html": "{% include 'broken.html' %}",
    "broken.html": "{% if %}",
    "maybe.html": "{% include 'nothing.html' ignore missing %}",
    "plain.html": "plain",
}


def judged(path: str) -> Judgement | None:
    judge = content_checks(BlockRenderer(TEMPLATES)).template
    assert judge is not None
    return judge(path)


@pytest.mark.parametrize(
    ("path", "way"),
    [
        ("self.html", "self.html → self.html"),
        ("one.html", "one.html → two.html → three.html → one.html"),
        ("three.html", "three.html → one.html → two.html → three.html"),
    ],
)
def test_templates_that_take_each_other_in_without_end_are_warned_of(path: str, way: str) -> None:
    judgement = judged(path)
    assert judgement is not None
    assert judgement.warning
    assert way in judgement.message


@pytest.mark.parametrize("path", ["outside.html", "beside.html", "maybe.html", "plain.html"])
def test_other_templates_may_take_in_what_they_like(path: str) -> None:
    assert judged(path) is None
