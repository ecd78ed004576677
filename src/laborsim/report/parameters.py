"""The table of every declared parameter, for the description of the model."""

from __future__ import annotations

from typing import Any

from laborsim.scenario.parameters.registry import Parameter, declared

BEGIN = "<!-- parameters: made by `python experiments/parameters_page.py` -->"
END = "<!-- end of parameters -->"


def table() -> str:
    """Markdown: by room, name, value, unit, interval, grade, what it is, source.

    The interval is the 90% interval of a calibrated parameter, else the declared range.
    """
    parameters = declared()
    fitted = _fitted()
    grades = [p.grade for p in parameters.values()]
    count = ", ".join(f"{grades.count(g)} {g}" for g in ("measured", "published", "calibrated", "assumed"))
    lines = [f"{len(parameters)} parameters: {count}. Intervals: 90% of the calibration (*), else the declared range."]
    room = ""
    for name, p in parameters.items():
        if name.partition(".")[0] != room:
            room = name.partition(".")[0]
            lines += ["", f"**{room}**", "", "| parameter | value | unit | interval | grade | what it is; source |",
                      "|---|---|---|---|---|---|"]  # fmt: skip
        lines.append(
            f"| `{name.partition('.')[2]}` | {_value(p.default)} | {_cell(p.unit)} | {_interval(p, fitted)} | "
            f"{p.grade} | {_cell(p.label)}; {_cell(p.source)} |"
        )
    return "\n".join(lines)


def replaced(page: str) -> str:
    """The page with the table between its marks renewed.

    Raises
    ------
    ValueError
        If it has no such marks.
    """
    begin, end = page.find(BEGIN), page.find(END)
    if begin < 0 or end < begin:
        raise ValueError(f"the page has no place for the table: {BEGIN} and {END}")
    return f"{page[: begin + len(BEGIN)]}\n{table()}\n{page[end:]}"


def _fitted() -> dict[str, tuple[Any, Any]]:
    """90% intervals of the shipped calibration; none if there is none."""
    from laborsim.study.calibration.posterior import SHIPPED, load

    if not SHIPPED.exists():
        return {}
    posterior = load()
    return {p: posterior.interval(p) for p in posterior.parameters}


def _interval(p: Parameter, fitted: dict[str, tuple[Any, Any]]) -> str:
    if p.name in fitted:
        low, high = fitted[p.name]
        return f"{_value(low)} to {_value(high)} *"
    if p.choices:
        return ", ".join(p.choices)
    if p.low is None or p.high is None:
        return ""
    return f"{p.low:g} to {p.high:g}"


def _value(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_value(v) for v in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.4g}" if isinstance(value, float) else _cell(str(value))


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


__all__ = ["BEGIN", "END", "replaced", "table"]
