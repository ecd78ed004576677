"""Words that findings are said in: shares of runs, never certainty; numbers as precisely as a few runs tell them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

NOT_DISTINGUISHABLE: Final = "not distinguishable from zero"
MOST: Final = 0.8  # share of runs from which on a target is called met
FEW: Final = 0.2  # share of runs up to which it is called missed
RANGES: Final = "90% ranges, wider the more is compared"
CAVEAT: Final = "Synthetic region, not a forecast."
TOO_FEW: Final = "too few runs"  # where a range would stand, of fewer than FEWEST_RUNS


def in_runs(share: float, runs: int) -> str:
    """A probability as it may be said.

    Examples
    --------
    >>> in_runs(0.84, 50), in_runs(0.875, 8), in_runs(1.0, 1)
    ('in 84% of runs', 'in 7 of 8 runs', 'in the only run')
    """
    if runs <= 1:
        return "in the only run" if share > 0.5 else "not in the only run"
    if runs < 20:
        return f"in {round(share * runs)} of {runs} runs"
    return f"in {100 * share:.0f}% of runs"


def only(runs: int) -> str:
    """Which runs a figure without a range is of.

    Examples
    --------
    >>> only(1), only(2)
    ('in the only run', 'in the mean of 2 runs, too few for a range')
    """
    return "in the only run" if runs <= 1 else f"in the mean of {runs} runs, too few for a range"


def month_name(month: str) -> str:
    """
    Examples
    --------
    >>> month_name("2025-12")
    'December 2025'
    """
    names = (
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    )
    return f"{names[int(month[5:7]) - 1]} {month[:4]}"


def lower(text: str) -> str:
    """A title as it stands inside a sentence: its first letter small, unless the word is all capitals.

    Examples
    --------
    >>> lower("Childcare support"), lower("OJT contracts")
    ('childcare support', 'OJT contracts')
    """
    first = text.split(" ", 1)[0]
    return text if first.isupper() and len(first) > 1 else text[:1].lower() + text[1:]


def capital(text: str) -> str:
    """First letter large."""
    return text[:1].upper() + text[1:]


def money(dollars: float) -> str:
    """Dollars as they stand in a sentence.

    Examples
    --------
    >>> money(2_340_000), money(912_000_000.0), money(52_345)
    ('$2.3 million', '$912 million', '$52,300')
    """
    if dollars < 0:
        return "\N{MINUS SIGN}" + money(-dollars)
    if abs(dollars) >= 999_500_000:
        return f"${dollars / 1e9:.2f} billion"
    if abs(dollars) >= 9_950_000:
        return f"${dollars / 1e6:.0f} million"
    if abs(dollars) >= 999_500:
        return f"${dollars / 1e6:.1f} million"
    return f"${float(f'{dollars:.3g}') if dollars >= 1000 else dollars:,.0f}"


def price(mean: float, low: float, high: float) -> str:
    """What an additional outcome costs: two digits, as few runs say no more.

    Examples
    --------
    >>> price(41_358.0, 22_678.0, 234_594.0)
    'about $41,000 ($23,000 to $230,000)'
    """
    return f"about {_two_digits(mean)} ({_two_digits(low)} to {_two_digits(high)})"


def _two_digits(dollars: float) -> str:
    return money(float(f"{dollars:.2g}"))


def two_digits(number: float, signed: bool = False) -> str:
    """A number of people as precisely as a few runs tell it.

    Examples
    --------
    >>> two_digits(724.3), two_digits(-1_512.0, True), two_digits(31.9), two_digits(0.2, True)
    ('720', '-1,500', '32', '0')
    """
    rounded = round(float(f"{number:.2g}"))
    return f"{rounded:+,}" if signed and rounded else f"{rounded:,}"


def verdict(probability: float) -> str:
    """A target as its runs meet it: in at least 80% of them, in at most 20%, or between; empty without a figure.

    Examples
    --------
    >>> verdict(0.8), verdict(0.5), verdict(0.2)
    ('met', 'toss-up', 'missed')
    """
    if not math.isfinite(probability):
        return ""
    return "met" if probability >= MOST - 1e-9 else "missed" if probability <= FEW + 1e-9 else "toss-up"


def join(names: Sequence[str], word: str = "and") -> str:
    """
    Examples
    --------
    >>> join(["a", "b", "c"]), join(["a"], "or")
    ('a, b and c', 'a')
    """
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {word} {names[-1]}"
