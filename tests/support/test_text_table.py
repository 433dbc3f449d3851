"""Tables, CSV and JSON from rows."""

from __future__ import annotations

import json

from dwsim.support.text_table import Column, csv_text, json_text, text_table

COLUMNS = (Column("name", "name", "text"), Column("n", "cycles"), Column("u", "used", "share"))
ROWS = [{"name": "a", "n": 1234567, "u": 0.5, "more": 1}, {"name": "long,er", "n": 8, "u": None}]


def test_a_table_is_aligned() -> None:
    assert text_table(COLUMNS, ROWS, {"name": "total", "n": 1234575, "u": 1}) == (
        "name        cycles     used\n"
        "-------  ---------  -------\n"
        "a        1,234,567   50.0 %\n"
        "long,er          8\n"
        "-------  ---------  -------\n"
        "total    1,234,575  100.0 %\n"
    )


def test_a_table_without_rows_has_its_titles() -> None:
    assert text_table(COLUMNS, []) == "name  cycles  used\n----  ------  ----\n"


def test_csv_has_keys_and_plain_numbers() -> None:
    assert csv_text(COLUMNS, ROWS) == 'name,n,u\na,1234567,0.5\n"long,er",8,\n'


def test_json_is_what_it_was() -> None:
    assert json.loads(json_text(ROWS)) == ROWS


def test_a_table_wider_than_the_terminal_becomes_several() -> None:
    assert text_table(COLUMNS, ROWS, width=18) == (
        "name        cycles\n"
        "-------  ---------\n"
        "a        1,234,567\n"
        "long,er          8\n"
        "\n"
        "name       used\n"
        "-------  ------\n"
        "a        50.0 %\n"
        "long,er\n"
    )
    assert text_table(COLUMNS, ROWS, width=26) == text_table(COLUMNS, ROWS)
    assert text_table(COLUMNS, ROWS, width=1).count("name") == 2
