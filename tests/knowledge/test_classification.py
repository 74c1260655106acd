"""What the company's rules see in a document, and what they must not see."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.guard.personal_data import PersonalData, Span
from activities.knowledge.classification import (
    ClassificationRulesError,
    ContentClassifier,
    Marking,
    Pattern,
    Rules,
    read_rules,
)
from activities.ports import Level
from activities.records.staging import LEVELS

COMPANY = Path(__file__).parents[2] / "company"


@pytest.fixture(scope="module")
def company() -> ContentClassifier:
    return ContentClassifier(read_rules(COMPANY / "classification.toml"), PersonalData().find)


def nothing(text: str) -> list[Span]:
    return []


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("CONFIDENTIAL\n\nThe plan for next year.", "confidential"),
        ("The plan.\n\n**Company confidential** - do not copy\n", "confidential"),
        ("Classification: Internal\n\nText.", "internal"),
        ("Text.\nFor internal use only.\n", "internal"),
        ("Strictly confidential: named people\nText.", "restricted"),
        ("Key:\n-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----", "restricted"),
        ("Use AKIAABCDEFGHIJKLMNOP for the bucket.", "confidential"),
        ("Connect to postgres://app:h0rse-battery@db.internal/app now.", "confidential"),
        ("Her social security number is 536-90-4399.", "confidential"),
        ("He was born on 12/03/1984 in Ulm.", "confidential"),
    ],
)
def test_markings_secrets_and_personal_data_speak_for_a_class(
    company: ContentClassifier, text: str, level: Level
) -> None:
    found = company.judge("A title", text)
    assert (found.level, len(found.reasons) > 0) == (level, True)


@pytest.mark.parametrize(
    "text",
    [
        "We treat what you tell us as confidential information and never sell it.",
        "- Internal\n- External\n",
        "Our internal tools are not for customers.",
        "Write to support@example.com or call +44 20 7946 0018.",
        "Set the URL to https://user:password@example.com for a test.",
        "Your order 536904399 was shipped on 12/03/2024.",
        "",
    ],
)
def test_what_only_sounds_like_it_is_left_alone(company: ContentClassifier, text: str) -> None:
    assert company.judge("A title", text).level is None


def test_a_reason_never_repeats_a_secret(company: ContentClassifier) -> None:
    reasons = " ".join(company.judge("T", "Use AKIAABCDEFGHIJKLMNOP. SSN 536-90-4399, social security.").reasons)
    assert "AKIA" not in reasons
    assert "4399" not in reasons


@given(levels=st.lists(st.sampled_from(LEVELS), max_size=6), order=st.randoms(use_true_random=False))
def test_the_highest_rule_counts_whatever_their_order(levels: list[Level], order: object) -> None:
    rules = [Pattern(level=level, name=f"rule {number}", regex="x") for number, level in enumerate(levels)]
    order.shuffle(rules)  # type: ignore[attr-defined]
    found = ContentClassifier(Rules(pattern=rules), nothing).judge("", "x")
    assert found.level == max(levels, key=LEVELS.index, default=None)
    assert len(found.reasons) == len(levels)


@given(text=st.text(max_size=300), words=st.text(min_size=3, max_size=20).filter(str.strip))
def test_any_text_and_any_words_of_a_rule_can_be_judged(text: str, words: str) -> None:
    rules = Rules(marking=[Marking(level="internal", words=[words])] if len(words.strip()) >= 3 else [])
    found = ContentClassifier(rules, nothing).judge(text[:50], text)
    assert (found.level, len(found.reasons)) in {(None, 0), ("internal", 1)}


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ('[[marking]]\nlevel = "secret"\nwords = ["top secret"]', "level"),
        ('[[pattern]]\nlevel = "internal"\nname = "n"\nregex = "("', "regex"),
        ("[[marking", "cannot be read"),
        ('[[personal]]\nlevel = "internal"', "personal"),
    ],
)
def test_rules_that_cannot_be_used_say_where(tmp_path: Path, rules: str, message: str) -> None:
    (tmp_path / "rules.toml").write_text(rules, encoding="utf-8")
    with pytest.raises(ClassificationRulesError, match=message):
        read_rules(tmp_path / "rules.toml")


def test_the_sample_company_has_no_document_below_what_its_content_speaks_for(company: ContentClassifier) -> None:
    from activities.knowledge.validate import find_format
    from commands.sample import read_manifest

    folder = COMPANY / "documents"
    for document in read_manifest(folder):
        data = (folder / document.path).read_bytes()
        for entry in find_format(document.path, data).entries(data, document.path):
            read = entry.read()
            found = company.judge(document.title, f"{read.margins}\n{read.text}")
            if found.level:
                assert LEVELS.index(document.classification) >= LEVELS.index(found.level), document.path
