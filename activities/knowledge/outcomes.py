"""What became of staged documents, as a report says it."""

from collections.abc import Sequence
from dataclasses import replace

from activities.knowledge.reports import (
    Counts,
    HeldDocument,
    IngestionReport,
    RefusedDocument,
    SimilarDocument,
    TakenDocument,
    UnchangedDocument,
)
from activities.records.publishing import Published
from activities.records.staging import Staged, StageOutcome
from activities.records.twins import Near

SUPERSEDED = "a newer upload or a deletion of this document was asked for"
DUPLICATE = "another document of this file has the same name"


def settled(staged: Staged, published: Published) -> Staged:
    """Return what publishing made of a staged version."""
    outcome: StageOutcome = "published" if published.done else "superseded"
    return replace(staged, outcome=outcome, merged_into=published.merged_into)


def report_of(
    outcomes: Sequence[Staged], refused: Sequence[RefusedDocument], near: Sequence[Near] = ()
) -> IngestionReport:
    """Return the report of some documents; ``near`` names those that are nearly the same as others."""
    report = IngestionReport(refused=list(refused))
    for item in outcomes:
        _add(report, item)
    sources = {item.new.document_id: item.new.source for item in outcomes}
    report.similar = [
        SimilarDocument(
            document_id=each.document_id,
            source=sources[each.document_id],
            similar_to=each.other_id,
            similarity_score=each.similarity,
        )
        for each in near
    ]
    report.counts = Counts(
        taken=len(report.taken),
        unchanged=len(report.unchanged),
        refused=len(report.refused),
        held=len(report.held),
        merged=sum(item.merged_into is not None for item in report.taken),
        similar=len(report.similar),
    )
    return report


def _add(report: IngestionReport, item: Staged) -> None:
    if item.outcome == "published":
        report.taken.append(_taken(item))
    elif item.outcome == "unchanged":
        report.unchanged.append(UnchangedDocument(document_id=item.new.document_id, source=item.new.source))
    elif item.outcome == "awaiting":
        report.held.append(_held(item))
    else:
        reason = DUPLICATE if item.outcome == "duplicate" else SUPERSEDED
        report.refused.append(RefusedDocument(source=item.new.source, reason=reason))


def _taken(item: Staged) -> TakenDocument:
    new = item.new
    return TakenDocument(
        document_id=new.document_id,
        source=new.source,
        title=new.title,
        version=item.version,
        chunks=len(new.chunks),
        notes=list(new.notes),
        merged_into=item.merged_into,
        reasons=list(new.reasons),
    )


def _held(item: Staged) -> HeldDocument:
    new = item.new
    return HeldDocument(
        document_id=new.document_id,
        source=new.source,
        version=item.version,
        suggested=new.classification,
        reasons=list(new.reasons),
    )
