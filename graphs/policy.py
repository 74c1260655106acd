"""Who may answer: the confidence bands, the risky intents and the stop switch, as one pure function."""

from typing import Literal

from graphs.confidence import VERSION, confidence
from graphs.state import Check, Draft, Policy, Reply, Route, SupportState, Verdict

POLICY_VERSION = VERSION
AUTO_SCORE = 0.9
REVIEW_SCORE = 0.5
ASKED = "The customer asks for a person."
UNSOLVED = "The customer says that the answer before did not help."
AGAIN = "The answer only says what the customer has read already."
NOTHING_FOUND = "Nothing in the documents that this customer may read answers the question."
INSIDE_SCORE = 0.5
OUT_OF_SCOPE_SCORE = 0.5
INSIDE = "The question is about the company's insides, which no document for customers answers."
TOO_UNCERTAIN = "The answer is too uncertain to suggest"
"""Reasons by which the knowledge's gaps are found in the audit trail."""
REDRAFTS = 1
"""How often a rejected draft is written again before a person takes the case over."""
HOPED = Draft(
    text="…",
    citations=[],
    engine="ollama",
    model="",
    prompt_version="",
    support_score=1.0,
    fallback_reason="",
    digest="",
)
"""Stands for a draft that does not exist yet."""


def judge(state: SupportState) -> Verdict:
    """Decide whether the draft is sent, reviewed by a person first, or the case handed over.

    Takes the state after ``check`` (or after ``classify`` when nothing was drafted) and returns the route, the
    confidence (0..1) and the reasons in words for a reviewer.
    """
    if reason := _handoff_reason(state):
        return Verdict(route="handoff", confidence_score=0.0, reasons=[reason])
    draft, check = state["draft"], state["check"]
    classification, policy, guard = state["classification"], state["policy"], state["guard"]
    version = policy["version"]
    score = confidence(classification, state.get("passages", []), draft, check, guard, version)
    if draft["model"] == "template" and check["passed"]:
        return Verdict(route="finish", confidence_score=score, reasons=[])
    reasons = _review_reasons(state)
    route = _band(score, policy, held=bool(reasons))
    if route == "handoff":
        reasons.append(f"{TOO_UNCERTAIN} ({score:.2f}).")
    elif score < policy["auto_score"]:
        reasons.append(f"Confidence {score:.2f} is below the {policy['auto_score']:.2f} needed to answer alone.")
    return Verdict(route=route, confidence_score=score, reasons=reasons)


def _band(score: float, policy: Policy, held: bool) -> Route:
    """A held case is reviewed whatever its score: a person decides, with the draft or without it."""
    if held:
        return "review"
    if score >= policy["auto_score"]:
        return "finish"
    return "review" if score >= policy["review_score"] else "handoff"


def _handoff_reason(state: SupportState) -> str:
    """Why no draft can be considered at all, or an empty string."""
    if state["policy"]["stopped"]:
        return "Automatic answers are switched off."
    if reason := person_first(state):
        return reason
    if state.get("retrieval_failed"):
        return "The documents could not be searched."
    if state["classification"].get("inside_score", 0.0) >= INSIDE_SCORE and not state.get("reads_inside"):
        return INSIDE
    if state.get("redrafts", 0) > REDRAFTS:
        return "The draft was rejected twice."
    draft = state.get("draft")
    if draft is None or not draft["text"].strip():
        return NOTHING_FOUND
    return ""


def person_first(state: SupportState) -> str:
    """Return why no draft would help, known from the message alone; empty when one may. Takes the classified state."""
    if state["classification"]["wants_person"]:
        return ASKED
    return UNSOLVED if state["classification"].get("unsolved") else ""


def may_stream(state: SupportState) -> bool:
    """Say whether sentences may reach the customer while the model writes: nothing known would hold the turn anyway.

    Takes the state after ``retrieve``; each sentence is judged again with the draft so far.
    """
    hopeful = Check(grounding_score=1.0, problems=[], passed=True)
    return not _handoff_reason({**state, "draft": HOPED}) and not _review_reasons({**state, "check": hopeful})


def may_point(state: SupportState) -> bool:
    """Say whether a customer who is handed over may be told what the documents say nearest.

    Takes the state after ``check``. Not what a person has to look at first, and nothing about the company's insides.
    """
    held = state["classification"]["risk"] == "high" or state["guard"]["injection_flagged"] or state.get("redrafts")
    ours = state["classification"]["out_of_scope_score"] < OUT_OF_SCOPE_SCORE
    verdict = judge(state)
    about = notice_kind(state) in {"unsupported", "unsure"} and verdict["reasons"] != [INSIDE]
    return bool(verdict["route"] == "handoff" and ours and about and not held)


def _review_reasons(state: SupportState) -> list[str]:
    """Why a person must decide, whatever the confidence."""
    reasons = []
    if halted := state.get("draft", HOPED).get("halted"):
        reasons.append(halted)
    if state["classification"]["risk"] == "high":
        reasons.append(state["classification"]["risk_reason"])
    if state["guard"]["injection_flagged"]:
        reasons.append("The message looks like an attempt to change the assistant's instructions.")
    if state.get("draft", HOPED).get("again"):
        reasons.append(AGAIN)
    if state.get("redrafts"):
        reasons.append("A reviewer rejected the first draft.")
    reasons.extend(state["check"]["problems"])
    return reasons


def notice_kind(state: SupportState) -> Literal["asked", "unsupported", "unavailable", "stopped", "unsure"]:
    """Return which hand-off notice fits the state: asked, unsupported, unavailable, stopped or unsure."""
    if state["policy"]["stopped"]:
        return "stopped"
    if person_first(state):
        return "asked"
    if state.get("retrieval_failed"):
        return "unavailable"
    return "unsupported" if _handoff_reason(state) in {NOTHING_FOUND, INSIDE} else "unsure"


def framed(text: str, state: SupportState) -> str:
    """Return an answer as the company sends it; small talk stays as it is."""
    frame = state["policy"].get("answer_frame", "") if "policy" in state else ""
    small_talk = "classification" in state and state["classification"]["small_talk"]
    return frame.replace("{answer}", text) if frame and not small_talk else text


def given_before(state: SupportState, reply: Reply) -> bool:
    """Say whether a reply is an answer that was written for a like question before."""
    draft = state.get("draft")
    return reply["engine"] == "ollama" and draft is not None and draft.get("cached", False)
