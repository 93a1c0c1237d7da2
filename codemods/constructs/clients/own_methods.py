"""Functions that a file defines for what v2's client has no method for: requests to dbt Cloud, with the client's settings.

    client.get_runs(job_id=67890)       ->  get_runs(client, job_id=67890)

They take what legacy's methods took behind the client, and answer the same. Source: ``dagster_dbt.cloud.resources``. Of v2's
client they read what is public since 0.28.0: ``api_v2_url``, ``token``, ``request_timeout``, retries and delay.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from textwrap import indent

from ...analysis.inference.legacy_names import RESUMES
from ...analysis.syntax.source_module import Module
from ...editing.edits import InsertBefore
from ...editing.style import Style
from ...planning.claims import Context, Rewrite
from ...planning.units import Unit
from ...planning.v2 import Use
from .uses import own_name

START = "run_job"
"""The method that starts a run, and waits for nothing."""


@dataclass(frozen=True)
class Own:
    """A function: what it takes behind the client, and its statements."""

    parameters: str
    body: str
    needs: tuple[str, ...] = ("request",)
    """The functions that it calls."""

    @property
    def names(self) -> frozenset[str]:
        """The parameters that it names."""
        return frozenset(word.split("=")[0].strip() for word in self.parameters.split(","))

    @property
    def takes_any(self) -> bool:
        return "**" in self.parameters


_ARTIFACT = (
    'url = f"{client.api_v2_url}/runs/{run_id}/artifacts/%s"\n'
    'response = request(client, "GET", url, params={"step": step} if step else None)\n'
)
_V3 = 'f"{client.access_url}/api/v3/accounts/{client.account_id}/projects/{project_id}/environment-variables/%s"'
_RERUN = (
    'url = f"{client.api_v2_url}/jobs/{job_id}/rerun/"\n'
    'return request(client, "POST", url, json={}).json()["data"]\n'
)

METHODS: Mapping[str, Own] = {
    START: Own(
        "job_id, **settings",
        'sent = {"cause": "Triggered via Dagster"}\n'
        "sent.update((name, value) for name, value in settings.items() if value is not None)\n"
        'return request(client, "POST", f"{client.api_v2_url}/jobs/{job_id}/run/", json=sent).json()["data"]',
    ),
    "rerun_job": Own("job_id", _RERUN.rstrip()),
    "get_runs": Own(
        'include_related=None, job_id=None, order_by="-id", offset=0, limit=100',
        'query = {"include_related": f"{list(include_related or [])}", "order_by": order_by}\n'
        'query |= {"offset": offset, "limit": limit}\n'
        "if job_id:\n"
        '    query["job_definition_id"] = job_id\n'
        'return request(client, "GET", f"{client.api_v2_url}/runs/", params=query).json()["data"]',
    ),
    "list_jobs": Own(
        'project_id, order_by="-id"',
        'query = {"project_id": project_id, "order_by": order_by}\n'
        'return request(client, "GET", f"{client.api_v2_url}/jobs/", params=query).json()["data"]',
    ),
    "update_job": Own(
        "job_id, **changes",
        "job = merged(client.get_job_details(job_id), changes)\n"
        'return request(client, "POST", f"{client.api_v2_url}/jobs/{job_id}/", json=job).json()["data"]',
        ("request", "merged"),
    ),
    "get_run_steps": Own(
        "run_id",
        'run = client.get_run_details(run_id, include_related=["trigger", "job"])\n'
        'return run["trigger"]["steps_override"] or run["job"]["execute_steps"]',
        (),
    ),
    "build_url_for_job": Own(
        "project_id, job_id",
        'path = f"next/deploy/{client.account_id}/projects/{project_id}/jobs/{job_id}/"\n'
        'return f"{client.access_url}/{path}"',
        (),
    ),
    "build_url_for_cloud_docs": Own(
        "job_id, resource_type, unique_id",
        'path = f"/accounts/{client.account_id}/jobs/{job_id}/docs/#!/{resource_type}/{unique_id}"\n'
        "return urljoin(client.access_url, path)",
        (),
    ),
    "get_run_artifact": Own("run_id, path, step=None", _ARTIFACT % "{path}" + "return response.text"),
    "list_run_artifacts": Own("run_id, step=None", _ARTIFACT % "" + 'return response.json()["data"]'),
    "get_manifest": Own("run_id, step=None", _ARTIFACT % "manifest.json" + "return response.json()"),
    "get_run_results": Own("run_id, step=None", _ARTIFACT % "run_results.json" + "return response.json()"),
    "make_request": Own(
        "method, endpoint, data=None, params=None, return_text=False, base_url=None",
        'url = urljoin(base_url or f"{client.access_url}/api/v2/accounts/", endpoint)\n'
        "response = request(client, method, url, json=data, params=params)\n"
        'return {"text": response.text} if return_text else response.json()["data"]',
    ),
    "get_job_environment_variables": Own(
        "project_id, job_id",
        f"url = {_V3 % 'job/'}\n"
        'return request(client, "GET", url, params={"job_definition_id": job_id}).json()["data"]',
    ),
    "set_job_environment_variable": Own(
        "project_id, job_id, environment_variable_id, name, value",
        f"url = {_V3 % '{environment_variable_id}/'}\n"
        'sent = {"id": environment_variable_id, "account_id": client.account_id, "project_id": project_id}\n'
        'sent |= {"job_definition_id": job_id, "type": "job", "name": name, "raw_value": value}\n'
        'return request(client, "POST", url, json=sent).json()["data"]',
    ),
}
PLAIN: Mapping[str, Own] = {
    "get_job": Own("job_id", "return client.get_job_details(job_id)", ()),
    "get_run": Own(
        "run_id, include_related=None", "return client.get_run_details(run_id, include_related)", ()
    ),
    "cancel_run": Own("run_id", "return client.cancel_run(run_id)", ()),
}
"""Methods that v2's client has, for code that reads their names."""
_RESUMING = Own(
    f"job_id, {RESUMES}=False, **settings",
    f"if {RESUMES}:\n"
    '    query = {"job_definition_id": job_id, "order_by": "-id", "limit": 1}\n'
    '    runs = request(client, "GET", f"{client.api_v2_url}/runs/", params=query).json()["data"]\n'
    '    if runs and runs[0]["status"] == 20:  # it failed, and the resumed run keeps its settings\n'
    '        given = [name for name, value in settings.items() if name != "cause" and value is not None]\n'
    "        if given:\n"
    '            raise ValueError(f"job {job_id} resumes where it failed: leave out {given}")\n'
    f"{indent(_RERUN, ' ' * 8)}{METHODS[START].body}",
)
"""What starts a run where code may have a job go on where it failed."""
_BUILTINS = ("ValueError", "dict", "isinstance", "list", "range")
"""What the functions read of Python."""
NAMES: Mapping[str, str] = {START: "start_run"}
"""What a function is called, where that is not the name of the method."""
_JOINED = "urljoin"
NEED_RELATED = frozenset({"get_run_steps"})
"""Those that ask for what belongs to a run."""

