"""Opening a published file: plain, gzipped or zipped text line by line, the rows of a workbook, or JSON.

What is not the file it should be (a web page, a truncated archive, another encoding) is said here, once for all
formats. Everything wrong is a `Problem`; they are raised together as `ScenarioError`, an `InputError`.
"""

from __future__ import annotations

import csv
import gzip
import json
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

from laborsim.scenario.problems import Problem, ScenarioError

PLAIN = r"\.(csv|txt)$"  # members of an archive that hold data
MOST = 50  # problems of one file; reading stops there

Row = tuple[int, list[str]]  # line (or sheet row) from 1, cells

_HTML = re.compile(rb"^\s*(<!doctype html|<html|<head|<\?xml[^>]*>\s*<!doctype html)", re.IGNORECASE)
#: What damaged compressed data raise while they are read.
_DAMAGED = (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile)
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # kinds of compression that are read
_SEALED = 0x01 | 0x20 | 0x40  # flags of a zip's member: encrypted, a patch, strongly encrypted


class Faults:
    """Problems of one file as they are found.

    Parameters
    ----------
    file : the file, as named in messages.
    """

    def __init__(self, file: str | Path) -> None:
        self.file = str(file)
        self.found: list[Problem] = []

    def add(self, line: int, field: str, message: str, allowed: str = "", suggestion: str = "") -> None:
        """Note a problem; raises all when there are `MOST`."""
        self.found.append(Problem(self.file, line, field, message, allowed, suggestion))
        if len(self.found) >= MOST:
            self.found.append(Problem(self.file, 0, "", f"reading stopped after {MOST} problems"))
            self.check()

    def fail(self, line: int, field: str, message: str, allowed: str = "", suggestion: str = "") -> ScenarioError:
        """Note a problem past which nothing can be read; to be raised."""
        self.found.append(Problem(self.file, line, field, message, allowed, suggestion))
        return ScenarioError(self.found)

    def check(self) -> None:
        """Raise what was found, if anything."""
        if self.found:
            raise ScenarioError(self.found)


def is_page(head: bytes) -> bool:
    """Whether these first bytes are a web page."""
    return bool(_HTML.match(head.removeprefix(b"\xef\xbb\xbf")))


@contextmanager
def opened(path: Path, faults: Faults, member: str = "") -> Iterator[IO[bytes]]:
    """Binary stream of a file, of a gzipped one, or of the one member of a zip whose name matches `member`."""
    if not path.is_file():
        raise faults.fail(0, "", "no such file")
    with path.open("rb") as raw:
        head = raw.read(4096)
    if not head:
        raise faults.fail(0, "", "the file is empty")
    if is_page(head):
        raise faults.fail(
            1, "", "is a web page, not data", "the file itself; publishers answer with a page when refusing"
        )
    try:
        if head.startswith(b"\x1f\x8b"):
            with gzip.open(path) as unzipped:
                yield cast(IO[bytes], unzipped)
        elif head.startswith(b"PK\x03\x04") and path.suffix.lower() != ".xlsx":
            with _archive(path, faults) as archive:
                infos = [i for i in archive.infolist() if re.search(member or PLAIN, i.filename, re.IGNORECASE)]
                if len(infos) != 1:
                    raise faults.fail(
                        0, "", f"the archive holds {', '.join(archive.namelist()) or 'nothing'}", "one data file"
                    )
                with _member(archive, infos[0], faults) as stream:
                    yield stream
        else:
            with path.open("rb") as stream:
                yield stream
    except _DAMAGED as error:
        raise faults.fail(0, "", f"the compressed file is damaged or cut short ({error})", "the whole file") from None


def _archive(path: Path, faults: Faults) -> zipfile.ZipFile:
    """A zip opened for reading; RuntimeError is what a version of the format beyond the library's raises."""
    try:
        return zipfile.ZipFile(path)
    except (OSError, RuntimeError, ValueError, zipfile.BadZipFile) as error:
        raise faults.fail(0, "", f"is not a zip archive that can be read ({error})", "the whole file") from None


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, faults: Faults) -> IO[bytes]:
    """A member of a zip opened for reading; OSError is what a place outside the file raises."""
    if info.flag_bits & _SEALED or info.compress_type not in _PACKED:
        raise faults.fail(0, info.filename, "is encrypted or packed in a way that is not read", "usual compression")
    try:
        return archive.open(info)
    except (OSError, zipfile.BadZipFile) as error:
        raise faults.fail(0, info.filename, f"the archive is damaged ({error})", "the whole file") from None


