"""The page of instruments says what the declarations say."""

from pathlib import Path

from laborsim.scenario.instruments import INSTRUMENTS
from laborsim.scenario.reference import instruments_page

PAGE = Path(__file__).parents[1] / "docs" / "instruments.md"


def test_page_is_current():
    assert PAGE.read_text(encoding="utf-8") == instruments_page(), "run experiments/instruments_page.py"


def test_every_instrument_and_setting_is_described():
    page = instruments_page()
    for name, model in INSTRUMENTS.items():
        section = page.split(f"## {name}\n")[1].split("\n## ")[0]
        assert model.__doc__ is not None and model.__doc__.split("\n")[0] in section
        for key, field in model.model_fields.items():
            if key != "type":
                assert f"| `{key}` |" in section
                assert field.description, f"{name}.{key} has no description"
