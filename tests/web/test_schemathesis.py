"""Generated requests, valid and not, for every operation of the OpenAPI document: none may break the server.

This finds what a schema can express; the hostile corpus holds what it cannot.
"""

from __future__ import annotations

import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error

from stratascope.settings import Settings
from stratascope.web import schemas
from stratascope.web.app import create_app
from tests.web.conftest import Inside

CASES_PER_OPERATION = 8
document = create_app(Settings()).openapi()
schema = schemathesis.openapi.from_dict(document)


@schema.parametrize()
@settings(
    max_examples=CASES_PER_OPERATION,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_no_generated_request_breaks_the_server(case: Case, inside: Inside) -> None:
    _name_the_model(case)
    reply = case.call_and_validate(base_url=inside.url, checks=[not_a_server_error])
    if reply.status_code >= 400:
        schemas.Error.model_validate(reply.json())
    assert "Traceback" not in reply.text


def _name_the_model(case: Case) -> None:
    """A model that exists, so that requests get past looking it up."""
    if isinstance(case.body, dict) and isinstance(case.body.get("model"), str):
        case.body["model"] = "specimen"
    if "/models/" in case.path and "id" in case.path_parameters:
        case.path_parameters["id"] = "specimen"