def lines(path: Path, faults: Faults, latin: bool = False) -> Iterator[str]:
    """Lines of a text file.

    Parameters
    ----------
    path : the file; .gz and .zip (of one text file) are opened.
    latin : bytes that are not UTF-8 are read as ISO 8859-1, as the Census Bureau writes county names.
    """
    with opened(path, faults) as stream:
        number = 0
        try:
            for number, raw in enumerate(stream, 1):
                if number == 1:
                    raw = raw.removeprefix(b"\xef\xbb\xbf")
                    if is_page(raw):
                        raise faults.fail(1, "", "is a web page, not data")
                    if b"\x00" in raw[:200]:
                        raise faults.fail(1, "", "is UTF-16 or not text", "UTF-8 text")
                try:
                    yield raw.decode("utf-8")
                except UnicodeDecodeError as error:
                    if not latin:
                        byte = raw[error.start]
                        raise faults.fail(
                            number, f"column {error.start + 1}", f"byte 0x{byte:02x} is not UTF-8", "UTF-8 text"
                        ) from None
                    yield raw.decode("latin-1")
        except _DAMAGED as error:
            raise faults.fail(
                number, "", f"the compressed file is damaged or cut short after this line ({error})", "the whole file"
            ) from None


def delimited(path: Path, faults: Faults, delimiter: str = ",", latin: bool = False) -> Iterator[Row]:
    """Rows of a delimited file; blank lines are left out."""
    reader = csv.reader(lines(path, faults, latin), delimiter=delimiter, quoting=_quoting(delimiter), strict=True)
    try:
        for cells in reader:
            if cells:
                yield reader.line_num, cells
    except csv.Error as error:
        end = "unexpected end" in str(error)
        why = "ends inside a quoted cell (the file may be cut short)" if end else f"is not a delimited line: {error}"
        raise faults.fail(reader.line_num, "", why, "the file as published") from None


def _quoting(delimiter: str) -> Any:
    return csv.QUOTE_MINIMAL if delimiter == "," else csv.QUOTE_NONE


def sheet(path: Path, faults: Faults, member: str = "", name: str = "") -> Iterator[Row]:
    """Rows of a workbook's first sheet (or the one named), cells as text, empty ones "".

    Parameters
    ----------
    path : an .xlsx file, or a .zip with one that matches `member`.
    """
    try:
        from openpyxl import load_workbook
        from openpyxl.utils.exceptions import InvalidFileException
    except ImportError:
        raise faults.fail(
            0, "", 'reading Excel files needs openpyxl: pip install "laborsim[data]"', "or the text file, if published"
        ) from None
    with opened(path, faults, member or r"\.xlsx$") as stream:
        try:
            book = load_workbook(stream, read_only=True, data_only=True)
        except (*_DAMAGED, OSError, RuntimeError, InvalidFileException, KeyError, ValueError) as error:
            raise faults.fail(0, "", f"is not an Excel workbook ({error})", "an .xlsx file") from None
        if name and name not in book.sheetnames:
            raise faults.fail(0, "", f"no sheet {name}; sheets are {', '.join(book.sheetnames)}")
        page = book[name] if name else book.worksheets[0]
        for number, cells in enumerate(page.iter_rows(values_only=True), 1):
            yield number, ["" if c is None else str(c).strip() for c in cells]
        book.close()


def load_json(path: Path, faults: Faults) -> tuple[Any, str]:
    """Parsed JSON of a file and its text."""
    text = "".join(lines(path, faults))
    try:
        return json.loads(text), text
    except json.JSONDecodeError as error:
        short = " ".join(text[:120].split())
        raise faults.fail(
            error.lineno, f"column {error.colno}", f"is not whole JSON: {error.msg}; it begins {short!r}"
        ) from None
