"""Why a conversation did not take a request: a validator said no, it is closed, or Temporal is not there."""

from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from workflows.messages import REFUSALS

GONE = (RPCStatusCode.NOT_FOUND,)
OURS = (RPCStatusCode.INVALID_ARGUMENT, RPCStatusCode.UNIMPLEMENTED, RPCStatusCode.OUT_OF_RANGE)
"""Only a bug of ours asks for these; everything else is the server's state, and the same request may be sent again."""


class Refused(Exception):
    """A validator said no; ``status`` is the HTTP status it becomes."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.status = REFUSALS.get(kind, 409)


class TemporalUnavailableError(Exception):
    """Temporal, or a worker behind it, did not take the request; the same request may be sent again."""


class WorkerBehindError(TemporalUnavailableError):
    """A worker has let its time for the conversation pass, being late or dead; it is tried again in a moment."""


def refused(error: WorkflowUpdateFailedError) -> Exception:
    """Return what a failed update means: the validator's refusal, or that the conversation is out of order."""
    cause = error.cause
    if isinstance(cause, ApplicationError) and cause.type in REFUSALS:
        return Refused(cause.type, cause.message)
    return TemporalUnavailableError(f"the conversation could not take the request: {cause}")


def unavailable(error: RPCError) -> Exception:
    """Return what an error of the connection means; one that is our own fault comes back as it is."""
    if error.status in GONE:
        return Refused("ConversationClosed", "this conversation is closed; start a new one")
    if error.status in OURS:
        return error
    if error.status is RPCStatusCode.FAILED_PRECONDITION:
        return WorkerBehindError(f"no worker keeps up with the conversation now: {error.message}")
    return TemporalUnavailableError(f"Temporal does not take requests now ({error.status.name}): {error.message}")


def not_connected(error: RuntimeError) -> Exception:
    """Return what a lazy client's failure to connect means; the SDK has no error of its own for it."""
    if str(error).startswith("Failed client connect"):
        return TemporalUnavailableError(f"no Temporal server answers: {error}")
    return error
