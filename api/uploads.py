"""Multipart uploads, read only after the caller is known to be allowed to send them."""

from dataclasses import dataclass
from typing import Any

from fastapi import Request
from pydantic import ValidationError
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from activities.knowledge.rules import MOST_GROUPS
from api.problems import ProblemError, invalid, pointer, words
from api.upload_form import UploadForm

FILE_FIELD = "file"
MOST_FIELDS = 10 + MOST_GROUPS
OPENAPI: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": [FILE_FIELD],
                    "properties": {
                        FILE_FIELD: {"type": "string", "format": "binary"},
                        **UploadForm.model_json_schema()["properties"],
                    },
                }
            }
        },
    }
}
"""The body by hand: a declared ``UploadFile`` would be received in full before anybody asks who is sending it."""


@dataclass(frozen=True)
class Upload:
    """A file with what was said about it."""

    filename: str
    data: bytes
    form: UploadForm


async def read_upload(request: Request, max_bytes: int) -> Upload:
    """Return the upload of a request. Raises a 413 or 422 problem."""
    try:
        async with request.form(max_files=1, max_fields=MOST_FIELDS, max_part_size=4_096) as form:
            file = form.get(FILE_FIELD)
            if not isinstance(file, UploadFile) or not file.filename:
                raise invalid("Send the document as the multipart field 'file', with its name.")
            if (file.size or 0) > max_bytes:
                raise ProblemError(413, "content-too-large", f"The file is larger than {max_bytes} bytes.")
            given = {name: form.getlist(name) for name in form if name != FILE_FIELD}
            fields = {name: values if len(values) > 1 else values[0] for name, values in given.items()}
            return Upload(file.filename, await file.read(), UploadForm.model_validate(fields))
    except ValidationError as error:
        raise invalid("; ".join(f"{pointer(item['loc'])}: {words(item['msg'])}" for item in error.errors())) from error
    except HTTPException as error:
        if error.status_code != 400:
            raise
        raise invalid(str(error.detail)) from error
