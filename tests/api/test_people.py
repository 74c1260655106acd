"""People, keys and the audit trail over HTTP."""

from datetime import timedelta

from activities.records.models import AuditRow
from tests.api.conftest import PASSWORD, World
from tests.api.fakes import AT


async def test_nobodys_password_hash_leaves_the_door(world: World) -> None:
    client = await world.client("root")
    for path in ("/v1/users", "/v1/me", f"/v1/users/{world.people['ada'].id}"):
        answer = await client.get(path)
        assert answer.status_code == 200
        assert "argon2" not in answer.text
        assert "password" not in answer.text


async def test_a_new_person_can_log_in_and_has_the_role_given(world: World) -> None:
    admin = await world.client("root")
    new = {"username": "zoe", "role": "agent", "department": "legal", "password": PASSWORD}
    created = await admin.post("/v1/users", json=new)
    assert created.status_code == 201
    login = await (await world.client()).post("/v1/auth/token", data={"username": "zoe", "password": PASSWORD})
    client = await world.client(headers={"Authorization": f"Bearer {login.json()['access_token']}"})
    me = (await client.get("/v1/me")).json()
    assert (me["id"], me["role"], me["department"]) == (created.json()["id"], "agent", "legal")


async def test_a_taken_name_a_weak_password_and_an_unknown_role_are_refused(world: World) -> None:
    client = await world.client("root")
    for new, status in [
        ({"username": "ada", "role": "customer"}, 409),
        ({"username": "zoe", "role": "customer", "password": "short"}, 422),
        ({"username": "zoe", "role": "owner"}, 422),
        ({"username": " ", "role": "customer"}, 422),
    ]:
        assert (await client.post("/v1/users", json=new)).status_code == status


async def test_an_admin_deactivates_others_and_not_themselves(world: World) -> None:
    client = await world.client("root")
    assert (await client.delete(f"/v1/users/{world.people['ada'].id}")).status_code == 204
    assert (await client.delete(f"/v1/users/{world.people['root'].id}")).status_code == 403
    assert (await client.delete("/v1/users/nobody")).status_code == 404
    assert (await (await world.client("ada")).get("/v1/me")).status_code == 401


async def test_a_key_is_shown_once_works_and_ends_when_it_is_revoked(world: World) -> None:
    admin = await world.client("root")
    made = (await admin.post("/v1/keys", json={"person_id": world.people["shop"].id, "name": "backend"})).json()
    service = await world.client(headers={"X-API-Key": made["api_key"]})
    assert (await service.get("/v1/me")).status_code == 200
    listed = await admin.get("/v1/keys")
    assert [key["id"] for key in listed.json()["items"]] == [made["id"]]
    assert made["api_key"] not in listed.text
    assert (await admin.delete(f"/v1/keys/{made['id']}")).status_code == 204
    assert (await service.get("/v1/me")).status_code == 401


async def test_a_key_for_nobody_is_refused(world: World) -> None:
    root = await world.client("root")
    customer = await root.post("/v1/keys", json={"person_id": world.people["ada"].id, "name": "x"})
    assert (customer.status_code, "of the role customer" in customer.json()["detail"]) == (422, True)
    answer = await root.post("/v1/keys", json={"person_id": "nobody", "name": "x"})
    assert answer.status_code == 422


async def test_auditors_read_what_turns_did_page_by_page(world: World) -> None:
    for number in range(3):
        row = AuditRow(
            turn_id=f"c.{number}",
            conversation_id="c",
            user_id=world.people["ada"].id,
            created_at=AT + timedelta(minutes=number),
            input_hash="h",
            engine="embedded",
            outcome="answered",
        )
        await world.services.audit.upsert_audit(row)
    client = await world.client("sue")
    first = (await client.get("/v1/audit", params={"limit": 2})).json()
    rest = (await client.get("/v1/audit", params={"limit": 2, "before": first["next"]})).json()
    assert [row["turn_id"] for row in first["items"] + rest["items"]] == ["c.2", "c.1", "c.0"]
    assert (await client.get("/v1/audit", params={"outcome": "failed"})).json()["items"] == []
    assert (await client.get("/v1/audit/c.1")).json()["engine"] == "embedded"
    assert (await client.get("/v1/audit/none")).status_code == 404
