"""Fetching against a local server that breaks off, refuses, ignores ranges, changes its files and sends pages."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from typer.testing import CliRunner

import official_files as make
from laborsim.cli import app
from laborsim.region.official import download
from laborsim.region.official.addresses import Item, plan
from laborsim.region.official.download import MANIFEST, Outcome, Settings, fetch
from laborsim.scenario.problems import InputError

BODY = b"".join(b"line %06d\n" % i for i in range(40_000))  # 480 kB
OTHER = BODY.replace(b"line", b"LINE")


@dataclass
class Reply:
    """How the server answers one request; the last one stands for all later ones."""

    body: bytes = BODY
    status: int = 200
    cut: int = 0  # breaks off after so many bytes of what it promised
    ranges: bool = True
    etag: str = '"one"'
    headers: dict[str, str] = field(default_factory=dict)
    slow: float = 0.0  # seconds between blocks
    length: bool = True  # says how long it is


class Server:
    """A publisher: replies by path, and the requests that came."""

    def __init__(self) -> None:
        self.replies: dict[str, list[Reply]] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *args: object) -> None:
                pass

            def do_GET(self) -> None:
                outer.asked.append((self.path, dict(self.headers)))
                queue = outer.replies.get(self.path.split("?")[0], [Reply(status=404, body=b"no")])
                outer._answer(self, queue.pop(0) if len(queue) > 1 else queue[0])

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.http.server_port}"
        threading.Thread(target=self.http.serve_forever, args=(0.02,), daemon=True).start()

    def _answer(self, request: BaseHTTPRequestHandler, reply: Reply) -> None:
        at, status = 0, reply.status
        span, condition = request.headers.get("Range"), request.headers.get("If-Range")
        if span and reply.ranges and status == 200 and condition in (None, reply.etag):
            at, status = int(span.removeprefix("bytes=").rstrip("-")), 206
            if at >= len(reply.body):
                at, status = 0, 416
        body = b"" if status == 416 else reply.body[at:]
        request.send_response(status)
        if status == 206:
            request.send_header("Content-Range", f"bytes {at}-{len(reply.body) - 1}/{len(reply.body)}")
        if reply.etag:
            request.send_header("ETag", reply.etag)
        for name, value in reply.headers.items():
            request.send_header(name, value)
        if reply.length:
            request.send_header("Content-Length", str(len(body)))
        request.send_header("Connection", "close")
        request.end_headers()
        sent = body[: reply.cut] if reply.cut else body
        try:
            for i in range(0, len(sent), 16_384):
                request.wfile.write(sent[i : i + 16_384])
                if reply.slow:
                    time.sleep(reply.slow)
        except OSError:
            pass
        request.close_connection = True


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("no_proxy", "*")  # the server is on this machine
    made = Server()
    yield made
    made.http.shutdown()
    made.http.server_close()


@pytest.fixture
def waits() -> list[float]:
    return []


ITEM = Item("jolts", (("jt.data.1.AllItems", "https://example.gov/pub/jt.data.1.AllItems"),))
PATH = "/example.gov/pub/jt.data.1.AllItems"


def get(server: Server, folder: Path, waits: list[float], *items: Item, **settings: object) -> Outcome:
    chosen = Settings("laborsim/test (me@example.org)", mirror=server.url, sleep=waits.append, **settings)  # type: ignore[arg-type]
    return fetch(items or (ITEM,), folder, chosen)


def manifest(folder: Path) -> dict[str, dict[str, object]]:
    return json.loads((folder / MANIFEST).read_text())["files"]  # type: ignore[no-any-return]


def left(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


def test_a_file_is_fetched_recorded_and_not_fetched_again(server: Server, tmp_path: Path, waits: list[float]) -> None:
    server.replies[PATH] = [Reply()]
    done = get(server, tmp_path, waits)
    assert done.fetched == ["jt.data.1.AllItems"] and not done.failed and not waits
    assert (tmp_path / "jt.data.1.AllItems").read_bytes() == BODY
    entry = manifest(tmp_path)["jt.data.1.AllItems"]
    assert entry["sha256"] == hashlib.sha256(BODY).hexdigest() and entry["bytes"] == len(BODY)
    assert entry["url"] == ITEM.places[0][1] and entry["adapter"] == "jolts" and entry["etag"] == '"one"'
    assert server.asked[0][1]["User-Agent"] == "laborsim/test (me@example.org)"
    assert left(tmp_path) == ["jt.data.1.AllItems", MANIFEST]
    assert get(server, tmp_path, waits).kept == ["jt.data.1.AllItems"] and len(server.asked) == 1
    (tmp_path / "jt.data.1.AllItems").write_bytes(b"altered")
    again = get(server, tmp_path, waits)
    assert again.replaced == ["jt.data.1.AllItems"] and (tmp_path / "jt.data.1.AllItems").read_bytes() == BODY


def test_a_file_of_ones_own_is_left_alone(server: Server, tmp_path: Path, waits: list[float]) -> None:
    (tmp_path / "jt.data.1.AllItems").write_text("mine")
    assert get(server, tmp_path, waits).own == ["jt.data.1.AllItems"] and not server.asked
    assert (tmp_path / "jt.data.1.AllItems").read_text() == "mine"


def test_a_broken_off_file_is_gone_on_with(server: Server, tmp_path: Path, waits: list[float]) -> None:
    server.replies[PATH] = [Reply(cut=200_000), Reply(cut=100_000), Reply()]
    assert get(server, tmp_path, waits).fetched and waits == [1.0, 2.0]
    assert (tmp_path / "jt.data.1.AllItems").read_bytes() == BODY
    assert [a[1].get("Range") for a in server.asked] == [None, "bytes=200000-", "bytes=300000-"]
    assert server.asked[1][1]["If-Range"] == '"one"'


def test_a_part_is_gone_on_with_by_the_next_call(server: Server, tmp_path: Path, waits: list[float]) -> None:
    server.replies[PATH] = [Reply(cut=150_000)]
    failed = get(server, tmp_path, waits, tries=1).failed
    assert failed == [("jt.data.1.AllItems", "example.gov broke off after 150,000 of 480,000 bytes")]
    assert left(tmp_path) == ["jt.data.1.AllItems.part", "jt.data.1.AllItems.part.json"]
    server.replies[PATH] = [Reply()]
    assert get(server, tmp_path, waits).fetched and server.asked[-1][1]["Range"] == "bytes=150000-"
    assert (tmp_path / "jt.data.1.AllItems").read_bytes() == BODY and left(tmp_path) == ["jt.data.1.AllItems", MANIFEST]


@pytest.mark.parametrize(
    "second",
    [
        Reply(ranges=False),  # the whole file although a range was asked for
        Reply(body=OTHER, etag='"two"'),  # changed, and the server says so
        Reply(body=OTHER[:-12], etag='"two"'),
    ],
    ids=["ignores ranges", "changed", "changed and shorter"],
)
def test_never_two_files_in_one(second: Reply, server: Server, tmp_path: Path, waits: list[float]) -> None:
    server.replies[PATH] = [Reply(cut=200_000), second]
    assert get(server, tmp_path, waits).fetched
    assert (tmp_path / "jt.data.1.AllItems").read_bytes() == second.body


def test_a_changed_file_is_begun_anew_even_if_the_server_sends_the_range(
    server: Server, tmp_path: Path, waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    careless = Server._answer

    def answer(self: Server, request: BaseHTTPRequestHandler, reply: Reply) -> None:
        del request.headers["If-Range"]  # a server that does not know the condition
        careless(self, request, reply)

    monkeypatch.setattr(Server, "_answer", answer)
    for changed in (
        Reply(body=OTHER, etag='"two"'),
        Reply(body=BODY[:100_000], etag='"one"'),
        Reply(body=OTHER + b"x\n"),
    ):
        server.replies[PATH] = [Reply(cut=200_000), changed, changed]
        for path in tmp_path.iterdir():
            path.unlink()
        assert get(server, tmp_path, waits).fetched
        assert (tmp_path / "jt.data.1.AllItems").read_bytes() == changed.body


def test_without_a_validator_a_part_is_begun_anew(server: Server, tmp_path: Path, waits: list[float]) -> None:
    server.replies[PATH] = [Reply(cut=200_000, etag=""), Reply(body=OTHER, etag="")]
    assert get(server, tmp_path, waits).fetched and (tmp_path / "jt.data.1.AllItems").read_bytes() == OTHER
    assert "Range" not in server.asked[1][1]


def test_passing_refusals_are_waited_out(server: Server, tmp_path: Path, waits: list[float]) -> None:
    later = formatdate(time.time() + 30, usegmt=True)
    server.replies[PATH] = [
        Reply(status=500, body=b"oops"),
        Reply(status=429, body=b"slower", headers={"Retry-After": "7"}),
        Reply(status=503, body=b"busy", headers={"Retry-After": later}),
        Reply(),
    ]
    assert get(server, tmp_path, waits).fetched
    assert waits[:2] == [1.0, 7.0] and 25 < waits[2] <= 30


def test_a_server_that_never_recovers_fails_after_its_tries(server: Server, tmp_path: Path, waits: list[float]) -> None:
    server.replies[PATH] = [Reply(status=429, headers={"Retry-After": "86400"})]
    assert get(server, tmp_path, waits, tries=3).failed == [
        ("jt.data.1.AllItems", "example.gov answers 429 Too Many Requests")
    ]
    assert len(server.asked) == 3 and waits == [120.0, 120.0] and left(tmp_path) == []


def test_refusals_that_stay_are_not_tried_again(server: Server, tmp_path: Path, waits: list[float]) -> None:
    server.replies[PATH] = [Reply(status=403, body=b"<html>Access Denied</html>")]
    ((_, why),) = get(server, tmp_path, waits).failed
    assert why.startswith("example.gov answers 403 Forbidden") and "--contact" in why and len(server.asked) == 1


PAGE = b"<!DOCTYPE html><html><head><title>Access Denied</title></head><body>Request blocked</body></html>"


@pytest.mark.parametrize(
    ("name", "body", "why"),
    [
        ("jt.data.1.AllItems", PAGE, "a web page ( Access Denied Request blocked)"),
        ("mo_od_main_JT00_2018.csv.gz", b"w_geocode,h_geocode\n", "no .gz file"),
        ("oesm25ma.zip", b"some text", "no .zip file"),
        ("acs5_2018_B08201_29.json", b"error: unknown variable", "no JSON (error: unknown variable)"),
        ("jt.series", b"", "nothing"),
    ],
)
def test_what_is_not_the_file_is_refused(
    name: str, body: bytes, why: str, server: Server, tmp_path: Path, waits: list[float]
) -> None:
    server.replies[f"/example.gov/{name}"] = [Reply(body=body)]
    done = get(server, tmp_path, waits, Item("any", ((name, f"https://example.gov/{name}"),)))
    ((_, said),) = done.failed
    assert said.replace("( ", "(") == f"the publisher sent {why.replace('( ', '(')}, not the file"
    assert left(tmp_path) == []


def test_an_archive_cut_without_a_word_is_fetched_again(server: Server, tmp_path: Path, waits: list[float]) -> None:
    whole = make.lodes(tmp_path / "x_od_main_JT00_2018.csv.gz", [("29095", "29047", 9)] * 3000).read_bytes()
    book = make.laus_workbook(tmp_path / "laucnty19.xlsx").read_bytes()
    for name, body in (("mo_od_main_JT00_2018.csv.gz", whole), ("laucnty18.xlsx", book)):
        server.replies[f"/example.gov/{name}"] = [Reply(body, cut=len(body) // 2, length=False), Reply(body)]
        assert get(server, tmp_path, waits, Item("any", ((name, f"https://example.gov/{name}"),))).fetched == [name]
        assert (tmp_path / name).read_bytes() == body
    assert waits == [1.0, 1.0]


def test_the_second_address_where_the_first_has_nothing(server: Server, tmp_path: Path, waits: list[float]) -> None:
    (item,) = plan(["29095"], ["laus-annual"], [2018])
    server.replies["/www.bls.gov/lau/laucnty18.txt"] = [Reply(make.laus_text(tmp_path / "made").read_bytes())]
    (tmp_path / "made").unlink()
    assert get(server, tmp_path, waits, item).fetched == ["laucnty18.txt"]
    assert get(server, tmp_path, waits, item).kept == ["laucnty18.txt"]
    assert [p for p, _ in server.asked] == ["/www.bls.gov/lau/laucnty18.xlsx", "/www.bls.gov/lau/laucnty18.txt"]


def test_one_failure_does_not_stop_the_others(server: Server, tmp_path: Path, waits: list[float]) -> None:
    server.replies[PATH] = [Reply()]
    gone = Item("any", (("gone.csv", "https://example.gov/gone.csv"),))
    done = get(server, tmp_path, waits, gone, ITEM)
    assert done.failed == [("gone.csv", "example.gov answers 404 Not Found")] and done.fetched == ["jt.data.1.AllItems"]


def test_a_host_out_of_reach_is_asked_once_for_all_files(tmp_path: Path, waits: list[float]) -> None:
    server = Server()
    server.http.shutdown()
    server.http.server_close()  # nobody listens there now
    items = [Item("any", ((f"{i}.csv", f"https://example.gov/{i}.csv"),)) for i in range(4)]
    done = get(server, tmp_path, waits, *items)
    assert len(done.failed) == 4 and len(waits) == 1
    assert all("example.gov cannot be reached" in why and "is this machine online?" in why for _, why in done.failed)


def test_the_key_is_sent_and_kept_nowhere(server: Server, tmp_path: Path, waits: list[float]) -> None:
    (item,) = [i for i in plan(["29095"], ["acs"]) if "B08201" in i.file]
    answer = make.acs(tmp_path / "made").read_bytes()
    (tmp_path / "made").unlink()
    server.replies["/api.census.gov/data/2018/acs/acs5"] = [
        Reply(answer[:100], cut=50),
        Reply(status=500),
        Reply(answer),
    ]
    assert get(server, tmp_path, waits, item, key="S3CRET&").fetched
    assert all(p.endswith("&key=S3CRET%26") for p, _ in server.asked)
    for path in tmp_path.iterdir():
        assert b"S3CRET" not in path.read_bytes()
    server.replies["/api.census.gov/data/2018/acs/acs5"] = [Reply(status=403)]
    (tmp_path / item.file).unlink()
    assert "S3CRET" not in str(get(server, tmp_path, waits, item, key="S3CRET&"))


def test_a_damaged_manifest_is_said(server: Server, tmp_path: Path, waits: list[float]) -> None:
    (tmp_path / MANIFEST).write_text("{")
    with pytest.raises(OSError, match="is not a manifest"):
        get(server, tmp_path, waits)


# --- the plan and the command ---------------------------------------------------------------------


def test_plan_names_files_their_readers_know() -> None:
    from laborsim.region.official import ADAPTERS

    items = plan(["29095", "20091", "29047"], list(ADAPTERS))
    assert {i.adapter for i in items} == set(ADAPTERS)
    assert len({i.file for i in items}) == len(items)
    for item in items:
        for name, url in item.places:
            assert url.startswith("https://") and "{" not in url and " " not in url
            assert re.search(ADAPTERS[item.adapter].pattern, name, re.IGNORECASE), name
            first = next(a for a in ADAPTERS.values() if re.search(a.pattern, name, re.IGNORECASE))
            assert first.name == item.adapter
    assert len(plan([f"29{c:03d}" for c in range(1, 230, 2)], ["acs"])[2].file) < 130
    with pytest.raises(InputError, match="did you mean lodes"):
        plan(["29095"], ["lode"])
    with pytest.raises(InputError, match="99001"):
        plan(["29095", "99001"])


def call(*args: object, **env: str):  # type: ignore[no-untyped-def]
    return CliRunner().invoke(app, ["region", *[str(a) for a in args]], env=env)


def test_command_dry_run_lists_addresses_without_the_key(tmp_path: Path) -> None:
    done = call("fetch", "--counties", "41039", "--out", tmp_path / "x", "--dry-run", CENSUS_API_KEY="S3CRET")
    assert done.exit_code == 0 and "S3CRET" not in done.output and not (tmp_path / "x").exists()
    assert "https://data.bls.gov/cew/data/api/2016/1/area/41039.csv" in done.stdout.splitlines()
    files = json.loads(call("fetch", "--counties", "41039", "--out", tmp_path, "--dry-run", "--json").stdout)["files"]
    assert [f["url"] for f in files] == done.stdout.splitlines()


def test_command_fetches_and_says_what_failed(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download.time, "sleep", lambda seconds: None)
    for part in ("main", "aux"):
        body = gzip.compress(f"{make.LODES_HEAD}\n".encode())
        server.replies[f"/lehd.ces.census.gov/data/lodes/LODES8/or/od/or_od_{part}_JT00_2018.csv.gz"] = [Reply(body)]
    args = ("fetch", "--counties", "41039", "--out", tmp_path, "--only", "lodes", "--mirror", server.url)
    done = call(*args, "--contact", "me@example.org")
    assert done.exit_code == 0 and "2 fetched, 0 already there, 0 failed" in done.stdout
    assert server.asked[0][1]["User-Agent"].endswith("(me@example.org)")
    again = call(*args, "--json")
    assert json.loads(again.stdout)["kept"] == ["or_od_main_JT00_2018.csv.gz", "or_od_aux_JT00_2018.csv.gz"]
    gone = call(*args, "--years", "2019", "--json")
    assert gone.exit_code == 1 and len(json.loads(gone.stdout)["failed"]) == 2 and "404" in gone.stderr
    assert call(*args, "--years", "19").exit_code == 2 and call(*args, "--only", "x").exit_code == 2


def wait_for(what: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not what():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_interrupted_leaves_a_part_and_the_next_run_goes_on(server: Server, tmp_path: Path) -> None:
    path = "/download.bls.gov/pub/time.series/jt/jt.data.1.AllItems"
    server.replies[path] = [Reply(slow=0.2), Reply()]
    args = [sys.executable, "-m", "laborsim.cli", "region", "fetch", "--counties", "41039", "--only", "jolts"]
    args += ["--out", str(tmp_path), "--mirror", server.url]
    env = dict(os.environ)
    running = subprocess.Popen(args, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    part = tmp_path / "jt.data.1.AllItems.part"
    wait_for(lambda: part.is_file() and part.stat().st_size > 0)
    running.send_signal(signal.SIGINT)
    err = running.communicate(timeout=30)[1]
    assert running.returncode == 130 and err.endswith("interrupted\n") and "Traceback" not in err
    at = part.stat().st_size
    assert 0 < at < len(BODY)
    done = subprocess.run(args, env=env, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert server.asked[1][1]["Range"] == f"bytes={at}-"
    assert (tmp_path / "jt.data.1.AllItems").read_bytes() == BODY and not part.exists()
