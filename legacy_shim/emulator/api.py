"""The WSGI application: routes, tokens, the envelope, faults and the journal around the calls."""

from __future__ import annotations

import json
import math
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import (
    HTTPException,
    NotFound,
    RequestEntityTooLarge,
    TooManyRequests,
    Unauthorized,
)
from werkzeug.routing import Map, RequestRedirect, Rule
from werkzeug.wrappers import Request as HttpRequest
from werkzeug.wrappers import Response

from legacy_shim.json_text import JsonError, parse_json

from . import calls
from .calls import Answer, Call
from .faults import Fault
from .payloads import account_payload
from .records import Request
from .state import DbtCloud

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_LARGEST_BODY = 4 * 1024 * 1024
"""Bytes."""
_ACCOUNT = "/api/v<int:version>/accounts/<int:account_id>/"


def _rules() -> Iterator[Rule]:
    table: tuple[tuple[str, str, Callable[..., Answer]], ...] = (
        ("GET", "", calls.get_account),
        ("GET", "projects/", calls.list_projects),
        ("GET", "projects/<int:project_id>/", calls.get_project),
        ("GET", "environments/", calls.list_environments),
        ("GET", "environments/<int:environment_id>/", calls.get_environment),
        ("GET", "jobs/", calls.list_jobs),
        ("POST", "jobs/", calls.create_job),
        ("GET", "jobs/<int:job_id>/", calls.get_job),
        ("POST", "jobs/<int:job_id>/", calls.update_job),
        ("DELETE", "jobs/<int:job_id>/", calls.delete_job),
        ("POST", "jobs/<int:job_id>/run/", calls.trigger_run),
        ("POST", "jobs/<int:job_id>/rerun/", calls.rerun_job),
        ("GET", "runs/", calls.list_runs),
        ("GET", "runs/<int:run_id>/", calls.get_run),
        ("POST", "runs/<int:run_id>/cancel/", calls.cancel_run),
        ("GET", "runs/<int:run_id>/artifacts/", calls.list_artifacts),
        ("GET", "runs/<int:run_id>/artifacts/<path:path>", calls.get_artifact),
    )
    for method, path, call in table:
        yield Rule(_ACCOUNT.replace("<int:version>", "2") + path, methods=[method], endpoint=call)
    v3 = _ACCOUNT.replace("<int:version>", "3") + "projects/<int:project_id>/environment-variables/"
    yield Rule(v3 + "job/", methods=["GET"], endpoint=calls.list_job_variables)
    yield Rule(v3 + "<int:variable_id>/", methods=["POST"], endpoint=calls.set_job_variable)
    yield Rule("/api/v2/accounts/", methods=["GET"], endpoint=None)


RAW_PATH = "legacy_shim.raw_path"
"""The key of the WSGI environment with the path as it was sent, decoded, all its slashes kept."""

_ROUTES = Map(list(_rules()), strict_slashes=True, merge_slashes=False)


