"""Settings for all tests: the first call of a kernel compiles it, so no deadline; few, repeatable examples.

And one small study of a made-up market with its charts and brief, for the tests of reports.
"""

from __future__ import annotations

import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from laborsim.study.results import Results

# A shell's background jobs ignore Ctrl-C and hand that down; what tests start must be able to be interrupted.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile("laborsim", deadline=None, derandomize=True, max_examples=40)
settings.load_profile("laborsim")


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Directory of a study's results, charts and brief."""
    from laborsim.report.publish import publish
    from studies import study

    place = tmp_path_factory.mktemp("report")
    study(place, "Money is short.\nStill.\n\nA second paragraph.", out=place / "out", finish=publish)
    return place / "out"


@pytest.fixture(scope="session")
def results(folder: Path) -> Results:
    """The same study as Python reads it."""
    from laborsim.study.results import load_results

    return load_results(folder)
