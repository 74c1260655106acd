import pytest

from activities.ports import Principal
from activities.records.database import Database
from activities.records.keys import KeyRefusedError, Keys
from activities.records.models import ApiKey
from activities.records.passwords import PasswordRefusedError, random_password
from activities.records.people import People, UsernameTakenError

PASSWORD = "correct horse battery"


async def test_a_person_can_be_found_by_id_and_name(database: Database) -> None:
    people = People(database)
    made = await people.create("carla", "agent", display_name="Carla", department="billing", groups=("eu",))
    for found in (await people.get(made.id), await people.find("carla")):
        assert found is not None
        assert (found.id, found.display_name, found.active) == (made.id, "Carla", True)
    assert await people.principal(made.id) == Principal(made.id, "agent", "billing", ("eu",))


async def test_a_username_is_given_once(database: Database) -> None:
    people = People(database)
    await people.create("ada", "customer")
    with pytest.raises(UsernameTakenError, match="'ada'"):
        await people.create("ada", "admin")
    assert [person.role for person in await people.list_people()] == ["customer"]


@pytest.mark.parametrize(("username", "role"), [("", "customer"), ("   ", "customer"), ("ada", "king")])
async def test_a_person_without_a_name_or_with_an_unknown_role_is_refused(
    database: Database, username: str, role: str
) -> None:
    with pytest.raises(ValueError, match=r"username|king"):
        await People(database).create(username, role)  # type: ignore[arg-type]


@pytest.mark.parametrize("password", ["", "seven77", "x" * 257])
async def test_a_password_too_short_or_too_long_is_refused(database: Database, password: str) -> None:
    with pytest.raises(PasswordRefusedError, match="8 to 256"):
        await People(database).create("ada", "customer", password=password)


async def test_the_right_password_and_only_that_lets_in(database: Database) -> None:
    people = People(database)
    made = await people.create("ada", "customer", password=PASSWORD)
    entered = await people.verify_password("ada", PASSWORD)
    assert entered is not None
    assert entered.id == made.id
    for name, password in (("ada", "correct horse"), ("ada", ""), ("eve", PASSWORD), ("ada", "x" * 100_000)):
        assert await people.verify_password(name, password) is None


async def test_the_password_itself_is_not_kept(database: Database) -> None:
    made = await People(database).create("ada", "customer", password=PASSWORD)
    assert made.password_hash is not None
    assert made.password_hash.startswith("$argon2id$")
    assert PASSWORD not in made.password_hash


async def test_nobody_logs_in_as_a_person_without_a_password(database: Database) -> None:
    people = People(database)
    await people.create("backend", "service")
    assert await people.verify_password("backend", "") is None
    assert await people.verify_password("backend", random_password()) is None


async def test_a_deactivated_person_loses_rights_log_in_and_keys_at_once(database: Database) -> None:
    people, keys = People(database), Keys(database)
    made = await people.create("ada", "customer", password=PASSWORD)
    service = await people.create("till", "service")
    key = await keys.create(service.id, "laptop")
    assert await people.deactivate(made.id)
    assert await people.deactivate(service.id)
    assert await people.principal(made.id) is None
    assert await people.verify_password("ada", PASSWORD) is None
    assert await keys.principal(key.secret) is None
    assert await people.get(made.id) is not None


async def test_an_unknown_person_has_no_rights_and_cannot_be_deactivated(database: Database) -> None:
    assert await People(database).principal("unknown") is None
    assert not await People(database).deactivate("unknown")


async def test_a_key_stands_for_its_owner_until_it_is_revoked(database: Database) -> None:
    people, keys = People(database), Keys(database)
    service = await people.create("backend", "service")
    key = await keys.create(service.id, "production")
    assert await keys.principal(key.secret) == Principal(service.id, "service")
    assert [await keys.revoke(key.id), await keys.revoke(key.id), await keys.revoke("unknown")] == [True, True, False]
    assert await keys.principal(key.secret) is None


async def test_a_key_is_kept_as_a_hash_with_its_last_use(database: Database) -> None:
    service = await People(database).create("backend", "service")
    keys = Keys(database)
    key = await keys.create(service.id, "production")
    await keys.principal(key.secret)
    (row,) = await keys.list_keys(service.id)
    kept = {column.name: str(getattr(row, column.name)) for column in ApiKey.__table__.columns}
    secret = key.secret.split("_", 2)[2]
    assert key.secret.startswith(f"hf_{row.prefix}_")
    assert not any(secret in value for value in kept.values())
    assert row.last_used_at is not None


async def test_the_last_use_is_not_written_on_each_request(database: Database) -> None:
    service = await People(database).create("backend", "service")
    keys = Keys(database)
    key = await keys.create(service.id, "production")
    await keys.principal(key.secret)
    first = (await keys.list_keys())[0].last_used_at
    await keys.principal(key.secret)
    assert (await keys.list_keys())[0].last_used_at == first


@pytest.mark.parametrize("key", ["", "hf_", "hf_12345678_", "nonsense", "hf_12345678_' OR 1=1 --", "\udcff"])
async def test_a_key_that_was_never_given_is_nobodys(database: Database, key: str) -> None:
    service = await People(database).create("backend", "service")
    await Keys(database).create(service.id, "production")
    assert await Keys(database).principal(key) is None


async def test_only_an_active_service_gets_a_key(database: Database) -> None:
    people, keys = People(database), Keys(database)
    person = await people.create("eve", "admin", password=PASSWORD)
    service = await people.create("till", "service")
    await people.deactivate(service.id)
    for person_id, why in (
        (person.id, "of the role admin"),
        (service.id, "no such active"),
        ("nobody", "no such active"),
    ):
        with pytest.raises(KeyRefusedError, match=why):
            await keys.create(person_id, "laptop")
    assert await keys.list_keys() == []
