"""Every text that a person reads on the pages."""

from types import MappingProxyType

from ui.client import ApiError

PRODUCT = "Holdfast"
CHAT_TITLE = "Help"
DESK_TITLE = "Review desk"

LOG_IN = "Log in"
LOG_OUT = "Log out"
USERNAME = "Username"
PASSWORD = "Password"
LOG_IN_LEAD = "Ask a question and get an answer you can check, or a person who stays with it until it is solved."
LOG_IN_MISSING = "Type your username and your password."
LOG_IN_WRONG = "The username or the password is wrong. Check both and try again."
LOG_IN_OFTEN = "Too many attempts. Wait {wait} and try again."
LOG_IN_DOWN = "The service does not answer at the moment. Wait a few seconds and try again."
AWAY_TITLE = "One moment, please"
LOGGED_OUT = "You are logged out."
SESSION_OVER = "Your session has ended. Log in again and go on where you were; nothing is lost."

NOT_FOR_YOU_TITLE = "This page is for our support team"
NOT_FOR_YOU = "You are logged in as {name}. It is open to agents, supervisors and administrators only."
LEADS_ONLY_TITLE = "This page is for supervisors"
LEADS_ONLY = "You are logged in as {name}. What chat models cost is shown to supervisors and administrators only."
NOTHING_HERE_TITLE = "There is nothing at this address"
NOTHING_HERE = "Check how it is spelled, or go on from one of these pages."
NOT_DONE_TITLE = "This was not done"
NOT_DONE = "The request could not be taken as it is, or is not for you. Go on from one of these pages."
FAULT_TITLE = "Something went wrong"
TO_CHAT = "Go to the help chat"
TO_DESK = "Go to the review desk"

EMPTY_TITLE = "How can we help, {name}?"
EMPTY_LEAD = (
    "Ask in your own words. Every answer shows where it comes from, and when we are not sure a colleague looks at it."
)
SUGGESTIONS = (
    "How do I restore a deleted file?",
    "How long do refunds take?",
    "How do I cancel my subscription?",
    "How do I add a user to my team?",
)
COMPOSER = "Write your question"
SEND = "Send"
TALK = "Talk to a person"
TALK_MESSAGE = "I would like to talk to a person."
NEW = "New conversation"
MINE = "Your conversations"
NO_CONVERSATIONS = "Your conversations will be listed here."
UNTITLED = "New conversation"
OLDER = "Show older ones"
CLOSED = "closed"
SHOW_LIST = "Conversations"

STEPS = MappingProxyType(
    {
        "reading": "Reading your question",
        "searching": "Searching our help pages",
        "drafting": "Writing an answer",
        "checking": "Checking the answer against its sources",
    }
)
STEP_OTHER = "Working on your answer"
SENDING = "Sending"
STILL_TRYING = "Not sent yet. Still trying; your message is kept until it arrives."
REFUSED = "Not sent"
STREAM_LOST = "The connection is interrupted. Reconnecting; nothing is lost."
WITH_COLLEAGUE = "A colleague is checking this. You will have an answer by {time}."
HANDED_OVER = "A colleague has your question. In your time zone, the answer is due by {time}."
LATE = "A colleague is checking this. It takes longer than we promised; you have not been forgotten."
FAILED = "Something went wrong while answering. Send the message again, or talk to a person."
CONVERSATION_CLOSED = "This conversation is closed. Start a new one to ask something else."
CONVERSATION_GONE = "There is no such conversation among yours."
ENGINES = MappingProxyType(
    {
        "ollama": "Written by the language model from our help pages",
        "embedded": "Quoted from our help pages",
        "person": "Answered by a colleague",
    }
)
SOURCES = "Sources"
SOURCE = "Source {number}: {title}"
VERSION = "Version {version}"
PASSAGE_LABEL = "Source"
PASSAGE_GONE = "This page is not available to you any more."
CLOSE = "Close"
RATE = "Did this help?"
RATE_STAR = "{score} of 5"
RATED = "Thank you for rating this conversation {score} of 5."
AGENT = "Holdfast"

