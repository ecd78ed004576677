"""Errors of the field checks (pydantic) in the planner's words, at the planner's lines."""

from __future__ import annotations

import datetime
import re
import types
from collections.abc import Sequence
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from laborsim.scenario.places import Key, Place
from laborsim.scenario.problems import Problem, listed, nearest

M = TypeVar("M", bound=BaseModel)
_WORDS = {"k": 1e3, "t": 1e3, "m": 1e6, "b": 1e9}  # by the first letter
MISSING = "is required and missing"
_SUGGEST_AT_MOST = 200  # problems; spelling is not looked up beyond, so that a broken file stays quick


def field_problems(model: type[M], data: dict[str, Any], place: Place) -> tuple[M | None, list[Problem]]:
    """Check tables against a model; the model's instance or the problems."""
    try:
        return model.model_validate(data), []
    except ValidationError as failed:
        found: dict[tuple[Key, ...], Problem] = {}
        misspelt: set[tuple[Key, ...]] = set()
        for number, error in enumerate(failed.errors(include_url=False)):
            path = _path(error["loc"], data) + _type_key(error)
            if path in found:  # the branches of a union each complain: say it once
                continue
            message, allowed, meant = _words(error, model, path, data, number < _SUGGEST_AT_MOST)
            where = place.find(path)
            found[path] = Problem(where.file, where.line, field_name(path), message, allowed, meant)
            if error["type"] == "extra_forbidden" and meant:
                misspelt.add((*path[:-1], meant))
        # A key that is missing because it is misspelt beside it is one mistake, not two.
        return None, [p for path, p in found.items() if not (path in misspelt and p.message == MISSING)]


def field_name(path: Sequence[Key]) -> str:
    """Dotted name of a key path; array elements count from 1.

    Examples
    --------
    >>> field_name(["targets", 0, "goal"])
    'targets[1].goal'
    """
    text = ""
    for key in path:
        text += f"[{key + 1}]" if isinstance(key, int) else f".{key}" if text else str(key)
    return text


def model_at(model: Any, path: Sequence[Key], data: Any) -> type[BaseModel] | None:
    """The model that the table at a path must follow, if it is one."""
    annotation, data = _annotation(model, path, data)
    found = _plain(annotation, data)
    return found if isinstance(found, type) and issubclass(found, BaseModel) else None


def _annotation(model: Any, path: Sequence[Key], data: Any) -> tuple[Any, Any]:
    """Type and value of what stands at a path."""
    for key in path:
        model = _plain(model, data)
        if isinstance(model, type) and issubclass(model, BaseModel):
            known = model.model_fields.get(str(key))
            model = known.annotation if known else None
        else:
            inner = get_args(model)
            model = (inner[-1] if get_origin(model) is dict else inner[0]) if inner else None
        data = _inside(data, key)
    return model, data


def _tags(model: Any, path: Sequence[Key], data: Any) -> list[str]:
    """Values that `type` may have in the table at a path."""
    annotation, _ = _annotation(model, path, data)
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    branches = [b for b in get_args(annotation) if hasattr(b, "model_fields")]
    return [str(tag) for b in branches for tag in get_args(b.model_fields["type"].annotation)]


def _plain(annotation: Any, data: Any) -> Any:
    """Strip Annotated and choose the branch of a union that the data's `type` names."""
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) in (Union, types.UnionType):
        branches = [b for b in get_args(annotation) if b is not type(None)]
        for branch in branches:
            if isinstance(branch, type) and issubclass(branch, BaseModel):
                tag = branch.model_fields.get("type")
                named = data.get("type") if isinstance(data, dict) else None
                if tag is None or named in get_args(tag.annotation):
                    return branch
        return branches[0] if len(branches) == 1 else None
    return annotation


def _inside(data: Any, key: Key) -> Any:
    try:
        return data[key]
    except (KeyError, IndexError, TypeError):
        return None


def _path(loc: Sequence[Key], data: Any) -> tuple[Key, ...]:
    """Key path of an error, without the names of union branches that pydantic adds."""
    path: list[Key] = []
    here = data
    for position, key in enumerate(loc):
        last = position == len(loc) - 1
        if isinstance(here, dict) and key in here:
            path.append(key)
            here = here[key]
        elif isinstance(here, list | tuple) and isinstance(key, int) and key < len(here):
            path.append(key)
            here = here[key]
        elif isinstance(here, dict) and last and key != here.get("type"):
            path.append(key)
    return tuple(path)


def _type_key(error: Any) -> tuple[str, ...]:
    """The key that gives, or was meant to give, the type of a table whose type is wrong or missing."""
    if not isinstance(error["input"], dict):
        return ()
    if error["type"] == "union_tag_invalid":
        return ("type",)
    meant = nearest("type", error["input"], 0.5) if error["type"] == "union_tag_not_found" else ""
    return (meant,) if meant else ()


