"""Figures of a run: from the tables and counts of each month to named indicators by group."""

from typing import TYPE_CHECKING, Any

from laborsim.indicators.frame import Frame

if TYPE_CHECKING:
    from laborsim.indicators.collector import Collector


def __getattr__(name: str) -> Any:
    """`Collector` when first asked for: it compiles kernels, which readers of stored figures do not need."""
    if name == "Collector":
        from laborsim.indicators.collector import Collector

        return Collector
    raise AttributeError(name)


__all__ = ["Collector", "Frame"]
