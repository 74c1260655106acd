"""What a conversation remembers for its next turns: the latest exchanges in full, the older ones in a line each."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from graphs.state import Exchange, Reply
    from graphs.summary import fold
    from workflows.messages import HISTORY_EXCHANGES, Carried


class Memory:
    """Of one workflow run; ``carried`` is what the run before it handed on."""

    def __init__(self, carried: Carried) -> None:
        self.history = list(carried.history)
        self.summary = carried.summary

    def add(self, message: str, reply: Reply, intent: str) -> None:
        """Remember a turn; what falls out of the history leaves a line in the summary."""
        exchange = Exchange(message=message, answer=reply["text"], intent=intent)
        if reply["citations"]:
            exchange["topic"] = reply["citations"][0]["title"]
        self.history.append(exchange)
        for forgotten in self.history[:-HISTORY_EXCHANGES]:
            self.summary = fold(self.summary, forgotten)
        del self.history[:-HISTORY_EXCHANGES]
