from pathlib import Path

import pytest

from demo_site.app import operator_login
from demo_site.keys import session_key


def test_the_key_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FLOORWALKER_SECRET_KEY", "from the environment")
    assert session_key(path=tmp_path / "demo.key") == "from the environment"


def test_without_one_a_key_is_made_once_and_kept_for_the_next_worker(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("FLOORWALKER_SECRET_KEY", raising=False)
    path = tmp_path / "var" / "demo.key"
    first = session_key(path=path)
    assert len(first) >= 32
    assert session_key(path=path) == first
    assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["demo.key"]


def test_the_operator_has_a_new_password_at_each_start_unless_one_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FLOORWALKER_OPERATORS", raising=False)
    monkeypatch.delenv("FLOORWALKER_DEMO_PASSWORD", raising=False)
    assert operator_login() != operator_login()
    monkeypatch.setenv("FLOORWALKER_DEMO_PASSWORD", "the one I know by heart")
    assert operator_login() == ("anna", "the one I know by heart")
    monkeypatch.setenv("FLOORWALKER_OPERATORS", "bob:scrypt$1")
    assert operator_login() is None
