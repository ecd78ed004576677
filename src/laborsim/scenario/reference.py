"""The instruments as a page to read: what each does, its settings, their units, ranges and defaults."""

from __future__ import annotations

import inspect
from typing import Annotated, Any

from pydantic import TypeAdapter
from pydantic.fields import FieldInfo

from laborsim.scenario.instruments import INSTRUMENTS, InstrumentModel
from laborsim.scenario.programs import load_programs
from laborsim.scenario.tested import table

_HEAD = """\
# Instruments

What a policy can consist of. Each `[[policies.NAME.instruments]]` of a scenario has a `type` from this list and
settings; anything else is refused with the nearest right spelling. Counts are people, places, seats or
employers of the real region, whatever the scale of the run; money is in dollars of 2019. An instrument changes what
people and employers meet (seats, prices, contacts, screens), and what follows from it is the result of the run. Some
settings are themselves first effects, and assumed: `supports` on drop-out, `survival` of start-ups, `fidelity` of
employers, `applications` and `coaching` of those served, `curriculum_fit`. Unit costs are assumed where nothing else
is said; set your own.

*Made by `python experiments/instruments_page.py`.*
"""


_TESTED = """\
## What is tested

*Tested by a trial*: a simulated trial stands beside a published figure that no parameter was set after, with
its verdict ([trials.md](trials.md)): "outside" fails. *Fitted*: a parameter was set to meet the figure, or
calibration may use it. *Input*: a parameter takes the figure, or another of its study. Agreement with either is
no test. *Not tested*: no published figure of its effect is held against it. A test covers the outcomes named,
not everything an instrument does. Names are those of `scenario/evidence.toml`, which gives sources and the
parameters set.
"""
NO_LIMIT = 1_000_000  # limits from here on only catch slips of the pen


_PROGRAMS = """## Codes of programs

What `programs` of an instrument may name: those of the instrument's own kind; all of that kind if it names none.
"""


def instruments_page(trials: str) -> str:
    """All instruments in Markdown, in the order they are declared; `trials` is the text of docs/trials.md."""
    each = [_section(name, model) for name, model in INSTRUMENTS.items()]
    return "\n".join([_HEAD, _TESTED, table(trials) + "\n", _PROGRAMS, _programs(), *each])


def _programs() -> str:
    """Program types that `programs` may name, in the order they are declared."""
    rows = [f"| `{t.code}` | {t.title} | {t.kind.replace('_', ' ')} | {t.months} |" for t in load_programs()]
    return "\n".join(["| code | program | kind | months |", "|---|---|---|---:|", *rows, ""])


def _section(name: str, model: type[InstrumentModel]) -> str:
    rows = [
        f"| `{key}` | {_meaning(key, field)} | {_allowed(field)} | {_default(field)} |"
        for key, field in model.model_fields.items()
        if key != "type"
    ]
    table = ["| setting | what it is | allowed | if not given |", "|---|---|---|---|", *rows]
    return "\n".join([f"## {name}", "", inspect.cleandoc(model.__doc__ or ""), "", *table, ""])


def _meaning(key: str, field: FieldInfo) -> str:
    return (field.description or key.replace("_", " ")).rstrip(".").replace("|", "/")


def _allowed(field: FieldInfo) -> str:
    """The values a setting may take, in words."""
    schema = _schema(field)
    options = schema.get("enum") or ([schema["const"]] if "const" in schema else None)
    if options:
        return ", ".join(f"`{o}`" for o in options)
    low = next((schema[k] for k in ("minimum", "exclusiveMinimum") if k in schema), None)
    high = next((schema[k] for k in ("maximum", "exclusiveMaximum") if k in schema), None)
    kind = {"array": "a list", "boolean": "true or false", "string": "text", "object": "a table"}.get(
        schema.get("type", ""), "a whole number" if schema.get("type") == "integer" else "a number"
    )
    if low is None and high is None:
        return kind
    if low is None:
        return f"at most {high:,g}"
    bounds = f"{low:,g} to {high:,g}" if high is not None and high < NO_LIMIT else f"{low:,g} or more"
    return f"above {bounds}" if "exclusiveMinimum" in schema else bounds


def _schema(field: FieldInfo) -> dict[str, Any]:
    """JSON Schema of a setting; of what it may be besides none, if it may be none."""
    kind: Any = Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation
    schema = TypeAdapter(kind).json_schema()
    return next(s for s in schema.get("anyOf", [schema]) if s.get("type") != "null")


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "must be given"
    value = field.default
    if value is None or value == ():
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return f"{value:,g}"
    return f"`{value}`" if isinstance(value, str) else ", ".join(f"`{v}`" for v in value)
