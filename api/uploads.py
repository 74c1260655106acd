"""Multipart uploads, read only after the caller is known to be allowed to send them."""

from dataclasses import dataclass
from typing import Any

from fastapi import Request
from pydantic import ValidationError
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from api.knowledge_schemas import UploadForm
from api.problems import ProblemError, invalid

FILE_FIELD = "file"
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
        async with request.form(max_files=1, max_fields=10, max_part_size=4_096) as form:
            file = form.get(FILE_FIELD)
            if not isinstance(file, UploadFile) or not file.filename:
                raise invalid("Send the document as the multipart field 'file', with its name.")
            if (file.size or 0) > max_bytes:
                raise ProblemError(413, "content-too-large", f"The file is larger than {max_bytes} bytes.")
            fields = {name: value for name, value in form.multi_items() if name != FILE_FIELD}
            return Upload(file.filename, await file.read(), UploadForm.model_validate(fields))
    except ValidationError as error:
        raise invalid("; ".join(f"{item['loc'][0]}: {item['msg']}" for item in error.errors())) from error
    except HTTPException as error:
        if error.status_code != 400:
            raise
        raise invalid(str(error.detail)) from error
