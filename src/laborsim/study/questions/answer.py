"""What a question is answered with: sentences, the figures of a picture, tables, and what they rest on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Sheet:
    """A table behind an answer.

    Attributes
    ----------
    title, note : what it shows, and what a reader must know of it.
    columns : key of each column -> heading.
    rows : values by key: text as it is shown, or numbers that are written as they are.
    """

    title: str
    columns: Mapping[str, str]
    rows: Sequence[Row]
    note: str = ""


@dataclass(frozen=True)
class Picture:
    """Figures of a picture, drawn by `laborsim.report.answers`.

    Attributes
    ----------
    kind : "ranges" (dots with ranges), "pairs" (two bars a row), "shares" (one bar a row), "scores" (cells and a
        bar), "swings" (a bar from a low to a high value round a middle).
    title, subtitle, note : the finding; measure, place and period; what marks are.
    rows : of a range: label, sub, panel, middle, low, high, said, sure; of pairs: label, one, two, said; of shares:
        label, sub, share, said, sure; of swings: label, sub, low, high, low_said, high_said, flips.
    names : of the two bars of pairs; of the axis otherwise.
    middle : where the line of a swing stands.
    form : how numbers of the axis are written: "people", "dollars", "share", "points", "days", "number", "log".
    """

    kind: str
    title: str
    subtitle: str
    rows: Sequence[Row]
    note: str = ""
    names: tuple[str, ...] = ()
    middle: float = 0.0
    form: str = "people"


@dataclass
class Answer:
    """Answer to one question.

    Attributes
    ----------
    question : its name; asked : its words.
    said : the answer, in a sentence or two, with its range.
    basis : how many runs of what it rests on, one sentence.
    runs : runs behind it.
    policies : name -> title of all that was compared, and whether it is the scenario's own or a standard package.
    bought : what the money of each policy bought, a line each.
    sheets : tables behind it, the first one the main one.
    picture : the chart; None if there is nothing to draw.
    notes : what a reader must know before using it.
    """

    question: str
    asked: str
    said: list[str]
    basis: str
    runs: int
    policies: dict[str, str] = field(default_factory=dict)
    bought: list[str] = field(default_factory=list)
    sheets: list[Sheet] = field(default_factory=list)
    picture: Picture | None = None
    notes: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON; of the picture, its figures."""
        return {
            "question": self.question,
            "asked": self.asked,
            "answer": " ".join(self.said),
            "sentences": list(self.said),
            "basis": self.basis,
            "runs": self.runs,
            "policies": dict(self.policies),
            "bought": list(self.bought),
            "tables": [
                {"title": s.title, "columns": dict(s.columns), "rows": [dict(r) for r in s.rows], "note": s.note}
                for s in self.sheets
            ],
            "chart": None if self.picture is None else {"kind": self.picture.kind, "title": self.picture.title,
                                                        "rows": [dict(r) for r in self.picture.rows]},
            "notes": list(self.notes),
        }  # fmt: skip
