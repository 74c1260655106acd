"""The real steps of a turn over a few documents of the sample company, with whatever chat models one brings."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from activities.guard.output import OutputCheck
from activities.guard.personal_data import PersonalData
from activities.models.answer_cache import AnswerCache
from activities.models.classifier import IntentClassifier
from activities.models.embedded import READ_PASSAGES, EmbeddedEngine
from activities.models.embedding import MiniLmEmbedder
from activities.nodes import SupportNodes
from activities.policies import CurrentPolicy
from activities.ports import ChatModel, Principal, ReadScope
from activities.settings import Settings
from evals.benchmarks.trivial_steps import TrivialSteps
from evals.company import Indexed, company_uploads, indexed
from graphs.state import Policy

DOCUMENTS = (
    "support/password-and-account-recovery.md",
    "support/two-factor-authentication.md",
    "billing/cancel-subscription.md",
)
WARM_UP = "How long is an account locked after wrong passwords?"
AUTO_SCORE = 0.5
"""Low, so that what is measured and tested of streams does not hang on how the scores are calibrated."""


class EverybodyReads:
    """Gives every customer the rights of a customer."""

    def __init__(self, knowledge: Indexed) -> None:
        """Read in ``knowledge``."""
        self._scope = knowledge.scope(Principal("ada", "customer"))

    async def scope_of(self, person_id: str) -> ReadScope:
        """Return what a customer may read."""
        return self._scope


class EasyPolicy(CurrentPolicy):
    """The current policy with a low band for automatic answers."""

    async def current(self, customer_id: str) -> Policy:
        """Return the policy of this moment."""
        return {**await super().current(customer_id), "auto_score": AUTO_SCORE}


@dataclass(frozen=True)
class Agent:
    """Everything but the chat models."""

    classifier: IntentClassifier
    knowledge: Indexed
    embedded: EmbeddedEngine
    checker: OutputCheck
    embedder: MiniLmEmbedder

    async def warm_up(self) -> None:
        """Let everything load that loads at its first use: a step of a turn has seconds, not a cold start."""
        found = await self.knowledge.search.search(
            WARM_UP, self.knowledge.scope(Principal("ada", "customer")), k=READ_PASSAGES
        )
        draft = await self.embedded.draft(WARM_UP, found.passages, [])
        await self.checker.check(draft, found.passages)

    def activities(self, models: ChatModel | None, records: TrivialSteps) -> list[Callable[..., Any]]:
        """Return the activities of a worker: real steps, records kept in memory."""
        return [*self.steps(models), *records.recorders]

    def steps(self, models: ChatModel | None, answers: AnswerCache | None = None) -> list[Callable[..., Any]]:
        """Return the real steps of a turn, over answers that may be given again."""
        settings = Settings()
        nodes = SupportNodes(
            policies=EasyPolicy(
                refund_limit=settings.refund_limit,
                stop_file=settings.company_dir / "no-such-file",
                model_available=models.available if models else None,
            ),
            readers=EverybodyReads(self.knowledge),
            classifier=self.classifier,
            knowledge=self.knowledge.search,
            embedded=self.embedded,
            checker=self.checker,
            model=models,
            answers=answers,
        )
        steps = [nodes.take_steps, nodes.classify, nodes.retrieve, nodes.answer, nodes.check]
        return [*steps, nodes.ask_model, nodes.recheck]


@asynccontextmanager
async def open_agent() -> AsyncIterator[Agent]:
    """Open the agent of the sample company with three of its documents indexed; some seconds."""
    settings = Settings()
    company = settings.company_dir
    embedder = MiniLmEmbedder(settings.cache_dir)
    classifier = IntentClassifier(
        embedder, company / "intents.csv", company / "intents.json", settings.cache_dir, settings.refund_limit
    )
    uploads = [each for each in company_uploads(company) if each.source in DOCUMENTS]
    async with indexed(uploads, embedder) as knowledge:
        checker = OutputCheck(embedder, PersonalData().redact)
        engine = EmbeddedEngine(classifier.sections.vectors, classifier, classifier.sections.asked)
        agent = Agent(classifier, knowledge, engine, checker, embedder)
        await agent.warm_up()
        yield agent
