"""Arguments and options shared by the commands, and where results and remarks go.

Results go to stdout, remarks and progress to stderr.
"""

from __future__ import annotations

import json as _json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

ScenarioFile = Annotated[
    Path, typer.Argument(metavar="SCENARIO", help="Scenario file (TOML).", show_default=False)
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of tables.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no remarks on stderr.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback when something fails.")]

# settings of a study; None takes the scenario's own
Replicates = Annotated[int | None, typer.Option("--replicates", "-n", metavar="N", help="Runs of each policy.")]
Scale = Annotated[float | None, typer.Option("--scale", metavar="X", help="Share of people simulated, 0 to 1.")]
Seed = Annotated[int | None, typer.Option("--seed", metavar="N", help="Seed of the region and of all runs.")]
Threads = Annotated[int | None, typer.Option("--threads", metavar="N", help="Processor cores to use. Default: all.")]
Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="Directory of the results. Default: results/<scenario>/<run-id>."),
]


def emit_json(value: Any) -> None:
    """Print one JSON object on stdout; NaN becomes null so that every reader can parse it."""
    sys.stdout.write(_json.dumps(_plain(value), ensure_ascii=False, allow_nan=False) + "\n")
    sys.stdout.flush()


def remark(text: str, quiet: bool = False) -> None:
    """Print a line on stderr, unless quiet."""
    if not quiet:
        sys.stderr.write(text + "\n")
        sys.stderr.flush()


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(v) for v in value]
    if isinstance(value, bool | int | str) or value is None:
        return value
    if isinstance(value, float):
        return value if value == value and value not in (float("inf"), float("-inf")) else None
    if hasattr(value, "item"):  # numpy scalars
        return _plain(value.item())
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    return str(value)
