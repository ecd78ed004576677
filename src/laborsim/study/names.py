"""Names a user gives: found, or refused with the nearest that exists."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from laborsim.scenario.problems import InputError, listed, nearest


class UnknownName(InputError):
    """A policy, group or indicator that does not exist."""


class WrongOption(InputError):
    """An option out of its range."""


class ExecutorError(InputError):
    """The executor asked for does not exist, is not installed, or does not answer."""


def known(name: str, allowed: Collection[str], kind: str) -> str:
    """Return `name` if it is among `allowed`.

    Raises
    ------
    UnknownName
        With what is allowed and the nearest spelling.

    Examples
    --------
    >>> known("childcare", ["baseline", "childcare"], "policy")
    'childcare'
    """
    if name in allowed:
        return name
    near = nearest(name, allowed)
    hint = f"; did you mean {near!r}?" if near else ""
    raise UnknownName(f"no {kind} {name!r}; allowed: {listed(list(allowed)) or 'none'}{hint}")


def all_at_once(*checks: Callable[[], Any]) -> list[Any]:
    """What each check returns.

    Raises
    ------
    InputError
        Of the check that refuses its input; of several, a WrongOption with the message of each, one a line.
    """
    found: list[Any] = []
    problems: list[InputError] = []
    for check in checks:
        try:
            found.append(check())
        except InputError as error:
            problems.append(error)
    if len(problems) == 1:
        raise problems[0]
    if problems:
        raise WrongOption("\n".join(str(p) for p in problems))
    return found


def in_range(option: str, value: int | None, low: int, high: int) -> int | None:
    """The value of an option, None if it is not given; both bounds are allowed.

    Raises
    ------
    WrongOption
        If it is out of its range.

    Examples
    --------
    >>> in_range("--threads", 4, 1, 1024)
    4
    """
    if value is not None and not low <= value <= high:
        raise WrongOption(f"{option} {value}: allowed: {low} to {high}")
    return value


def check_threads(value: int | None) -> int | None:
    """The number of processor cores asked for, None for all there are.

    Raises
    ------
    WrongOption
        If it is out of range.
    """
    return in_range("--threads", value, 1, 1024)
