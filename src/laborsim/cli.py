"""The command line: which commands there are, and the one place where errors become messages and exit codes.

Exit codes: 0 done, 1 the run failed, 2 the input is wrong, 130 interrupted.
"""

from __future__ import annotations

import difflib
import functools
import importlib
import os
import sys
import traceback
from collections.abc import Callable
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

# name -> one line of help. The module is laborsim.commands.<name>.
COMMANDS: dict[str, str] = {
    "run": "Simulate the baseline and the policies of a scenario.",
    "check": "Say what is wrong in a scenario file, all at once.",
    "explain": "List every assumption of a scenario, with its evidence.",
    "new": "Write a commented starter scenario.",
    "compare": "Paired differences between policies, with intervals.",
    "ask": "Answer one of ten questions a board asks, with its range, chart and table.",
    "trial": "Try a program on randomised people, beside published trials.",
    "sweep": "Make the runs of an experiment; go on from those that are there.",
    "sensitivity": "What moves an experiment's outcomes: screening, Sobol indices, a tornado of assumptions.",
    "optimize": "The best mix of policies under a budget.",
    "discover": "The conditions under which a policy fails.",
    "calibrate": "Fit a region's behaviour parameters to flows, turnover and its own rates.",
    "validate": "Set a region's baseline against facts and its own unemployment.",
    "region": "List, show and build region packs.",
    "brief": "Make the brief again from stored results, without simulating.",
    "serve": "Serve an interactive page of a scenario on this machine.",
}

DONE, FAILED, WRONG_INPUT, INTERRUPTED = 0, 1, 2, 130


def boundary(function: Callable[..., Any]) -> Callable[..., Any]:
    """Turn errors of a command into one message on stderr and an exit code.

    An exception with an attribute `exit_code` says its own (2 for wrong input); one with `problems` (of a
    scenario, of a region pack) is wrong input. `debug=True` among the
    arguments shows the traceback; `json_=True` also prints the error as a JSON object on stdout.
    """

    @functools.wraps(function)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except (typer.Exit, typer.Abort, typer.BadParameter):
            raise
        except KeyboardInterrupt:
            sys.stderr.write("interrupted\n")
            raise typer.Exit(INTERRUPTED) from None
        except BrokenPipeError:
            # The reader of stdout is gone (`| head`): nobody to tell. Keep the interpreter's flush quiet.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(DONE) from None
        except Exception as error:
            raise typer.Exit(report_error(error, **kwargs)) from None

    return guarded


def report_error(error: Exception, debug: bool = False, json_: bool = False, **_: Any) -> int:
    """Write the message of an error to stderr; return the exit code."""
    code = getattr(error, "exit_code", WRONG_INPUT if hasattr(error, "problems") else FAILED)
    code = code if isinstance(code, int) else FAILED
    text = str(error).strip() or type(error).__name__
    if debug:
        traceback.print_exception(error)
    elif code == WRONG_INPUT:
        sys.stderr.write(text + "\n")
    else:
        kind = "" if isinstance(error, OSError | RuntimeError) else f"{type(error).__name__}: "
        sys.stderr.write(f"laborsim: {kind}{text}\n(--debug shows where)\n")
    if json_:
        from laborsim.commands.options import emit_json

        problems = [p.as_dict() if hasattr(p, "as_dict") else str(p) for p in getattr(error, "problems", ())]
        emit_json({"ok": False, "error": text, "exit_code": code, "problems": problems})
    return code


class LazyGroup(TyperGroup):
    """Group whose commands are imported when called; listing them needs no import."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in COMMANDS:
            return None
        stub = typer.Typer(add_completion=False)
        stub.command(cmd_name, help=COMMANDS[cmd_name])(_nothing)
        command = typer.main.get_command(stub)
        command.name = cmd_name
        return command

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name = args[0]
        if name not in COMMANDS:
            near = difflib.get_close_matches(name, COMMANDS, 1)
            ctx.fail(f"no command '{name}'" + (f", did you mean '{near[0]}'?" if near else ""))
        return name, load_command(name), args[1:]


def load_command(name: str) -> Any:
    """Import `laborsim.commands.<name>`; return its typer command, inside the error boundary."""
    module = importlib.import_module(f"laborsim.commands.{name}")
    if hasattr(module, "app"):
        app: typer.Typer = module.app
        for info in app.registered_commands:
            if info.callback is not None and not getattr(info.callback, "guarded", False):
                info.callback = _guard(info.callback)
    else:
        app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
        app.command(name)(_guard(module.command))
    command = typer.main.get_command(app)
    command.name = name
    return command


def _guard(function: Callable[..., Any]) -> Callable[..., Any]:
    guarded = boundary(function)
    guarded.guarded = True  # type: ignore[attr-defined]
    return guarded


def _nothing() -> None:
    """Stand-in for a command that is only listed."""


app = typer.Typer(
    name="laborsim",
    cls=LazyGroup,
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["--help", "-h"]},
)


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"laborsim {version('laborsim')}")
        raise typer.Exit()


@app.callback()
def group(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Simulate a regional labor market month by month, and try workforce policies before paying for them.

    Example: laborsim run scenarios/independence-works-2025.toml
    """


def main() -> None:
    """Entry point of the `laborsim` script."""
    try:
        app()
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        sys.exit(INTERRUPTED)
    except Exception as error:  # outside any command, for instance an import that fails
        sys.exit(report_error(error, debug="--debug" in sys.argv))


if __name__ == "__main__":
    main()
