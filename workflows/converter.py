"""The data converter of clients and workers: pydantic's, with one payload converter for all that is done."""

from functools import cache
from typing import cast

from temporalio.contrib.pydantic import PydanticPayloadConverter
from temporalio.converter import DataConverter, PayloadConverter


@cache
def _shared() -> PydanticPayloadConverter:
    return PydanticPayloadConverter()


# The SDK calls this for a new converter, with empty caches, twice for each activation of a workflow, which is a
# seventeenth of a worker's processor time. Pydantic's has no state but its caches, and is safe between threads.
data_converter = DataConverter(payload_converter_class=cast(type[PayloadConverter], _shared))
