"""Supervisors read what customers are told, as it would be written now."""

from tests.api.conftest import World

HOURS = '[office.hours]\nmonday = "09:00-24:00"\n'


async def replies(world: World) -> dict[str, object]:
    body: dict[str, object] = (await (await world.client("sue")).get("/v1/replies")).json()
    return body


async def test_each_outcome_is_shown_with_its_promise_in_and_out_of_hours(world: World) -> None:
    body = await replies(world)
    items = {each["outcome"]: each for each in body["items"]}  # type: ignore[attr-defined]
    assert (body["default_language"], body["problem"]) == ("en", "")
    assert items["asked"]["preview"].startswith("Of course. I have passed your question on to a colleague. You will")
    assert "Our team is back at" in items["asked"]["away"]
    assert "come is in …: “…” That may not be your answer. You will" in items["unsupported"]["preview"]
    assert (items["answered"]["preview"], items["answered"]["away"]) == ("…", "")
    assert body["office"]["open"]  # type: ignore[index]


async def test_a_file_with_a_mistake_is_told_of_and_one_in_order_counts(world: World) -> None:
    path = world.services.replies.path
    path.write_text("[texts.en", encoding="utf-8")
    assert "cannot be read" in str((await replies(world))["problem"])
    path.write_text(HOURS, encoding="utf-8")
    body = await replies(world)
    assert body["problem"] == ""
    assert body["office"]["hours"] == {"monday": "09:00-24:00"}  # type: ignore[index]


async def test_agents_and_customers_may_not_read_them(world: World) -> None:
    for name in ("agnes", "ada"):
        assert (await (await world.client(name)).get("/v1/replies")).status_code == 403
