"""What a customer is told when no answer is released yet: honest, with a time, and never a promise we do not track."""

from datetime import UTC, datetime


def spoken_time(moment: datetime) -> str:
    """Return a moment as people read it, in UTC, e.g. ``16:40 UTC on 21 November``."""
    local = moment.astimezone(UTC)
    return f"{local:%H:%M} UTC on {local.day} {local:%B}"


def handed_off(reason: str, due_at: datetime) -> str:
    """Tell that a person takes over, why, and by when they answer."""
    lead = {
        "asked": "Of course. I have passed your question on to a colleague",
        "unsupported": "I found no reliable answer to this in our documents, so I have passed it on to a colleague",
        "unavailable": "I cannot search our documents at the moment, so I have passed your question on to a colleague",
        "stopped": "Automatic answers are switched off at the moment, so I have passed your question on to a colleague",
    }.get(reason, "I am not sure enough to answer this myself, so I have passed it on to a colleague")
    return f"{lead}. You will have an answer here by {spoken_time(due_at)}."


def added_to_case(due_at: datetime) -> str:
    """Tell that a further message has joined the case that a person already has."""
    when = spoken_time(due_at)
    return f"Thank you, I have added this for the colleague who has your case. You will have an answer here by {when}."


def taken_back(due_at: datetime) -> str:
    """Tell that an answer which the customer has begun to read is not confirmed, and who looks at it by when."""
    return (
        "I had begun to answer, but I could not confirm all of it in our documents, so I have taken it back. "
        f"A colleague is looking at it: you will have an answer here by {spoken_time(due_at)}."
    )


def expired() -> str:
    """Tell honestly that the promised time has passed without an answer."""
    return (
        "We promised you an answer and did not keep that promise: nobody was able to look at your case in time, "
        "although it was raised to a supervisor. We are sorry. Please ask again here, or press "
        "“Talk to a person”, and your question goes to the front with a new time."
    )


def failed() -> str:
    """Tell that something broke and nothing was lost."""
    return "Something went wrong on our side while answering. Your message is kept; please send it again in a moment."
