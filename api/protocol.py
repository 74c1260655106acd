"""What the server cannot read as HTTP is answered in the shape of every other error."""

import json
from http import HTTPStatus

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api.problems import MEDIA_TYPE, title_of

STATUS = HTTPStatus.BAD_REQUEST
DETAIL = "This is no HTTP/1.1 request that can be read: look at its method, its first line and its headers."


class ProblemProtocol(HttpToolsProtocol):
    """uvicorn's protocol, which by itself answers such a request with a line of plain text."""

    def send_400_response(self, msg: str) -> None:
        """Answer with a problem and end the connection; ``msg``, uvicorn's own line, says less."""
        problem = {
            "type": "urn:holdfast:problem:malformed-request",
            "title": title_of(STATUS),
            "status": STATUS,
            "detail": DETAIL,
        }
        body = json.dumps(problem).encode()
        head = (
            f"HTTP/1.1 {STATUS} {STATUS.phrase}\r\ncontent-type: {MEDIA_TYPE}\r\n"
            f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()
