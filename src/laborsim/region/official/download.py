"""Fetching files over HTTPS: retries with backoff, resume of partial files, checksums, a manifest.

A file is written to NAME.part, and renamed when it is whole and is what it should be. What the server said of it
(entity tag or date of change, length) is kept in NAME.part.json: a part is only gone on with if the server still has
the same file, else it is begun anew. `manifest.json` holds address, SHA-256 and size of every file; a file that agrees
with it is not fetched again. The key of an API is added to the address at the last moment and appears nowhere else.
"""

from __future__ import annotations

import email.utils
import gzip
import hashlib
import http.client
import json
import os
import re
import socket
import time
import urllib.error
import urllib.request
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from laborsim.region.official.addresses import KEY_VARIABLE, Item
from laborsim.region.official.files import is_page

MANIFEST = "manifest.json"
_BLOCK = 1 << 16
_PASSING = (408, 425, 429, 500, 502, 503, 504)  # worth trying again
_LONGEST_WAIT = 120.0
_MAGIC = {".gz": b"\x1f\x8b", ".zip": b"PK", ".xlsx": b"PK"}


class _Again(Exception):
    """A passing failure; `wait` seconds are asked for by the server."""

    def __init__(self, why: str, wait: float = 0.0, offline: bool = False) -> None:
        super().__init__(why)
        self.wait, self.offline = wait, offline


class _Final(Exception):
    """A failure that trying again does not mend."""

    def __init__(self, why: str, absent: bool = False) -> None:
        super().__init__(why)
        self.absent = absent


@dataclass(frozen=True)
class Settings:
    """How to fetch.

    Attributes
    ----------
    agent : User-Agent, which BLS asks for, with a contact.
    key : key of the Census API, or "".
    mirror : address whose /HOST/PATH is asked instead of https://HOST/PATH, or "".
    tries : attempts at one address.
    pause : seconds before the second attempt; doubled each time.
    timeout : seconds without an answer.
    sleep : how to wait; for tests.
    """

    agent: str
    key: str = ""
    mirror: str = ""
    tries: int = 5
    pause: float = 1.0
    timeout: float = 60.0
    sleep: Callable[[float], None] = time.sleep


@dataclass
class Outcome:
    """What became of the files: `fetched`, of these `replaced` (did not agree with the manifest any more), `kept`
    (agreed with it), `own` (not from here, left as they are), `failed` (file and why)."""

    fetched: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    own: list[str] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)


