"""Whether a question and its answer are in one language: what a translation would mean is for a person to tell.

An answer in another language than the question was found by words that happen to be alike, or by the known question
that the message was read as. A person who reads both decides.
"""

from activities.models.tone import LANGUAGES, Tone
from graphs.state import Check, Classification, Draft

SURE_SCORE = 0.6
"""Of 5,463 English questions (BANKING77, StackFAQ, the golden set) none was taken for another language above 0.5."""
SAMPLE_CHARACTERS = 400
NOT_OURS = 0.9
"""From this out-of-scope score on a question is none for somebody who reads both, unless its answer is likely."""
LIKELY = 0.5
"""As far as ``support`` tells."""


def with_language(check: Check, asked: Classification, draft: Draft, tone: Tone) -> Check:
    """Return the check, failed when question and answer are surely in two languages; quotes count, not what is ours.

    It fails as well when the question was read as a known one in another language: that is a guess. What is surely
    nothing of ours fails without a problem to look at, and is handed over as it would be in English.
    """
    if not draft["citations"] or asked["language_score"] < SURE_SCORE:
        return check
    if read_as := asked.get("read_as"):
        return _failed(check, asked, draft, f"was read as “{read_as}”")
    words = " ".join(each["quote"] for each in draft["citations"]) if draft["engine"] == "embedded" else draft["text"]
    language, score = tone.language(words[:SAMPLE_CHARACTERS])
    if language == asked["language"] or score < SURE_SCORE:
        return check
    return _failed(check, asked, draft, f"the answer in {LANGUAGES[language]}")


def _failed(check: Check, asked: Classification, draft: Draft, what: str) -> Check:
    problems = list(check["problems"])
    if asked["out_of_scope_score"] < NOT_OURS or draft["support_score"] >= LIKELY:
        question = f"The question is in {LANGUAGES[asked['language']]} and {what}"
        problems.append(f"{question}: somebody who reads both has to see whether it answers.")
    return Check(grounding_score=check["grounding_score"], problems=problems, passed=False)
