"""Outages, as they are told."""

import asyncio
import logging

import pytest

from floorwalker.errors import StoreUnavailable
from floorwalker.store.courier import Outage


async def well() -> None:
    """A probe that is always answered."""


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.message for record in caplog.records if record.levelno == logging.WARNING]


async def test_a_server_that_answers_probes_and_refuses_commits_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    outage = Outage(well, first_s=0, longest_s=0)
    for _ in range(5):
        outage.failed(StoreUnavailable("its memory is full"))
        await asyncio.wait_for(outage.over(), 5)
        outage.succeeded()
    assert told(caplog) == ["the store is away; commits wait: its memory is full"]


async def test_another_reason_is_told(caplog: pytest.LogCaptureFixture) -> None:
    outage = Outage(well, first_s=0, longest_s=0)
    for reason in ("its memory is full", "it is gone"):
        outage.failed(StoreUnavailable(reason))
        await asyncio.wait_for(outage.over(), 5)
    assert len(told(caplog)) == 2


async def test_the_end_is_told_of_an_outage_that_was_told(caplog: pytest.LogCaptureFixture) -> None:
    outage = Outage(well, first_s=0, longest_s=0)
    with caplog.at_level(logging.INFO, "floorwalker.store"):
        for _ in range(3):
            outage.failed(StoreUnavailable("its memory is full"))
            await asyncio.wait_for(outage.over(), 5)
    ends = [record.message for record in caplog.records if record.levelno == logging.INFO]
    assert ends == ["the store answers again; what waited is being committed"]
