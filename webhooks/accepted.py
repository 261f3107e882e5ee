"""The only form in which the receiver says yes."""

import json
from collections.abc import Mapping
from http import HTTPStatus

from flask import Response


def accepted(told: Mapping[str, object]) -> Response:
    """202 with what was understood. Not by ``jsonify``: that is a twentieth of the work on a delivery."""
    return Response(json.dumps(told), HTTPStatus.ACCEPTED.value, content_type="application/json")
