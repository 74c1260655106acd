"""A bucket on moto's S3 server, over HTTP as any other."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto.core import DEFAULT_ACCOUNT_ID
from moto.s3.models import s3_backends
from moto.server import ThreadedMotoServer

from activities.sources.connector import SourceRefusedError
from tests.sources.conftest import MAX_BYTES, Rig, make_rig, unique


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto.start()
    host, port = moto.get_host_and_port()
    yield f"http://{host}:{port}"
    moto.stop()


@pytest.fixture
def bucket(server: str) -> Any:
    login = {"aws_access_key_id": "key", "aws_secret_access_key": "secret", "region_name": "us-east-1"}
    made = boto3.resource("s3", endpoint_url=server, **login).Bucket(f"docs-{unique()}")
    made.create()
    made.put_object(Key="help/refunds.md", Body=b"# Refunds\n\nThirty days.")
    made.put_object(Key="help/leave.md", Body=b"# Leave\n\nFive weeks.")
    made.put_object(Key="other/x.md", Body=b"# X\n\nOutside.")
    made.put_object(Key="help/folder/", Body=b"")
    return made


def config(rig: Rig, server: str, bucket: Any, **further: Any) -> dict[str, Any]:
    return {
        "endpoint": server,
        "bucket": bucket.name,
        "prefix": "help/",
        "secret": rig.secret("s3", "key:secret"),
        **further,
    }


async def test_objects_below_the_prefix_are_taken_and_followed(rig: Rig, server: str, bucket: Any) -> None:
    source = await rig.add("s3", config(rig, server, bucket))
    await rig.run(source)
    assert await rig.answers() == {"help/refunds.md": "Thirty days.", "help/leave.md": "Five weeks."}
    bucket.put_object(Key="help/refunds.md", Body=b"# Refunds\n\nForty days.")
    bucket.Object("help/leave.md").delete()
    bucket.put_object(Key="help/big.md", Body=b"x" * (MAX_BYTES + 1))
    await rig.run(source)
    assert await rig.answers() == {"help/refunds.md": "Forty days."}
    assert "at most" in (await rig.items(source))["help/big.md"].reason


async def test_more_objects_than_a_page_are_all_listed(rig: Rig, server: str, bucket: Any) -> None:
    store = s3_backends[DEFAULT_ACCOUNT_ID]["aws"]
    for number in range(1_010):
        store.put_object(bucket.name, f"help/n/{number}.md", b"# N\n\nText.")
    source = await rig.add("s3", config(rig, server, bucket))
    assert (await rig.sync.list_changes(source.id, 1)).listed == 1_012


async def test_an_object_that_goes_between_listing_and_reading_is_gone(rig: Rig, server: str, bucket: Any) -> None:
    source = await rig.add("s3", config(rig, server, bucket))
    await rig.sync.list_changes(source.id, 1)
    bucket.Object("help/leave.md").delete()
    await rig.drain(source)
    assert list(await rig.answers()) == ["help/refunds.md"]


async def test_a_bucket_that_is_not_there_is_said(rig: Rig, server: str, bucket: Any) -> None:
    source = await rig.add("s3", {**config(rig, server, bucket), "bucket": "nowhere"})
    with pytest.raises(SourceRefusedError, match="NoSuchBucket"):
        await rig.run(source)


async def test_a_private_endpoint_is_refused_unless_allowed(rig: Rig, server: str, bucket: Any) -> None:
    source = await rig.add("s3", config(rig, server, bucket))
    rig.tools = make_rig(rig.bench.database, rig.folder, ()).tools
    with pytest.raises(SourceRefusedError, match="HOLDFAST_SOURCE_PRIVATE_HOSTS"):
        await rig.run(source)