class Api:
    """The Administrative API of a DbtCloud as a WSGI application."""

    def __init__(self, cloud: DbtCloud) -> None:
        self.cloud = cloud

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request, at = HttpRequest(environ), time.time()
        request.max_content_length = _LARGEST_BODY
        path = _path(request)
        # Whoever has no token gets no memory of this process.
        body = _json(request) if self._is_known(request) else None
        # A fault is of a call: where the client has to come back with a slash, it waits until then.
        fault = None if _is_redirected(request) else self.cloud.faults.take(request.method, path)
        if fault is not None and fault.delay:
            time.sleep(fault.delay)
        response = self._response(request, body, fault)
        self.cloud.record(
            Request(request.method, path, request.args.to_dict(), body, response.status_code, at)
        )
        if fault is not None and (fault.lost or fault.cut):
            return _broken(response, fault, environ, start_response)
        return response(environ, start_response)

    def _response(self, request: HttpRequest, body: Any, fault: Fault | None) -> Response:
        if fault is not None and fault.status is not None:
            response = _failed(fault.status, _phrase(fault.status))
        else:
            try:
                response = _enveloped(self._answer(request, body))
            except RequestRedirect as redirect:
                response = Response(status=308, headers={"Location": redirect.new_url})
            except HTTPException as error:
                response = _failed(error.code or 500, error.description or "", error.get_headers())
            except Exception as error:  # a defect of the emulator must reach the test as an answer
                response = _failed(500, f"The emulator failed: {error!r}")
        return response if fault is None else _struck(response, fault)

    def _answer(self, request: HttpRequest, body: Any) -> Answer:
        if "//" in _path(request):
            raise NotFound
        endpoint, matched = _ROUTES.bind_to_environ(request.environ).match()
        arguments = dict(matched)
        accounts = self._accounts(request)
        if endpoint is None:
            return Answer([account_payload(self.cloud.accounts[account]) for account in sorted(accounts)])
        account_id = arguments.pop("account_id")
        if account_id not in accounts:
            raise NotFound
        blocked = self.cloud.seconds_blocked(account_id)
        if blocked > 0:
            raise TooManyRequests("Request was throttled.", retry_after=math.ceil(blocked))
        host = request.host_url.rstrip("/")
        answer: Answer = endpoint(
            Call(self.cloud, host, request.args.to_dict(), body, account_id), **arguments
        )
        return answer

    def _is_known(self, request: HttpRequest) -> bool:
        try:
            return bool(self._accounts(request))
        except Unauthorized:
            return False

    def _accounts(self, request: HttpRequest) -> frozenset[int]:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        accounts = self.cloud.accounts_of(token.strip())
        if scheme.lower() not in ("token", "bearer") or not accounts:
            raise Unauthorized("Invalid token.")
        return accounts


def _is_redirected(request: HttpRequest) -> bool:
    try:
        _ROUTES.bind_to_environ(request.environ).match()
    except RequestRedirect:
        return True
    except HTTPException:
        return False
    return False


def _path(request: HttpRequest) -> str:
    return str(request.environ.get(RAW_PATH, request.path))


def _json(request: HttpRequest) -> Any:
    """What was sent; None where it is no JSON, or more than any call of the API sends."""
    try:
        return parse_json(request.get_data() or b"null")
    except (JsonError, RequestEntityTooLarge):
        return None


def _enveloped(answer: Answer) -> Response:
    if answer.raw is not None:
        return Response(answer.raw, answer.status, content_type=answer.content_type)
    document = {"status": _status(answer.status, "Success!"), "data": answer.data}
    if answer.page is not None:
        document["extra"] = answer.page.extra
    return Response(json.dumps(document), answer.status, content_type="application/json")


def _failed(status: int, message: str, headers: Iterable[tuple[str, str]] = ()) -> Response:
    if status == HTTPStatus.NOT_FOUND:
        message = "The requested resource was not found. Please check that you have permissions."
    document = {"status": _status(status, message), "data": None}
    response = Response(json.dumps(document), status, content_type="application/json")
    for name, value in headers:
        if name.lower() in ("allow", "retry-after"):
            response.headers[name] = value
    return response


def _status(code: int, message: str) -> dict[str, Any]:
    return {"code": code, "is_success": code < 400, "user_message": message, "developer_message": ""}


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "An answer that was asked for"


def _struck(response: Response, fault: Fault) -> Response:
    if fault.body is not None:
        response = Response(fault.body, response.status_code, content_type=fault.content_type)
    if fault.retry_after is not None:
        response.headers["Retry-After"] = str(fault.retry_after)
    return response


def _broken(
    response: Response, fault: Fault, environ: WSGIEnvironment, start_response: StartResponse
) -> Iterable[bytes]:
    """Sends half of the answer or none of it, then breaks the connection."""
    content = response.get_data()
    connection: socket.socket = environ["werkzeug.socket"]

    def stream() -> Iterator[bytes]:
        yield content[: len(content) // 2]
        connection.shutdown(socket.SHUT_RDWR)
        raise ConnectionResetError

    if fault.lost:
        connection.shutdown(socket.SHUT_RDWR)
        raise ConnectionResetError
    start_response(response.status, [*response.headers])
    return stream()
