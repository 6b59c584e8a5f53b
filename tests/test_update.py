"""A store that may be written to: who may, what a change leaves in the file, and what a kill leaves."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from dandang.errors import DandangError, InputError
from dandang.web import create_app, serve
from dandang.web.app import query_pool
from dandang.web.sparql_jobs import Content
from dandang.web.sparql_store import NotSaved, StoreFile, Token, opened, read_token

SECRET = "correct-horse-battery-staple"
UPDATE, TURTLE = "application/sparql-update", "text/turtle"
G = "http://e/g"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "store.nq"


def app_of(file: Path, *, token: bool = True) -> FlaskClient:
    settings = {"STORE": StoreFile(file), "UPDATE_TOKEN": Token(SECRET) if token else None, "QUERY_WORKERS": 1}
    return create_app({**settings, "TESTING": True}).test_client()


def close(client: FlaskClient) -> None:
    query_pool(client.application).close()
    client.application.config["STORE"].close()


@pytest.fixture
def client(file: Path) -> Iterator[FlaskClient]:
    """A client of a store with one triple, which needs a token."""
    file.write_text(f"<http://e/a> <http://e/p> <http://e/b> <{G}> .\n")
    made = app_of(file)
    yield made
    close(made)


def change(client: FlaskClient, update: str, token: str | None = f"Bearer {SECRET}") -> TestResponse:
    headers = {"Authorization": token} if token is not None else {}
    return client.post("/sparql", data=update.encode(), content_type=UPDATE, headers=headers)


def holds(client: FlaskClient, pattern: str) -> bool:
    return bool(json.loads(client.get("/sparql", query_string={"query": f"ASK {{ {pattern} }}"}).data)["boolean"])


INSERT = f"INSERT DATA {{ GRAPH <{G}> {{ <http://e/a> <http://e/p> '值' }} }}"


# --- who may change it ------------------------------------------------------------------------------------------------


def test_token_lets_change(client: FlaskClient) -> None:
    assert change(client, INSERT).status_code == 204
    assert holds(client, "?s ?p '值'")
    bearer = {"Authorization": f"bearer {SECRET}"}
    assert client.put("/graphs?graph=http://e/h", data=b"", content_type=TURTLE, headers=bearer).status_code == 201
    assert client.delete("/graphs?graph=http://e/h", headers=bearer).status_code == 204


NO_TOKEN = [
    (None, "unauthorized"),
    ("", "unauthorized"),
    ("Bearer", "unauthorized"),
    (f"Basic {SECRET}", "unauthorized"),
    ("Bearer wrong", "invalid-token"),
    (f"Bearer {SECRET}x", "invalid-token"),
    (f"Bearer {SECRET[:-1]}", "invalid-token"),
    ("Bearer \xe9", "invalid-token"),
]


def test_without_the_token_nothing_changes(client: FlaskClient, file: Path) -> None:
    before = file.read_bytes()
    for given, code in NO_TOKEN:
        headers = {"Authorization": given} if given is not None else {}
        for answer in (
            change(client, "CLEAR ALL", given),
            client.post("/sparql", data={"update": "CLEAR ALL"}, headers=headers),
            client.delete(f"/graphs?graph={G}", headers=headers),
            client.put(f"/graphs?graph={G}", data=b"", content_type=TURTLE, headers=headers),
            client.post("/graphs", data=b"", content_type=TURTLE, headers=headers),
        ):
            assert answer.status_code == 401 and json.loads(answer.data)["code"] == code
            assert answer.headers["WWW-Authenticate"].startswith('Bearer realm="dandang"')
            assert ("invalid_token" in answer.headers["WWW-Authenticate"]) is (code == "invalid-token")
            assert SECRET not in answer.text
    assert holds(client, "<http://e/a> ?p ?o") and file.read_bytes() == before


def test_reading_needs_no_token(client: FlaskClient) -> None:
    assert holds(client, "?s ?p ?o")
    assert client.get(f"/graphs?graph={G}").status_code == 200


def test_page_of_another_site_changes_nothing(client: FlaskClient) -> None:
    headers = {"Origin": "http://other.example", "Authorization": f"Bearer {SECRET}"}
    answer = client.post("/sparql", data={"update": "CLEAR ALL"}, headers=headers)
    assert answer.status_code == 403 and holds(client, "?s ?p ?o")


def test_store_without_a_token_answers_to_this_machine_only(file: Path) -> None:
    made = app_of(file, token=False)
    assert change(made, INSERT, None).status_code == 204
    answer = made.post("/sparql", data={"update": "CLEAR ALL"}, headers={"Host": "rebound.example"})
    assert answer.status_code == 400 and holds(made, "?s ?p '值'")
    close(made)


def test_token_is_compared_whole_and_is_in_no_settings(client: FlaskClient) -> None:
    assert SECRET not in repr(vars(client.application.config["UPDATE_TOKEN"])) + repr(client.application.config)


@pytest.mark.parametrize(
    "text", ["", "short", "令牌令牌令牌令牌令牌令牌令牌令牌", "with blanks in the middle", "x" * 513]
)
def test_token_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    place = tmp_path / "token"
    place.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="16 to 512"):
        read_token(str(place))


def test_token_comes_from_a_file_or_a_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "token"
    place.write_text(f"{SECRET}\n")
    found = read_token(str(place))
    assert found and found.fits(SECRET)
    monkeypatch.setenv("DANDANG_UPDATE_TOKEN", "another-token-of-some-length")
    assert (other := read_token(None)) and other.fits("another-token-of-some-length") and not other.fits(SECRET)
    monkeypatch.delenv("DANDANG_UPDATE_TOKEN")
    assert read_token(None) is None
    with pytest.raises(InputError, match="cannot be read"):
        read_token(str(tmp_path / "none"))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"store": None, "token_file": "token"}, "goes with --store"),
        ({"store": "x.nq", "scratch": True}, "not both"),
        ({"store": "x.nq", "local": False}, "needs an update token"),
        ({"services": ("http://e.org/",)}, "is no host name"),
        ({"services": ("e.org/x",)}, "is no host name"),
        ({"services": ("",)}, "is no host name"),
    ],
)
def test_options_that_do_not_fit_are_told(options: dict[str, object], words: str) -> None:
    given = {"store": None, "token_file": None, "services": (), "scratch": False, "local": True, **options}
    with pytest.raises(InputError, match=words) as found:
        opened(**given)  # type: ignore[arg-type]
    assert found.value.hint


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1"])
def test_others_reach_no_store_without_a_token(file: Path, host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DANDANG_UPDATE_TOKEN", raising=False)
    with pytest.raises(InputError, match="needs an update token"):
        serve(host, 0, store=str(file))
    assert not file.exists()


# --- what is in the file ----------------------------------------------------------------------------------------------


def test_changes_outlive_the_server(client: FlaskClient, file: Path) -> None:
    change(client, f"{INSERT} ; CREATE GRAPH <http://e/empty>")
    close(client)
    again = app_of(file)
    assert holds(again, "?s ?p '值'") and holds(again, "?s ?p <http://e/b>")
    assert again.get("/graphs?graph=http://e/empty").status_code == 200
    close(again)


def test_new_store_is_made_of_the_shipped_data(file: Path) -> None:
    made = app_of(file)
    assert holds(made, "?s a dd:ExemptionClause") and file.stat().st_size > 1_000_000
    change(made, "INSERT DATA { <http://e/x> a dd:ExemptionClause }")
    # Questions are asked of all graphs together, as of the public graph.
    assert holds(made, "<http://e/x> a dd:ExemptionClause . ?other a dd:AccountabilityCircumstance")
    close(made)


def test_change_that_fails_leaves_the_file(client: FlaskClient, file: Path) -> None:
    before = file.read_bytes()
    assert change(client, "CLEAR ALL ; CREATE GRAPH <http://e/x> ; CREATE GRAPH <http://e/x>").status_code == 400
    assert file.read_bytes() == before and holds(client, "?s ?p ?o")


def test_change_that_cannot_be_saved_is_not_made(
    client: FlaskClient, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    answer = change(client, "CLEAR ALL")
    assert answer.status_code == 507 and json.loads(answer.data)["code"] == "not-saved"
    monkeypatch.undo()
    assert holds(client, "?s ?p ?o") and [path.name for path in file.parent.iterdir() if path.suffix == ".tmp"] == []
    assert change(client, INSERT).status_code == 204 and holds(client, "?s ?p '值'")
    with pytest.raises(NotSaved):
        monkeypatch.setattr(os, "replace", full)
        client.application.config["STORE"].save(Content())


def test_file_that_is_no_store_is_told_with_its_place(file: Path) -> None:
    file.write_text("<http://e/a> <http://e/b> <http://e/c> .\n<a> nonsense\n")
    with pytest.raises(DandangError) as found:
        app_of(file)
    assert found.value.place and (found.value.place.file, found.value.place.line) == (str(file), 2)


def test_store_belongs_to_one_server(client: FlaskClient, file: Path) -> None:
    with pytest.raises(InputError, match="another dandang serve"):
        StoreFile(file)


@pytest.mark.parametrize("where", ["none/store.nq", "."])
def test_place_that_takes_no_file_is_told(tmp_path: Path, where: str) -> None:
    with pytest.raises(InputError):
        StoreFile(tmp_path / where)


# --- a kill -----------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(os.name == "nt", reason="needs SIGKILL")
def test_kill_loses_no_change_that_was_confirmed_and_halves_none(tmp_path: Path) -> None:
    file, token = tmp_path / "store.nq", tmp_path / "token"
    file.write_text("")
    token.write_text(SECRET)
    confirmed: list[int] = []
    for _ in range(3):
        server, port = _serving(file, token)
        writer = threading.Thread(target=_write, args=(port, confirmed))
        writer.start()
        enough = len(confirmed) + 15
        while len(confirmed) < enough and writer.is_alive():
            pass
        server.send_signal(signal.SIGKILL)
        server.wait()
        writer.join()
        if server.stdout:
            server.stdout.close()
        held = {int(n) for n in re.findall(r"<http://e/n> \"(\d+)a\"", file.read_text())}
        # Each change writes two triples, and the last may have been saved without its confirmation.
        assert {int(n) for n in re.findall(r"<http://e/n> \"(\d+)b\"", file.read_text())} == held
        assert set(confirmed) <= held and len(held - set(confirmed)) <= 3
    assert len(confirmed) >= 45


def _serving(file: Path, token: Path) -> tuple[subprocess.Popen[str], int]:
    command = [sys.executable, "-m", "dandang", "serve", "--port", "0", "--store", str(file)]
    server = subprocess.Popen(
        [*command, "--update-token-file", str(token)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert server.stdout
    found = re.search(r"http://[^/]*:(\d+)/", server.stdout.readline())
    assert found
    return server, int(found[1])


def _write(port: int, confirmed: list[int]) -> None:
    headers = {"Content-Type": UPDATE, "Authorization": f"Bearer {SECRET}"}
    with closing(HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        while True:
            number = len(confirmed) + 1
            update = f'INSERT DATA {{ <http://e/s> <http://e/n> "{number}a", "{number}b" }}'
            try:
                connection.request("POST", "/sparql", update.encode(), headers)
                answer = connection.getresponse()
                answer.read()
            except (OSError, HTTPException):
                return
            assert answer.status == 204
            confirmed.append(number)
