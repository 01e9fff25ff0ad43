"""What a failover costs under each setting: as docs/scaling.md says."""

import pytest

from tests.cluster.losses import Way, loss_of

pytestmark = pytest.mark.cluster

SECONDS = 0.5
CUT_OFF_S = 1.0
REFUSES_AFTER_S = 2.5  # the lag that it allows is one, looked at once a second


async def test_without_settings_what_a_replica_had_not_heard_of_is_gone_and_nobody_is_told() -> None:
    loss = await loss_of(Way("nothing", stalls_s=CUT_OFF_S), SECONDS)
    assert loss.gone
    assert (loss.uncopied, loss.refused) == (0, False)


async def test_with_replicas_all_that_is_gone_was_told_of() -> None:
    loss = await loss_of(Way("replicas", replicas=1, stalls_s=CUT_OFF_S), SECONDS)
    assert 0 < loss.gone <= loss.uncopied < loss.acknowledged


async def test_a_master_that_wants_replicas_refuses_within_the_lag_that_it_allows() -> None:
    loss = await loss_of(Way("least", least=1, stalls_s=REFUSES_AFTER_S), SECONDS)
    assert loss.refused


async def test_with_replicas_a_healthy_pair_loses_nothing() -> None:
    loss = await loss_of(Way("replicas", replicas=1), SECONDS)
    assert loss.acknowledged
    assert loss.gone <= loss.uncopied
