"""The tests of the pages see every block, and every difference between page and output."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.page import PageError, Step, matches, refreshed, steps
from tests.docs.runner import Reader


def page(tmp_path: Path, text: str) -> Path:
    """A page with this text."""
    path = tmp_path / "page.md"
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("shown", "printed", "same"),
    [
        ([], [], True),
        ([], ["a"], False),
        (["a"], [], False),
        (["a", "b"], ["a", "b"], True),
        (["a", "b"], ["a", "c"], False),
        (["a"], ["a "], False),
        (["[...]"], [], True),
        (["[...]"], ["a", "b"], True),
        (["a", "[...]", "d"], ["a", "b", "c", "d"], True),
        (["a", "[...]", "d"], ["a", "b", "c"], False),
        (["a [...]"], ["a b"], False),
        (["[...]", "b", "[...]", "d"], ["a", "b", "b", "c", "d"], True),
    ],
)
def test_only_an_elision_matches_other_lines(
    shown: list[str], printed: list[str], same: bool
) -> None:
    assert matches(shown, printed) is same


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (["a"], ["1", "2", "3", "4"]),
        (["a", "[...]"], ["1", "[...]"]),
        (["[...]", "z"], ["[...]", "4"]),
        (["a", "[...]", "y", "z"], ["1", "[...]", "3", "4"]),
    ],
)
def test_a_refreshed_output_matches_and_keeps_its_elision(
    shown: list[str], expected: list[str]
) -> None:
    printed = ["1", "2", "3", "4"]
    assert refreshed(shown, printed) == expected
    assert matches(expected, printed)


def test_several_elisions_are_left_to_the_author() -> None:
    with pytest.raises(ValueError, match="by hand"):
        refreshed(["[...]", "a", "[...]"], ["b"])


def test_a_page_is_read_as_steps(tmp_path: Path) -> None:
    text = (
        "# Title\n"
        "```console\n$ one\nout\n$ two\n```\n"
        '```python\nx = 1\n```\n\n```text title="Output"\n1\n```\n'
        '```toml title="a.toml"\n[engine]\n```\n'
        '```console title="exit code 2"\n$ three\n```\n'
    )
    found = [
        (step.kind, step.text, step.shown, step.file_name, step.exit_code)
        for step in steps(page(tmp_path, text))
    ]
    assert found == [
        ("console", "one", ["out"], "", 0),
        ("console", "two", [], "", 0),
        ("python", "x = 1", ["1"], "", 0),
        ("file", "[engine]\n", None, "a.toml", 0),
        ("console", "three", [], "", 2),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "```\nno language\n```\n",
        "```bash\nls\n```\n",
        "```console\nno prompt\n```\n",
        "```console\n```\n",
        '```console title="may fail"\n$ ls\n```\n',
        "```text\nno title\n```\n",
        '```text title="Output"\nof nothing\n```\n',
        "```toml\nno_file = 1\n```\n",
        "```python {.some}\nx = 1\n```\n",
        "* item\n\n    ```console\n    $ ls\n    ```\n",
        "    $ ls\n",
        "    >>> 1\n",
        "Run `dwsim verify tiny --stalls all` next.\n",
        "```console\n$ ls\n",
    ],
)
def test_a_block_that_would_not_be_tested_is_an_error(tmp_path: Path, text: str) -> None:
    with pytest.raises(PageError, match=r"page\.md:\d"):
        steps(page(tmp_path, text))


def test_a_reader_sees_output_and_exit_codes(tmp_path: Path) -> None:
    reader = Reader(tmp_path)
    (tmp_path / "seen").touch()

    def run(kind: str, text: str, file_name: str = "") -> tuple[list[str], int]:
        return reader.run(Step(kind, text, 1, 1, file_name=file_name))

    assert run("console", "ls; echo wrong >&2; exit 3") == (["seen", "wrong"], 3)
    assert run("file", "text\n", "written") == ([], 0)
    assert run("console", "cat written") == (["text"], 0)
    assert run("python", "kept = open('written').read()") == ([], 0)
    assert run("python", "print(kept)") == (["text", ""], 0)
    lines, code = run("python", "print(1)\nraise ValueError(2)")
    assert (lines[0], lines[-1], code) == ("1", "ValueError: 2", 1)
