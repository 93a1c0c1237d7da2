"""The text of the class that a file gets where the answers of runs stay objects."""

from __future__ import annotations

from ...editing.style import Style
from ...planning.v2 import Use

MOMENTS = ("created_at", "updated_at", "dequeued_at", "started_at", "finished_at")
_DOC = '"""A finished run of a dbt Cloud job, and its `run_results.json`."""'
_DOCS_PAGE = "f\"/accounts/{run_details['account_id']}/runs/{self.run_id}/docs/\""


def class_text(name: str, use: Use, style: Style) -> str:
    """The class of what runs answer."""
    text, tab = style.string, style.indent
    lines = [
        _DOC,
        "",
        "def __init__(self, run_details, result):",
        f"{tab}job = run_details[{text('job')}] or {{}}",
        f"{tab}self.run_details, self.result = run_details, result",
        f"{tab}self.run_id, self.job_id = run_details[{text('id')}], run_details[{text('job_definition_id')}]",
        f"{tab}self.job_name = job.get({text('name')})",
        f"{tab}self.is_successful = run_details[{text('status_humanized')}] == {text('Success')}",
        f"{tab}docs = {use('urllib.parse', 'urljoin')}(run_details[{text('href')}], {_DOCS_PAGE})",
        f"{tab}self.docs_url = docs if job.get({text('generate_docs')}) else None",
        "",
        *_moments(use, style),
    ]
    return _class(name, lines, tab)


def class_of_parts_text(name: str, use: Use, style: Style) -> str:
    """The class where code makes objects of it too, maybe of details that lack what it does not read."""
    text, tab = style.string, style.indent
    page = _DOCS_PAGE.replace("run_details", "self.run_details")
    lines = [
        _DOC,
        "",
        "def __init__(self, run_details, result):",
        f"{tab}self.run_details, self.result = run_details, result",
        "",
        *_property("run_id", f"self.run_details[{text('id')}]", style),
        *_property("job_id", f"self.run_details[{text('job_id')}]", style),
        *_property("job_name", f"(self.run_details[{text('job')}] or {{}}).get({text('name')})", style),
        *_property(
            "is_successful", f"self.run_details[{text('status_humanized')}] == {text('Success')}", style
        ),
        "@property",
        "def docs_url(self):",
        f"{tab}if not (self.run_details[{text('job')}] or {{}}).get({text('generate_docs')}):",
        f"{tab * 2}return None",
        f"{tab}return {use('urllib.parse', 'urljoin')}(self.run_details[{text('href')}], {page})",
        "",
        *_moments(use, style),
    ]
    return _class(name, lines, tab)


def _property(name: str, answer: str, style: Style) -> list[str]:
    return ["@property", f"def {name}(self):", f"{style.indent}return {answer}", ""]


def _moments(use: Use, style: Style) -> list[str]:
    text, tab = style.string, style.indent
    moment = use("datetime", "")
    return [
        "def __getattr__(self, name):",
        f"{tab}if name not in ({', '.join(map(text, MOMENTS))}):",
        f"{tab * 2}raise {use('builtins', 'AttributeError')}(name)",
        f"{tab}text = self.run_details[name]",
        f"{tab}return text and {moment}.datetime.fromisoformat(text.replace({text('Z')}, {text('+00:00')}))",
    ]


def _class(name: str, lines: list[str], tab: str) -> str:
    body = "".join(f"{tab}{line}\n" if line else "\n" for line in lines)
    return f"class {name}:\n{body}"


def answer_lines(name: str, use: Use, style: Style) -> list[str]:
    """The statements that answer the object, of the details in ``run``."""
    return [*results_lines(use, style), f"return {name}(run, result)"]


def results_lines(use: Use, style: Style) -> list[str]:
    """The statements that fetch the results of a run, of the details in ``run``."""
    text, tab = style.string, style.indent
    return [
        "try:",
        f"{tab}result = client.get_run_results_json(run[{text('id')}])",
        f"except {use('dagster', 'Failure')}:  # its last command left none",
        f"{tab}result = {{}}",
    ]
