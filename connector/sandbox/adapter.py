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
        try:
            answer = self._handle(
                str(request.method),
                request.path_url,
                dict(request.headers),
                body.encode() if isinstance(body, str) else bytes(body),
            )
        except BrokenError as broken:
            raise _network_error(broken, request) from None
        raw = HTTPResponse(
            body=io.BytesIO(answer.body), headers=answer.headers, status=answer.status, preload_content=False
        )
        response = self.build_response(request, raw)
        response.content  # noqa: B018 - reads the body, as a session does for a caller who does not stream
        return response


def _network_error(broken: BrokenError, request: requests.PreparedRequest) -> requests.RequestException:
    if broken.kind == "refuse":
        return requests.ConnectionError("connection refused", request=request)
    if broken.kind == "hang":
        return requests.ReadTimeout("read timed out", request=request)
    return requests.ConnectionError(
        "connection aborted: remote end closed connection without response", request=request
    )
