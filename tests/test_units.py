"""Quantities: what people write and what they are shown."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suite.errors import ConfigurationError
from suite.units import format_quantity, format_range, format_ticks, parse

UNITS = ["s", "B", "ratio", "1/s", "1", "frames"]


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("100ms", "s", 0.1),
        (" 1.5 s ", "s", 1.5),
        ("20us", "s", 2e-5),
        ("20 µs", "s", 2e-5),
        ("7ns", "s", 7e-9),
        ("2min", "s", 120.0),
        ("1h", "s", 3600.0),
        ("3", "s", 3.0),
        (3, "s", 3.0),
        (0.25, "s", 0.25),
        ("500MB", "B", 5e8),
        ("1KiB", "B", 1024.0),
        ("2 GiB", "B", 2.0**31),
        ("1%", "ratio", 0.01),
        ("0.5", "ratio", 0.5),
        ("30/s", "1/s", 30.0),
        ("60/min", "1/s", 1.0),
        ("3600/h", "1/s", 1.0),
        ("2k", "1", 2000.0),
        ("1e3", "1", 1000.0),
        (".5", "1", 0.5),
        ("-4", "1", -4.0),
        ("12 frames", "frames", 12.0),
        ("12", "frames", 12.0),
    ],
)
def test_what_people_write(text: str | float, unit: str, value: float) -> None:
    assert parse(text, unit) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("", "s"),
        ("ms", "s"),
        ("100 MB", "s"),
        ("100ms", "B"),
        ("5%", "s"),
        ("fast", "s"),
        ("1,5s", "s"),
        ("1s2", "s"),
        ("nan", "s"),
        ("1e999", "s"),
        (math.nan, "s"),
        (math.inf, "1"),
        (10**400, "1"),
        (True, "1"),
        (None, "s"),
        (["1"], "s"),
        ("1 camera", "frames"),
    ],
)
def test_what_is_no_quantity(text: Any, unit: str) -> None:
    with pytest.raises(ConfigurationError):
        parse(text, unit)


def test_a_refusal_shows_how_to_write_it() -> None:
    with pytest.raises(ConfigurationError, match=r"'500' seconds.*100ms"):
        parse("'500' seconds", "s")


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.00421, "s", "4.21 ms"),
        (0.0, "s", "0 s"),
        (0.0, "B", "0 B"),
        (0.9996, "s", "1 s"),
        (0.09999, "s", "100 ms"),
        (7200.0, "s", "7,200 s"),
        (3e-10, "s", "0.3 ns"),
        (-0.25, "s", "-250 ms"),
        (512.0, "B", "512 B"),
        (1.5e9, "B", "1.5 GB"),
        (-2048.0, "B", "-2.05 kB"),
        (0.05, "ratio", "5 %"),
        (12345.6, "1/s", "12,346 /s"),
        (42.0, "1", "42"),
        (3.0, "frames", "3 frames"),
        (None, "s", "-"),
        (math.nan, "s", "-"),
    ],
)
def test_what_people_are_shown(value: float | None, unit: str, text: str) -> None:
    assert format_quantity(value, unit) == text


@pytest.mark.parametrize(
    ("values", "unit", "texts"),
    [
        ([35.10e6, 35.12e6, 35.14e6], "B", ["35.1 MB", "35.12 MB", "35.14 MB"]),
        ([0.0, 0.05, 0.1], "s", ["0 s", "50 ms", "100 ms"]),
        ([123.25, 123.3], "1/s", ["123.2 /s", "123.3 /s"]),
        ([123.0, 124.0], "1", ["123", "124"]),
        ([12_345.5, 12_346.0], "1", ["12,345.5", "12,346"]),
        ([], "s", []),
        ([1.0, 1.0], "s", ["1 s", "1 s"]),
    ],
)
def test_what_stands_at_an_axis_tells_its_places_apart(
    values: list[float], unit: str, texts: list[str]
) -> None:
    assert format_ticks(values, unit) == texts


@given(
    st.floats(1e-9, 1e12) | st.floats(-1e12, -1e-9) | st.just(0.0),
    st.sampled_from(UNITS),
)
def test_what_is_shown_reads_back_as_shown(value: float, unit: str) -> None:
    shown = format_quantity(value, unit).replace(",", "")
    # Three significant digits: half a unit of the third one.
    assert parse(shown, unit) == pytest.approx(value, rel=0.00501, abs=0)


@given(st.floats(-1e15, 1e15), st.sampled_from(UNITS))
def test_a_number_is_in_the_base_unit_already(value: float, unit: str) -> None:
    assert parse(value, unit) == value
    assert parse(repr(value), unit) == value


@given(st.text(max_size=12), st.sampled_from(UNITS))
def test_any_text_is_a_finite_quantity_or_refused(text: str, unit: str) -> None:
    try:
        value = parse(text, unit)
    except ConfigurationError:
        return
    assert math.isfinite(value)


@pytest.mark.parametrize(
    ("low", "high", "unit", "said"),
    [
        (0.0041, 0.0044, "s", "4.1 – 4.4 ms"),
        (0.0009, 0.0044, "s", "900 µs – 4.4 ms"),
        (61e6, 61e6, "B", "61 MB"),
        (0.0, 0.5, "ratio", "0 – 50 %"),
        (1.0, 3.0, "1", "1 – 3"),
        (math.nan, 3.0, "s", "- – 3 s"),
    ],
)
def test_ranges_say_their_unit_once(low, high, unit, said):
    assert format_range(low, high, unit) == said
