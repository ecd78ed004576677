"""All charts by name, for `results.plot`, the results directory and the brief."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from laborsim.report.figures import Chart
    from laborsim.study.results import Results

# in the order of the brief
CHARTS = ("targets", "unemployment", "participation", "segments", "spending", "funnel", "beveridge")
# of its sections, where the results hold what they show
MORE = (
    "uncertainty", "regions", "road_map", "sectors", "replacement", "quality", "pilots", "snapshots", "equity", "peers",
    "mobility", "raises",
)  # fmt: skip


class Plotter:
    """Charts of some results; each method gives a `Chart`, shown as a picture in a notebook.

    Examples
    --------
    >>> results.plot.beveridge().save(Path("charts"))  # doctest: +SKIP
    """

    def __init__(self, results: Results) -> None:
        self._results = results

    def unemployment(self, group: str = "all") -> Chart:
        """Unemployment rate, baseline with band, and what policies change."""
        from laborsim.report import charts_market

        return charts_market.unemployment(self._results, group)

    def uncertainty(self, indicator: str = "unemployment_rate", group: str = "all") -> Chart | None:
        """The baseline with chance and parameters told apart; None unless parameters were drawn."""
        from laborsim.report import charts_uncertainty

        return charts_uncertainty.fan(self._results, indicator, group)

    def participation(self, group: str = "all") -> Chart:
        """Labor force participation rate, likewise."""
        from laborsim.report import charts_market

        return charts_market.participation(self._results, group)

    def rate(self, indicator: str, group: str = "all") -> Chart:
        """Any other share, likewise."""
        from laborsim.report import charts_market

        return charts_market.rate(self._results, indicator, group)

    def beveridge(self, policy: str = "baseline") -> Chart:
        """Openings against unemployment."""
        from laborsim.report import charts_market

        return charts_market.beveridge(self._results, policy)

    def targets(self) -> Chart | None:
        """Scorecard against the scenario's targets; None without targets."""
        from laborsim.report import charts_targets

        return charts_targets.targets(self._results)

    def segments(self, months: int = 12) -> Chart | None:
        """Changes by segment of workers; None without policies."""
        from laborsim.report import charts_segments

        return charts_segments.segments(self._results, months)

    def funnel(self) -> Chart | None:
        """Training pipeline; None if nothing is counted."""
        from laborsim.report import charts_training

        return charts_training.funnel(self._results)

    def regions(self) -> Chart | None:
        """Zones on two maps, unemployment and self-sufficiency; None with fewer than three."""
        from laborsim.report import charts_regions

        return charts_regions.regions(self._results)

    def road_map(self) -> Chart | None:
        """Which policy adds self-sufficient workers in which zone; None with fewer than three zones."""
        from laborsim.report import charts_regions

        return charts_regions.road_map(self._results)

    def sectors(self) -> Chart | None:
        """Sector scorecard with the robustness of its ranking; None where sectors are not counted."""
        from laborsim.report import charts_work

        return charts_work.sector_scores(self._results)

    def replacement(self) -> Chart | None:
        """Heatmap of openings that leavers leave, by occupation group and year; None for less than two years."""
        from laborsim.report import charts_work

        return charts_work.replacement(self._results)

    def quality(self) -> Chart | None:
        """Scores on the eight principles of job quality; None if no policy is about them."""
        from laborsim.report import charts_work

        return charts_work.quality(self._results)

    def snapshots(self) -> Chart | None:
        """A dashboard through the shock of 2020; None if its months are not simulated."""
        from laborsim.report import charts_work

        return charts_work.snapshots(self._results)

    def pilots(self) -> Chart | None:
        """Treated employers beside the controls of their pilot; None without a pilot."""
        from laborsim.report import charts_pilots

        return charts_pilots.pilots(self._results)

    def peers(self) -> Chart | None:
        """Rank among peer metros by month, with published ranks; None without peers."""
        from laborsim.report import charts_peers

        return charts_peers.peers(self._results)

    def mobility(self) -> Chart | None:
        """Matrix of wage fifths a year apart; None where it was not counted."""
        from laborsim.report import charts_mobility

        return charts_mobility.mobility(self._results)

    def raises(self) -> Chart | None:
        """Workers to whom a raise leaves less than half, by household and pay; None where it was not counted."""
        from laborsim.report import charts_raises

        return charts_raises.raises(self._results)

    def equity(self) -> Chart | None:
        """How groups stand beside everyone; None where groups are not counted."""
        from laborsim.report import charts_equity

        return charts_equity.equity(self._results)

    def spending(self) -> Chart | None:
        """Money by policy, owner and payer; None if nothing was spent."""
        from laborsim.report import charts_spending

        return charts_spending.spending(self._results)

    def all(self) -> list[Chart]:
        """Every chart of the brief and its annex that can be drawn: of the sections its scenario names, if it does."""
        from laborsim.report.sections import SECTIONS, named

        owned = {c for s in SECTIONS.values() for c in s.charts} - {"segments", "funnel", "spending"}
        left_out = owned - {c for n in named(self._results) for c in SECTIONS[n].charts}
        wanted = [name for name in (*CHARTS, *MORE) if name not in left_out]
        return [chart for name in wanted if (chart := getattr(self, name)()) is not None]