def _words(
    error: Any, model: type[BaseModel], path: tuple[Key, ...], data: Any, suggest: bool
) -> tuple[str, str, str]:
    kind, context, value = error["type"], error.get("ctx") or {}, error["input"]
    if kind == "laborsim":
        return context["message"], context["allowed"], context["meant"]
    if kind == "extra_forbidden":
        table = model_at(model, path[:-1], data)
        names = list(table.model_fields) if table else []
        if not path[:-1]:
            names = [*names, "extends"]
        meant = nearest(str(path[-1]), names, 0.5) if suggest else ""
        if not meant and not path[:-1] and suggest:
            head, header = next(iter(model.model_fields.items()))  # [scenario], or what heads another kind of file
            near = nearest(str(path[-1]), getattr(header.annotation, "model_fields", ()))
            meant = f"{head}.{near}" if near else ""
        return "unknown key", listed(names, 24), meant
    if kind == "missing":
        return MISSING, "", ""
    if kind in ("union_tag_not_found", "union_tag_invalid"):
        tags = _tags(model, path[:-1] if path[-1:] != () and isinstance(path[-1], str) else path, data)
        if kind == "union_tag_invalid":
            given = value.get("type")
            return f"unknown type {_shown(given)}", listed(tags), nearest(given, tags, 0.4)
        if isinstance(path[-1], str):
            return "unknown key", f"type, one of {listed(tags)}", "type"
        return "type is missing", f"type = one of {listed(tags)}", ""
    if kind == "literal_error":
        choices = _choices(model, path, data) or [
            c.strip("' ") for c in str(context["expected"]).split(" or ")
        ]
        return f"{_shown(value)} is not a choice", listed(choices), nearest(value, choices, 0.4)
    return _type_words(kind, context, value)


def _type_words(kind: str, context: dict[str, Any], value: Any) -> tuple[str, str, str]:
    is_ = f"is {_shown(value)}"
    if kind in ("string_type", "string_unicode"):
        if isinstance(value, datetime.date):
            return f"must be text in quotes, {is_}", 'a month written as "YYYY-MM"', value.strftime("%Y-%m")
        return (
            f"must be text in quotes, {is_}",
            "text",
            f'"{value}"' if isinstance(value, int | float) else "",
        )
    if kind in ("int_type", "int_from_float", "int_parsing", "int_parsing_size"):
        return f"must be a whole number, {is_}", "a whole number", _unquoted(value)
    if kind in ("float_type", "float_parsing"):
        return f"must be a number, {is_}", "a number", _unquoted(value)
    if kind in ("bool_type", "bool_parsing"):
        return f"must be true or false, {is_}", "true or false", ""
    if kind == "finite_number":
        return f"must be a finite number, {is_}", "a finite number", ""
    bounds = {
        "greater_than_equal": ("ge", "{} or more"),
        "greater_than": ("gt", "more than {}"),
        "less_than_equal": ("le", "{} or less"),
        "less_than": ("lt", "less than {}"),
    }
    if kind in bounds:
        name, words = bounds[kind]
        bound = context[name]
        text = f"{bound:,}" if isinstance(bound, int) else f"{bound:,.12g}"
        share = isinstance(value, int | float) and bound in (1, 1.0) and 1.0 < value <= 100.0
        return f"{_shown(value)} is out of range", words.format(text), f"{value / 100.0:g}" if share else ""
    if kind in ("model_type", "model_attributes_type", "dict_type"):
        return f"must be a table, {is_}", "a table with keys of its own", ""
    if kind in ("tuple_type", "list_type"):
        return f"must be a list, {is_}", 'a list such as ["a", "b"] or [[...]] tables', ""
    if kind == "string_too_short":
        return "is empty", "text", ""
    if kind == "string_too_long":
        return f"is too long ({len(value)} characters)", f"up to {context['max_length']} characters", ""
    if kind == "string_pattern_mismatch":
        return f"{_shown(value)} is not a name", "small letters, digits and _, beginning with a letter", ""
    if kind == "too_short":
        return "is empty", f"at least {context['min_length']}", ""
    if kind == "too_long":
        return (
            f"has {context.get('actual_length') or 'too many'} elements",
            f"up to {context['max_length']}",
            "",
        )
    return kind.replace("_", " "), "", ""


def _choices(model: type[BaseModel], path: tuple[Key, ...], data: Any) -> list[str]:
    table = model_at(model, path[:-1], data)
    known = table.model_fields.get(str(path[-1])) if table else None
    annotation = _plain(known.annotation, None) if known else None  # of a choice that may be left out, the choice
    return [str(c) for c in get_args(annotation)] if get_origin(annotation) is Literal else []


def _unquoted(value: Any) -> str:
    """A number that was put in quotes, without them."""
    if not isinstance(value, str):
        return ""
    plain = value.strip().replace(",", "").lstrip("$").strip()
    words = re.fullmatch(r"([0-9.]+)\s*(k|m|mm|bn|b|thousand|million|billion)", plain, re.IGNORECASE)
    if words:
        try:
            number = float(words[1]) * _WORDS[words[2][0].lower()]
        except ValueError:
            return ""
        return f"{number:_.0f}" if number == round(number) else f"{number:g}"
    try:
        number = float(plain.rstrip("%")) / (100.0 if plain.endswith("%") else 1.0)
    except ValueError:
        return ""
    return f"{number:g}" if number == number else ""


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime.date | datetime.time):
        return f"the date {value.isoformat()}"
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list | tuple):
        return "a list"
    text = repr(value)
    return text if len(text) <= 50 else text[:47] + "..."