_REQUEST = '''\
def request(client, method, url, **sent):
    """Call dbt Cloud's API where dagster-dbt's client has no method for it, with the settings of that client."""
    for attempt in range(client.request_max_retries + 1):
        if attempt:
            time.sleep(client.request_retry_delay)
        try:
            response = requests.request(
                method,
                url,
                headers={"Authorization": f"Token {client.token}"},
                timeout=client.request_timeout,
                **sent,
            )
            response.raise_for_status()
            return response
        except requests.RequestException as error:
            problem = error
    raise Failure(f"Max retries ({client.request_max_retries}) exceeded with url: {url}.") from problem
'''
_MERGED = '''\
def merged(old, new):
    """The mapping `old` with what `new` has, at any depth."""
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return new
    return {**old, **{name: merged(old.get(name), value) for name, value in new.items()}}
'''


def refusal(call: ast.Call, name: str) -> str:
    """Why a call cannot be handed to the function of that name; empty where it can be."""
    own = METHODS[name]
    if own.takes_any:
        return ""
    unknown = [word.arg for word in call.keywords if word.arg and word.arg not in own.names]
    if unknown:
        return f"`{name}` has no parameter `{unknown[0]}`, in the legacy API either: leave it out"
    return (
        f"`{name}` takes fewer arguments, in the legacy API too: leave some out"
        if len(call.args) > len(own.names)
        else ""
    )


def define(context: Context, module: Module, unit: Unit, done: Rewrite, name: str, first: ast.stmt) -> str:
    """Have a file define the function for a method, and what that calls, before a statement; what it is called there."""
    use, style, namespace = unit.using(done, module), context.style(module), unit.namespace(module)
    own = _RESUMING if name == START and context.index.resumes else {**PLAIN, **METHODS}[name]
    wanted = {"request": "dbt_cloud_request", "merged": "merged"}
    names = {each: namespace.shared(own_name(context, module, wanted[each])) for each in own.needs}
    span = module.span(first)
    if "request" in own.needs:
        done.edit(
            module, InsertBefore(span, _request_text(names["request"], use, style), blank=True, rank=-3)
        )
    if "merged" in own.needs:
        merged = _with_builtins(_MERGED, use).replace("merged(", f"{names['merged']}(")
        text = _styled(merged, style)
        done.edit(module, InsertBefore(span, text, blank=True, rank=-2))
    function = namespace.shared(own_name(context, module, NAMES.get(name, name)))
    body = _with_builtins(own.body, use)
    for each in own.needs:
        body = body.replace(f"{each}(", f"{names[each]}(")
    if _JOINED in body:
        body = body.replace(_JOINED, f"{use('urllib.parse', _JOINED)}")
    lines = "".join(f"    {line}\n" for line in body.split("\n"))
    text = f"def {function}(client, {own.parameters}):\n{lines}"
    done.edit(module, InsertBefore(span, _styled(text, style), blank=True, rank=-1))
    return function


def _request_text(name: str, use: Use, style: Style) -> str:
    text = _REQUEST.replace("def request(", f"def {name}(").replace("requests.", f"{use('requests', '')}.")
    text = text.replace("time.sleep", f"{use('time', '')}.sleep").replace(
        "Failure(", f"{use('dagster', 'Failure')}("
    )
    return _styled(_with_builtins(text, use), style)


def _with_builtins(text: str, use: Use) -> str:
    """A text that reads the builtins of Python also where the file has something of its own under their names."""
    for name in _BUILTINS:
        if re.search(rf"\b{name}\b[(,)]", text):
            text = re.sub(rf"\b{name}\b(?=[(,)])", use("builtins", name), text)
    return text


def _styled(text: str, style: Style) -> str:
    """The text in the quotes and the indentation of a file; documentation keeps its quotes."""
    return "".join(map(_line(style), text.splitlines(keepends=True)))


def _line(style: Style) -> Callable[[str], str]:
    def styled(line: str) -> str:
        bare = line.lstrip(" ")
        depth = (len(line) - len(bare)) // 4
        return style.indent * depth + (bare if bare.startswith('"""') else bare.replace('"', style.quote))

    return styled


def spread_or_unknown(call: ast.Call, known: frozenset[str]) -> Iterator[str]:
    """What a call gives that is not among the known names: ``**`` for what is not written there."""
    for argument in call.args:
        if isinstance(argument, ast.Starred):
            yield "*"
    for word in call.keywords:
        if word.arg is None or word.arg not in known:
            yield word.arg or "**"
