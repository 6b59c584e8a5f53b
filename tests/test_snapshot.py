"""The cached copy of the policy: the same as the files say, and never in the way."""

from __future__ import annotations

from pathlib import Path

import pytest

from dandang import snapshot
from dandang.model import Policy


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("DANDANG_CACHE", raising=False)
    return tmp_path


def files(cache: Path) -> list[Path]:
    return sorted(path for path in cache.rglob("*") if path.is_file())


def plain(policy: Policy) -> dict[str, object]:
    return {key: dict(value) if isinstance(value, dict) else value for key, value in policy._asdict().items()}


def test_the_copy_is_the_policy(cache: Path, policy: Policy) -> None:
    first, second = snapshot.policy(), snapshot.policy()
    assert plain(first) == plain(second) == plain(policy)
    assert len(snapshot.store().oxigraph) == len(snapshot.store().oxigraph) > 10_000
    assert {path.suffix for path in files(cache)} == {".policy", ".nq"}


def test_the_folder_is_the_users_own(cache: Path) -> None:
    snapshot.policy()
    assert files(cache)[0].parent.stat().st_mode & 0o077 == 0


def test_a_damaged_copy_is_ignored(cache: Path, policy: Policy) -> None:
    snapshot.policy()
    snapshot.store()
    for path in files(cache):
        path.write_bytes(b"damaged")
    assert plain(snapshot.policy()) == plain(policy)
    assert len(snapshot.store().oxigraph) > 10_000


def test_switched_off_nothing_is_written(cache: Path, policy: Policy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DANDANG_CACHE", "off")
    assert plain(snapshot.policy()) == plain(policy)
    assert files(cache) == []


def test_an_unwritable_cache_is_no_error(tmp_path: Path, policy: Policy, monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    assert plain(snapshot.policy()) == plain(policy)


def test_other_data_have_a_copy_of_their_own_and_old_copies_go(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot.policy()
    before = files(cache)
    folder = tmp_path / "more"
    folder.mkdir()
    (folder / "more.ttl").write_text("<http://example.org/a> <http://example.org/b> <http://example.org/c> .")
    monkeypatch.setenv("DANDANG_DATA", str(folder))
    snapshot.policy()
    after = [path for path in files(cache) if path.suffix == ".policy"]
    assert len(after) == 1 and after != before


def test_what_is_kept_is_made_once(cache: Path) -> None:
    assert snapshot.kept("x.thing", lambda: b"one") == b"one"
    assert snapshot.kept("x.thing", lambda: b"two") == b"one"
    assert snapshot.kept("y.thing", lambda: b"two") == b"two"
    assert [path.name for path in files(cache)] == ["y.thing"]


def test_what_is_damaged_or_may_be_anybodys_is_made_anew(cache: Path) -> None:
    snapshot.kept("x.thing", lambda: b"one")
    (path,) = files(cache)
    for content in (b"", path.read_bytes()[:-1], path.read_bytes()[:-1] + b"f"):
        path.write_bytes(content)
        assert snapshot.kept("x.thing", lambda: b"two") == b"two"
        assert snapshot.kept("x.thing", lambda: b"three") == b"two"
        path.unlink()
        snapshot.kept("x.thing", lambda: b"one")
    path.chmod(0o666)
    assert snapshot.kept("x.thing", lambda: b"mine") == b"mine"
    assert files(cache)[0].stat().st_mode & 0o077 == 0
    assert snapshot.kept("x.thing", lambda: b"four") == b"mine"