def fetch(
    items: Sequence[Item],
    folder: str | Path,
    settings: Settings,
    tell: Callable[[str, int, int], None] = lambda file, done, total: None,
) -> Outcome:
    """Fetch the files that are not there yet.

    Parameters
    ----------
    items : what to fetch.
    folder : where to; made if need be.
    settings : how.
    tell : called with file, bytes at hand and bytes in all (0 if unknown) as it goes.

    Returns
    -------
    Outcome
        A file that cannot be had is in `failed`; the others are fetched all the same. A host that cannot be reached
        is not asked again.

    Raises
    ------
    OSError
        The folder cannot be written, or its manifest is damaged.
    KeyboardInterrupt
        Parts at hand stay and are gone on with by the next call.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    manifest = _Manifest(folder / MANIFEST)
    out, dead = Outcome(), dict[str, str]()
    for item in items:
        here = next((f for f, _ in item.places if (folder / f).is_file()), "")
        if here and here not in manifest.files:
            out.own.append(here)
            continue
        if here and manifest.files[here]["sha256"] == sha256(folder / here):
            out.kept.append(here)
            continue
        hosts = {urlsplit(url).netloc for _, url in item.places}
        if hosts <= set(dead):
            out.failed.append((item.file, dead[sorted(hosts)[0]]))
            continue
        try:
            file, entry = _one(item, folder, settings, tell)
        except _Final as error:
            out.failed.append((item.file, str(error)))
        except _Again as error:
            out.failed.append((item.file, str(error)))
            if error.offline:
                dead.update(dict.fromkeys(hosts, str(error)))
        else:
            manifest.files[file] = {"adapter": item.adapter, **entry}
            manifest.write()
            out.fetched.append(file)
            if here:
                out.replaced.append(file)
    return out


def sha256(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


class _Manifest:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.files: dict[str, dict[str, Any]] = {}
        if path.is_file():
            try:
                self.files = dict(json.loads(path.read_text(encoding="utf-8"))["files"])
            except (ValueError, KeyError, TypeError) as error:
                raise OSError(f"{path}: is not a manifest of fetched files ({error}); move it away") from None

    def write(self) -> None:
        text = json.dumps({"format": 1, "files": dict(sorted(self.files.items()))}, indent=1, ensure_ascii=False)
        temporary = self.path.with_name(self.path.name + ".new")
        temporary.write_text(text + "\n", encoding="utf-8")
        temporary.replace(self.path)


def _one(
    item: Item, folder: Path, settings: Settings, tell: Callable[[str, int, int], None]
) -> tuple[str, dict[str, Any]]:
    """Fetch one file, at the first of its places that has it; its name and entry in the manifest."""
    for file, url in item.places:
        part = folder / f"{file}.part"
        try:
            head = _patiently(item, file, url, part, settings, tell)
        except _Final as error:
            if error.absent and (file, url) != item.places[-1]:
                continue
            raise
        entry = {"url": url, "sha256": sha256(part), "bytes": part.stat().st_size}
        entry |= {k: head[k] for k in ("etag", "modified") if head.get(k)}
        part.replace(folder / file)
        _beside(part).unlink(missing_ok=True)
        return file, entry | {"fetched": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}
    raise AssertionError("an item has places")


def _patiently(
    item: Item, file: str, url: str, part: Path, settings: Settings, tell: Callable[[str, int, int], None]
) -> dict[str, Any]:
    """Try until it works or the tries are used up; a host out of reach is tried twice."""
    for attempt in range(1, settings.tries + 1):
        try:
            head = _attempt(item, url, part, settings, tell)
            _inspect(file, part)
            return head
        except _Again as error:
            if attempt == settings.tries or (error.offline and attempt == 2):
                raise
            settings.sleep(min(max(error.wait, settings.pause * 2 ** (attempt - 1)), _LONGEST_WAIT))
    raise AssertionError("at least one try")


def _beside(part: Path) -> Path:
    return part.with_name(part.name + ".json")


def _attempt(
    item: Item, url: str, part: Path, settings: Settings, tell: Callable[[str, int, int], None]
) -> dict[str, Any]:
    """One request: go on with the part if the server still has the same file, else from the start."""
    have = _resumable(part, url)
    request = urllib.request.Request(_address(item, url, settings), headers={"User-Agent": settings.agent})
    if have:
        request.add_header("Range", f"bytes={have['at']}-")
        request.add_header("If-Range", have["etag"] or have["modified"])
    host = urlsplit(url).netloc
    try:
        with urllib.request.urlopen(request, timeout=settings.timeout) as answer:
            return _receive(answer, url, part, have, lambda done, total: tell(item.file, done, total))
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == 416 and have:  # the part is longer than what there is now
            _drop(part)
            raise _Again("the file has changed; begun anew") from None
        raise _refused(error, host) from None
    except urllib.error.URLError as error:
        raise _unreached(error.reason, host) from None
    except http.client.IncompleteRead:
        raise _Again(f"{host} broke off") from None
    except (TimeoutError, ConnectionError, http.client.HTTPException) as error:
        raise _Again(f"{host}: {_said(error)}") from None


def _address(item: Item, url: str, settings: Settings) -> str:
    if settings.mirror:
        split = urlsplit(url)
        query = f"?{split.query}" if split.query else ""
        url = f"{settings.mirror.rstrip('/')}/{split.netloc}{split.path}{query}"
    return f"{url}&key={quote(settings.key)}" if item.keyed and settings.key else url


def _resumable(part: Path, url: str) -> dict[str, Any]:
    """What is known of the part, with its size as `at`; empty, and the part gone, if it cannot be gone on with."""
    try:
        known = json.loads(_beside(part).read_text(encoding="utf-8"))
        size = part.stat().st_size
        if size and known["url"] == url and (known["etag"] or known["modified"]):
            return {**known, "at": size}
    except (OSError, ValueError, KeyError, TypeError):
        pass
    _drop(part)
    return {}


def _drop(part: Path) -> None:
    part.unlink(missing_ok=True)
    _beside(part).unlink(missing_ok=True)


def _receive(
    answer: Any, url: str, part: Path, have: dict[str, Any], tell: Callable[[int, int], None]
) -> dict[str, Any]:
    headers = answer.headers
    etag = headers.get("ETag", "")
    head = {"url": url, "etag": "" if etag.startswith("W/") else etag, "modified": headers.get("Last-Modified", "")}
    at = have.get("at", 0)
    length = int(headers["Content-Length"]) if str(headers.get("Content-Length", "")).isdigit() else None
    if answer.status == 206:
        span = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+|\*)", headers.get("Content-Range", ""))
        same = all(not head[k] or not have.get(k) or head[k] == have[k] for k in ("etag", "modified"))
        if (
            not span
            or int(span[1]) != at
            or not same
            or (have.get("bytes") and span[3] not in ("*", str(have["bytes"])))
        ):
            _drop(part)
            raise _Again("the file has changed; begun anew")
        total = int(span[3]) if span[3] != "*" else None
        head = {**have, **{k: v for k, v in head.items() if v}}
    else:  # the whole file, whether or not a range was asked for
        at, total = 0, length
    head["bytes"] = total
    _beside(part).write_text(json.dumps({k: head[k] for k in ("url", "etag", "modified", "bytes")}), encoding="utf-8")
    with part.open("ab" if at else "wb") as stream:
        while True:
            try:
                block = answer.read(_BLOCK)
            except http.client.IncompleteRead as error:
                stream.write(error.partial)
                raise
            if not block:
                break
            stream.write(block)
            at += len(block)
            tell(at, total or 0)
        stream.flush()
        os.fsync(stream.fileno())
    if total is not None and at != total:
        raise _Again(f"{urlsplit(url).netloc} broke off after {at:,} of {total:,} bytes")
    return head


def _refused(error: urllib.error.HTTPError, host: str) -> Exception:
    if error.code in _PASSING:
        return _Again(f"{host} answers {error.code} {error.reason}", _wait(error.headers.get("Retry-After", "")))
    why = f"{host} answers {error.code} {error.reason}"
    if error.code in (401, 403):
        why += "; it may ask for a contact in the User-Agent (--contact)"
        if host == "api.census.gov":
            why = f"{host} answers {error.code}: is {KEY_VARIABLE} set to a valid key?"
    return _Final(why, absent=error.code in (404, 410))


def _wait(text: str) -> float:
    """Seconds of a Retry-After header."""
    if text.strip().isdigit():
        return float(text)
    try:
        return max(0.0, (email.utils.parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return 0.0


def _unreached(reason: Any, host: str) -> Exception:
    if isinstance(reason, TimeoutError):
        return _Again(f"{host} does not answer", offline=True)
    offline = isinstance(reason, socket.gaierror | ConnectionRefusedError) or (
        isinstance(reason, OSError) and reason.errno in (101, 113)  # network, host unreachable
    )
    return _Again(f"{host} cannot be reached ({_said(reason)}): is this machine online?", offline=offline)


def _said(error: Any) -> str:
    return str(getattr(error, "strerror", "") or error or type(error).__name__)


def _inspect(file: str, part: Path) -> None:
    """Refuse a page or another format under the file's name; an archive that is cut short is tried again."""
    with part.open("rb") as stream:
        head = stream.read(4096)
    found = ""
    if not head:
        found = "nothing"
    elif is_page(head):
        text = re.sub(r"<[^>]*>|\s+", " ", head[:600].decode("utf-8", "replace"))
        found = f"a web page ({' '.join(text.split())[:80]})"
    elif file.endswith(".json") and head.lstrip()[:1] not in (b"[", b"{"):
        found = f"no JSON ({' '.join(head[:80].decode('utf-8', 'replace').split())})"
    elif not head.startswith(_MAGIC.get(Path(file).suffix.lower(), b"")):
        found = f"no {Path(file).suffix} file"
    if found:
        _drop(part)
        raise _Final(f"the publisher sent {found}, not the file")
    try:
        if part.name.endswith(".gz.part"):
            with gzip.open(part) as stream:
                while stream.read(1 << 20):
                    pass
        elif part.name.endswith((".zip.part", ".xlsx.part")):
            with zipfile.ZipFile(part) as archive:
                if archive.testzip() is not None:
                    raise zipfile.BadZipFile("a member does not agree with its checksum")
    except (EOFError, OSError, zlib.error, zipfile.BadZipFile) as error:
        _drop(part)
        raise _Again(f"the file came damaged or cut short ({error})") from None
