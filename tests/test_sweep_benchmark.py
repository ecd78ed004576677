"""The sweep's benchmark, on a few models: a process that builds, runs and drops models does not grow."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "experiments" / "benchmarks" / "sweep.py"


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory as Linux tells it")
def test_models_that_are_dropped_are_freed() -> None:
    spec = importlib.util.spec_from_file_location("sweep_benchmark", SCRIPT)
    assert spec is not None and spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = script
    spec.loader.exec_module(script)
    found = script.models(24, 0.005, 3)
    # one model's tables are several megabytes: were they kept, fourteen more would show
    assert found["growth_megabytes"] < 20, found
