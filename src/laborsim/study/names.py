"""Names a user gives: found, or refused with the nearest that exists."""

from __future__ import annotations

from collections.abc import Collection

from laborsim.scenario.problems import InputError, listed, nearest


class UnknownName(InputError):
    """A policy, group or indicator that does not exist."""


class WrongOption(InputError):
    """An option out of its range."""


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
