import json
import stat
from collections import Counter
from pathlib import Path

import pytest

from activities.ports import Principal
from activities.records.database import Database
from activities.records.keys import Keys
from activities.records.people import People
from activities.records.people_events import PeopleTrail, PersonEventFilter
from activities.records.seed import SeedError, seed_people

DEMO = [
    {"username": "ada", "display_name": "Ada Okafor", "role": "customer"},
    {"username": "carla", "display_name": "Carla Mendes", "role": "agent", "department": "billing"},
    {"username": "backend", "display_name": "Account backend", "role": "service"},
]


@pytest.fixture
def people_file(tmp_path: Path) -> Path:
    path = tmp_path / "people.json"
    path.write_text(json.dumps(DEMO), encoding="utf-8")
    return path


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "data"


async def test_every_demo_person_can_log_in_as_the_file_says(
    database: Database, people_file: Path, data_dir: Path
) -> None:
    await seed_people(database, people_file, data_dir)
    ada, carla, backend = json.loads((data_dir / "demo-users.json").read_text(encoding="utf-8"))
    assert set(ada) == {"username", "password", "role"}
    assert set(carla) == {"username", "password", "role", "department"}
    assert set(backend) == {"username", "api_key", "role"}
    people = People(database)
    entered = await people.verify_password("carla", carla["password"])
    assert entered is not None
    assert (entered.role, entered.department, entered.display_name) == ("agent", "billing", "Carla Mendes")
    service = await people.find("backend")
    assert service is not None
    assert await Keys(database).principal(backend["api_key"]) == Principal(service.id, "service")


async def test_only_the_owner_can_read_the_file(database: Database, people_file: Path, data_dir: Path) -> None:
    await seed_people(database, people_file, data_dir)
    assert stat.S_IMODE((data_dir / "demo-users.json").stat().st_mode) == 0o600
    assert [path.name for path in data_dir.iterdir()] == ["demo-users.json"]


async def test_a_second_start_gives_the_same_log_ins(database: Database, people_file: Path, data_dir: Path) -> None:
    first = await seed_people(database, people_file, data_dir)
    assert await seed_people(database, people_file, data_dir) == first
    assert len(await People(database).list_people()) == 3
    events = await PeopleTrail(database).list_events(PersonEventFilter())
    assert Counter(event.action for event in events) == {"person.created": 3, "key.created": 1}


async def test_a_start_cut_short_goes_on_with_the_same_passwords(
    database: Database, people_file: Path, data_dir: Path
) -> None:
    data_dir.mkdir()
    planned = [{"username": "ada", "password": "kept from before", "role": "customer"}]
    (data_dir / "demo-users.json").write_text(json.dumps(planned), encoding="utf-8")
    await seed_people(database, people_file, data_dir)
    assert await People(database).verify_password("ada", "kept from before") is not None


async def test_a_revoked_demo_key_stays_revoked_at_the_next_start(
    database: Database, people_file: Path, data_dir: Path
) -> None:
    logins = await seed_people(database, people_file, data_dir)
    keys = Keys(database)
    await keys.revoke((await keys.list_keys())[0].id)
    await seed_people(database, people_file, data_dir)
    assert await keys.principal(logins[2].api_key or "") is None


async def test_a_database_with_people_of_its_own_gets_no_demo_people(
    database: Database, people_file: Path, data_dir: Path
) -> None:
    await People(database).create("root", "admin", password="a real password")
    assert await seed_people(database, people_file, data_dir) == []
    assert [person.username for person in await People(database).list_people()] == ["root"]
    assert not (data_dir / "demo-users.json").exists()


@pytest.mark.parametrize("text", ["", "{}", '[{"username": ""}]', '[{"username": "x", "password": "hush", "role": 1}]'])
async def test_an_unusable_list_is_named_without_its_content(
    database: Database, people_file: Path, data_dir: Path, text: str
) -> None:
    people_file.write_text(text, encoding="utf-8")
    with pytest.raises(SeedError, match=r"people\.json") as refused:
        await seed_people(database, people_file, data_dir)
    assert "hush" not in str(refused.value)
