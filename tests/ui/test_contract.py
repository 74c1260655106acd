"""What the pages read of the API is what the API sends: each field of theirs is in its description."""

import json
from pathlib import Path

import pytest
from pydantic import BaseModel

import api
from ui import contract, cost_contract, knowledge_contract, source_contract

SCHEMAS = json.loads((Path(api.__file__).parent / "openapi.json").read_text(encoding="utf-8"))["components"]["schemas"]
NAMES: dict[type[BaseModel], str] = {
    contract.Person: "PersonView",
    contract.Citation: "Citation",
    contract.Turn: "TurnView",
    contract.ConversationSummary: "ConversationSummary",
    contract.Conversation: "ConversationView",
    contract.ReviewSummary: "ReviewSummary",
    contract.Review: "ReviewView",
    contract.Excerpt: "Excerpt",
    cost_contract.Used: "CostRow",
    cost_contract.Budget: "BudgetView",
    cost_contract.Costs: "CostView",
    knowledge_contract.Document: "DocumentSummary",
    knowledge_contract.Dated: "DatedDocument",
    knowledge_contract.Access: "AccessView",
    knowledge_contract.Rule: "AccessRule",
    knowledge_contract.OpenDocument: "DocumentView",
    knowledge_contract.Version: "VersionView",
    knowledge_contract.Waiting: "WaitingVersion",
    knowledge_contract.Progress: "IngestionProgressView",
    knowledge_contract.Ingestion: "IngestionView",
    knowledge_contract.Hit: "SearchHit",
    knowledge_contract.Found: "Found",
    knowledge_contract.SavedSearch: "SavedSearchView",
    knowledge_contract.Gap: "GapView",
    knowledge_contract.Replies: "RepliesView",
    knowledge_contract.Office: "OfficeView",
    knowledge_contract.ReplyText: "ReplyText",
    source_contract.Source: "SourceDetail",
    source_contract.Item: "SourceItemView",
    source_contract.Kind: "SourceKindView",
}


@pytest.mark.parametrize("model", NAMES, ids=lambda model: model.__name__)
def test_every_field_that_a_page_reads_is_sent(model: type[BaseModel]) -> None:
    sent = set(SCHEMAS[NAMES[model]]["properties"])
    assert {field.alias or name for name, field in model.model_fields.items()} <= sent
