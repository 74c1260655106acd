import pytest

from activities.records import saved_searches
from activities.records.database import Database
from activities.records.people import People
from activities.records.saved_searches import SavedSearches, TooManySearchesError


async def person(database: Database, name: str = "carla") -> str:
    return (await People(database).create(name, "agent", department="billing")).id


async def test_a_search_saved_again_under_its_name_is_replaced(database: Database) -> None:
    carla, searches = await person(database), SavedSearches(database)
    first = await searches.save(carla, "VAT", {"query": "vat"})
    second = await searches.save(carla, "VAT", {"query": "vat number", "k": 5})
    assert first.id == second.id
    assert [each.request for each in await searches.list_for(carla)] == [{"query": "vat number", "k": 5}]


async def test_searches_are_listed_by_name_for_their_owner_alone(database: Database) -> None:
    carla, tomas, searches = await person(database), await person(database, "tomas"), SavedSearches(database)
    for name in ("Refunds", "Backups"):
        await searches.save(carla, name, {"query": name})
    await searches.save(tomas, "VAT", {"query": "vat"})
    assert [each.name for each in await searches.list_for(carla)] == ["Backups", "Refunds"]


async def test_nobody_removes_the_search_of_another(database: Database) -> None:
    carla, tomas, searches = await person(database), await person(database, "tomas"), SavedSearches(database)
    kept = await searches.save(carla, "VAT", {"query": "vat"})
    assert not await searches.remove(tomas, kept.id)
    assert await searches.remove(carla, kept.id)
    assert await searches.list_for(carla) == []


async def test_the_number_of_searches_is_bounded(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved_searches, "MOST", 2)
    carla, searches = await person(database), SavedSearches(database)
    for name in ("one", "two", "one"):
        await searches.save(carla, name, {"query": name})
    with pytest.raises(TooManySearchesError):
        await searches.save(carla, "three", {"query": "three"})
