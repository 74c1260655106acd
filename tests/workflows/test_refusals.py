import pytest
from temporalio.service import RPCError, RPCStatusCode

from workflows.refusals import OURS, Refused, TemporalUnavailableError, unavailable


def error_of(status: RPCStatusCode) -> Exception:
    return unavailable(RPCError("because", status, b""))


@pytest.mark.parametrize("status", [each for each in RPCStatusCode if each not in (*OURS, RPCStatusCode.NOT_FOUND)])
def test_what_the_server_cannot_do_now_may_be_sent_again(status: RPCStatusCode) -> None:
    assert isinstance(error_of(status), TemporalUnavailableError)


def test_a_workflow_that_is_gone_is_a_closed_conversation() -> None:
    refusal = error_of(RPCStatusCode.NOT_FOUND)
    assert isinstance(refusal, Refused)
    assert refusal.kind == "ConversationClosed"


@pytest.mark.parametrize("status", OURS)
def test_a_request_that_is_wrong_in_itself_is_not_sent_again(status: RPCStatusCode) -> None:
    assert isinstance(error_of(status), RPCError)
