"""Groups of words that mean the same: read from a file, found in a question, refused when they cannot be meant."""

from pathlib import Path

import pytest

from activities.knowledge.synonyms import Synonyms, SynonymsError, read_synonyms
from activities.settings import Settings


def test_a_phrase_of_a_group_stands_for_all_others() -> None:
    synonyms = Synonyms([["sign in", "log in"], ["bill", "invoice", "statement of charges"]], str.split)
    assert synonyms.expand(["how", "to", "sign", "in"]) == ["log"]
    assert synonyms.expand(["my", "bill"]) == ["invoice", "statement", "of", "charges"]
    assert synonyms.expand(["sign", "here", "in"]) == []


def test_groups_are_lines_and_remarks_are_none(tmp_path: Path) -> None:
    path = tmp_path / "synonyms.csv"
    path.write_text('# ours\n\nwifi, wi-fi\n"a, b", c\n', encoding="utf-8")
    assert read_synonyms(path) == [["wifi", "wi-fi"], ["a, b", "c"]]
    assert read_synonyms(tmp_path / "none.csv") == []


@pytest.mark.parametrize("line", ["alone", "one,", "a b c d e f g, h", "\xff, x"])
def test_a_line_that_cannot_be_meant_is_refused_with_its_place(tmp_path: Path, line: str) -> None:
    path = tmp_path / "synonyms.csv"
    path.write_bytes(line.encode("latin-1"))
    with pytest.raises(SynonymsError, match=r"synonyms\.csv"):
        read_synonyms(path)


def test_the_sample_company_has_groups() -> None:
    assert read_synonyms(Settings().company_dir / "synonyms.csv")