QUEUE = "Waiting"
QUEUE_MORE = "More are waiting: these are the {count} due soonest."
QUEUE_EMPTY_TITLE = "Nothing is waiting"
QUEUE_EMPTY = "Every case is decided. New ones appear here by themselves."
PICK_TITLE = "Choose a case"
PICK = "Open one from the list to see the conversation, the draft and its sources."
BACK = "Back to the list"
AGE = "Opened"
DUE = "Due"
OVERDUE = "Overdue"
STAGES = MappingProxyType({"waiting": "Waiting", "reminded": "Reminded", "raised": "Raised to a supervisor"})
URGENCIES = MappingProxyType({"low": "Low urgency", "normal": "Normal urgency", "high": "High urgency"})
KINDS = MappingProxyType({"review": "Draft to check", "handoff": "Asks for a person"})
WHY = "Why a person must look"
WHY_NOT_TOLD = "No reason was recorded."
DRAFT = "Draft answer"
WITHHELD = (
    "This draft quotes a document that you may not read. When the customer may not read it either, "
    "approve the draft to have it written again."
)
NO_DRAFT = "There is no draft: the customer waits for your own words."
CONFIDENCE = "Confidence"
CONVERSATION = "Conversation"
SOURCES_NONE = "The draft names no sources."
CLAIM = "Claim"
CLAIMED = "Claimed"
RELEASE = "Release"
CLAIMED_BY_ME = "You have claimed this case"
SOMEBODY = "somebody else"
CLAIMED_BY = "Claimed by {name}"
UNCLAIMED = "Nobody has claimed this case"
TAB_ANSWER = "Check the draft"
TAB_REJECT = "Send it back"
TAB_RESPOND = "Write your own"
APPROVE = "Approve and send"
SEND_EDITED = "Send edited answer"
REJECT = "Reject the draft"
RESPOND = "Send my answer"
EDIT_LABEL = "The answer the customer will read"
REASON_LABEL = "Why the draft is wrong"
REASON_HINT = "For example: the price is last year's. The agent drafts once more with this in mind."
RESPOND_LABEL = "Your answer"
RESPOND_HINT = "Write to the customer in your own words."
NO_CHANGES = "Unchanged: the draft goes out as it is."
CHANGES = "What you changed"
NEEDS_TEXT = "Write the answer first."
NEEDS_REASON = "Say in a few words why the draft is wrong, so that the next one is better."
DECIDED = MappingProxyType(
    {
        "approve": "Approved. The customer has the answer.",
        "edit": "Your edited answer is with the customer.",
        "reject": "Sent back. The agent drafts once more; the case returns if it is still unsure.",
        "respond": "Your answer is with the customer.",
    }
)
CONFLICT = "{detail} Nothing of yours was sent; the list is up to date again."
CASE_GONE = "This case has been decided in the meantime."
CASE_CHANGED = "The draft has changed since you opened it. It was loaded again; please look at it once more."

REFUSALS = MappingProxyType(
    {
        403: "You are not allowed to do this. {detail}",
        404: "This does not exist, or it is not yours to see.",
        413: "This is too long. {detail}",
        429: "That was a little too fast. Try again in a moment.",
    }
)
UNREACHABLE = "The service does not answer at the moment."
TRYING = "We keep trying."
TRY_AGAIN = "Try again in a moment."
BROKEN = "Something went wrong on our side. Try again in a moment."

ABBREVIATIONS = frozenset({"hr", "it", "pr", "qa"})
"""Departments whose names are not words."""


def explain(error: ApiError, trying: bool = False) -> str:
    """Return in words what an error means for the person in front of the page, who need do nothing if we are trying."""
    if error.status == 401:
        return SESSION_OVER
    if error.status == 0 or error.status in (502, 503, 504):
        return f"{UNREACHABLE} {TRYING if trying else TRY_AGAIN}"
    if error.status >= 500:
        return BROKEN
    return REFUSALS.get(error.status, "{detail}").format(detail=error.detail)


def explain_log_in(error: ApiError) -> str:
    """Return in words why a log-in failed."""
    if error.status == 429:
        minutes = round(error.retry_after_seconds / 60)
        return LOG_IN_OFTEN.format(wait=counted(max(1, minutes), "minute"))
    if error.passing or error.status >= 500:
        return LOG_IN_DOWN
    return LOG_IN_WRONG


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, as in ``1 document`` and ``2 documents``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def spoken(identifier: str) -> str:
    """Return an identifier of a fixed set (``refund_request``) as people read it (``Refund request``)."""
    text = identifier.replace("_", " ").replace("-", " ").strip()
    return text.upper() if text in ABBREVIATIONS else text.capitalize()
