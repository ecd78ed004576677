"""laborsim: an agent-based simulator of regional labor markets, for trying workforce policies before paying for them.

What a notebook needs is here; everything is imported when first used.

Examples
--------
>>> import laborsim
>>> spec = laborsim.load_scenario("scenarios/independence-works-2025.toml")  # doctest: +SKIP
>>> results = laborsim.run(spec, policies=["childcare"], replicates=20)  # doctest: +SKIP
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from laborsim.cached import keep_kernels

if TYPE_CHECKING:
    from laborsim.loading import load_scenario as load_scenario
    from laborsim.model import LaborMarket as LaborMarket
    from laborsim.study.results import Results as Results
    from laborsim.study.results import load_results as load_results
    from laborsim.study.run import run as run

# name -> modules to import, the last of which has it; results come with their charts
_WHERE = {
    "LaborMarket": ("laborsim.model",),
    "load_scenario": ("laborsim.loading",),
    "run": ("laborsim.report", "laborsim.study.run"),
    "load_results": ("laborsim.report", "laborsim.study.results"),
    "Results": ("laborsim.report", "laborsim.study.results"),
}

keep_kernels()  # before any module with kernels is imported
# said in a notebook by tqdm, which other libraries bring along: no bar of it is shown
warnings.filterwarnings("ignore", "IProgress not found")

__all__ = ["LaborMarket", "Results", "__version__", "load_results", "load_scenario", "run"]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("laborsim")
    if name not in _WHERE:
        raise AttributeError(f"module 'laborsim' has no attribute {name!r}")
    import importlib

    for module in _WHERE[name]:
        found = importlib.import_module(module)
    value = getattr(found, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
