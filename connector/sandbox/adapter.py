"""The sandbox behind a `requests.Session` without sockets: same statuses, headers and exceptions as over the net."""

import io
from collections.abc import Callable, Mapping
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPResponse

from connector.sandbox.faults import BrokenError
from connector.sandbox.wire import Response

Handle = Callable[[str, str, Mapping[str, str], bytes], Response]
_NETWORK_ERRORS: dict[str, tuple[type[requests.RequestException], str]] = {
    "refuse": (requests.ConnectionError, "connection refused"),
    "hang": (requests.ReadTimeout, "read timed out"),
    "drip": (requests.ReadTimeout, "read timed out"),
    "lose answer": (requests.ConnectionError, "connection aborted: remote end closed connection without response"),
}


class InProcessAdapter(HTTPAdapter):
    """Hands prepared requests to the sandbox."""

    def __init__(self, handle: Handle) -> None:
        super().__init__()
        self._handle = handle

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """The sandbox's answer.

        Raises requests.ConnectionError and requests.ReadTimeout where the network would.
        """
        body = request.body or b""
        data = body.encode() if isinstance(body, str) else bytes(body)
        try:
            answer = self._handle(str(request.method), request.path_url, dict(request.headers), data)
        except BrokenError as broken:
            error, text = _NETWORK_ERRORS[broken.kind]
            raise error(text, request=request) from None
        body_read = _Forever(answer) if answer.forever else io.BytesIO(answer.body)
        raw = HTTPResponse(body=body_read, headers=answer.headers, status=answer.status, preload_content=False)
        return self.build_response(request, raw)


class _Forever(io.RawIOBase):
    """A body without an end."""

    def __init__(self, answer: Response) -> None:
        self._rest, self._more = answer.body, answer.forever

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._rest or self._more
        read = data[: len(buffer)]
        buffer[: len(read)] = read
        self._rest = data[len(read) :]
        return len(read)
