"""Programs built from the ways in which people write them: whatever they are, what comes out holds together."""

from __future__ import annotations

import ast
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rewriting import migrate

from legacy_shim.codemods.editing.namespace import unbound_names

IMPORTS = (
    ("from dagster_dbt import dbt_cloud_resource, load_assets_from_dbt_cloud_job, dbt_cloud_run_op\n", ""),
    ("import dagster_dbt\n", "dagster_dbt."),
    ("import dagster_dbt as d\n", "d."),
    ("from dagster_dbt import cloud as dbtc\n", "dbtc."),
    ("import dagster_dbt.cloud\n", "dagster_dbt.cloud."),
    ("try:\n    from dagster_dbt import *\nexcept ImportError: pass\n", ""),
)
BALLAST = "def  ours( a,b = { } ):  # as   it stands\n\n\n  return (a ,b)  ;\n"
"""What nobody formatted, and the migration has no business with."""
RESOURCES = (
    'cloud = {p}dbt_cloud_resource("t", 12345)  # ours\n',
    'cloud = {p}dbt_cloud_resource.configured({{"auth_token": {{"env": "T"}}, "account_id": 12345}})\n',
    'a = 1; cloud = {p}dbt_cloud_resource(api_token="t", account_id=12345); b = 2\n',
    'def make(env):\n    return {p}dbt_cloud_resource(api_token=env, account_id=12345)\n\ncloud = make("T")\n',
    'cloud, other = {p}dbt_cloud_resource("t", 12345), None\n',
    'if {p}dbt_cloud_resource:\n\tcloud = {p}dbt_cloud_resource("t", 12345)\nelse: cloud = None\n',
    'RESOURCES = {{}}\nRESOURCES["dbt_cloud"] = cloud = {p}dbt_cloud_resource("t", 12345)\n',
)
LOADS = (
    "models = {p}load_assets_from_dbt_cloud_job({c}, 67890)\n",
    "models = [{p}load_assets_from_dbt_cloud_job(dbt_cloud={c}, job_id=67890)]  # both\n",
    "def get():\n    return {p}load_assets_from_dbt_cloud_job({c}, 67891)\n\nmodels = get()\n",
    "models = (\n    # all\n    {p}load_assets_from_dbt_cloud_job(\n        {c},  # it\n        67890,\n    )\n)\n",
    "class Models:\n    models = {p}load_assets_from_dbt_cloud_job({c}, 67890)\nmodels = Models.models\n",
    "models = []\nmodels.append({p}load_assets_from_dbt_cloud_job({c}, 67890))\n",
    "run_it = {p}dbt_cloud_run_op.configured({{'job_id': 67890}}, name='run_it')\nmodels = []\n",
)
CONSUMERS = (
    "",
    "    context.resources.dbt_cloud.run_job_and_poll(67890)\n",
    "    if context: context.resources.dbt_cloud.run_job_and_poll(67890)\n    else: return 1\n",
    "    context.resources.dbt_cloud.get_json_artifact(11, 67890)\n",
    "    res = context.resources\n    out = res.dbt_cloud.run_job_and_poll(67890)\n    return f'{out.run_id}'\n",
    "    getattr(context.resources, 'dbt_' + 'cloud').get_job(67890)\n",
)
TRAVELS = (
    ("", ""),
    (
        "class Runner:\n    def __init__(self, client): self.client = client\n"
        "    def run(self, job): return self.client.run_job_and_poll(job).run_details\n",
        "    Runner(context.resources.dbt_cloud).run(67890)\n",
    ),
    (
        "@dataclasses.dataclass\nclass Held:\n    client: object\n    job: int = 67890\n",
        "    held = Held(context.resources.dbt_cloud)\n    held.client.run_job_and_poll(held.job)\n",
    ),
    (
        "def run(client, job):\n    return client.run_job_and_poll(job)\n",
        "    functools.partial(run, context.resources.dbt_cloud)(67890)\n",
    ),
    (
        "def again(f):\n    @functools.wraps(f)\n    def inner(*a, **k): return f(*a, **k)\n    return inner\n"
        "@again\ndef run(client): return client.run_job_and_poll(67890)\n",
        "    return run(context.resources.dbt_cloud).run_details['id']\n",
    ),
    (
        "def client_of(context):\n    return context.resources.dbt_cloud\n",
        "    out = client_of(context).run_job_and_poll(67890)\n    return out.run_id, out.result\n",
    ),
    (
        "@contextlib.contextmanager\ndef connected(context):\n    yield context.resources.dbt_cloud\n",
        "    with connected(context) as client: client.run_job_and_poll(67891)\n",
    ),
    (
        "class Helpers:\n    @staticmethod\n    def run(client): return client.run_job_and_poll(67890)\nhelpers = Helpers()\n",
        "    return [helpers.run(context.resources.dbt_cloud).run_id, Helpers.run(context.resources.dbt_cloud).run_id]\n",
    ),
    (
        "def run(client, other=None):\n    return (other or client).run_job_and_poll(67890)\n",
        "    try:\n        run(context.resources.dbt_cloud)\n    except Exception:\n        log.exception('no')\n        raise\n",
    ),
)
"""How a client reaches its calls: what stands before the op, and in it."""
PLACES = (
    "defs = Definitions(assets={m}, resources={{'dbt_cloud': {c}}})\n",
    "defs = Definitions(assets=[{m}])\n",
    "defs = Definitions(assets=[*{m}], resources=dict(dbt_cloud={c}))\n",
    "@repository\ndef repo(): return [{m}]\n",
    "defs = Definitions(assets=with_resources([{m}], {{'dbt_cloud': {c}, 'io': 1}}))\n",
)


@dataclass(frozen=True)
class Layout:
    """How the parts reach each other, in one to three files."""

    resource: str
    load: str
    place: str
    to_cloud: tuple[str, str]
    """The import of the resource, and its name, where the loads stand."""
    to_models: tuple[str, str, str]
    """The imports of both, and the names of resource and loads, where they are placed."""
    between: str = ""
    """What another file of the package imports, for others to import."""


LAYOUTS = (
    Layout("p.py", "p.py", "p.py", ("", "cloud"), ("", "cloud", "models")),
    Layout(
        "pkg/res.py",
        "pkg/__init__.py",
        "pkg/__init__.py",
        ("from . import res\n", "res.cloud"),
        ("from .res import cloud as c\n", "c", "models"),
    ),
    Layout(
        "src/pkg/res.py",
        "src/pkg/models.py",
        "src/pkg/defs.py",
        ("from .res import cloud\n", "cloud"),
        ("from pkg import models as m\nfrom pkg.res import *\n", "cloud", "m.models"),
    ),
    Layout(
        "src/pkg/res.py",
        "src/pkg/models.py",
        "src/pkg/defs.py",
        ("from pkg.api import shared\n", "shared"),
        ("from .api import shared as c\nimport pkg.models\n", "c", "pkg.models.models"),
        "from .res import cloud as shared\n\n__all__ = ['shared']\n",
    ),
)


def program(
    layout: Layout,
    legacy: tuple[str, str],
    resource: str,
    load: str,
    consumer: str,
    travel: tuple[str, str],
    place: str,
    newline: str,
) -> dict[str, str]:
    """The files of a program."""
    imports, prefix = legacy
    texts: dict[str, str] = {"pkg/__init__.py": "", "src/pkg/__init__.py": ""}
    if layout.between:
        texts["src/pkg/api.py"] = layout.between
    for path in (layout.resource, layout.load, layout.place):
        texts[path] = "from dagster import Definitions, op, repository, with_resources\n" + BALLAST
    texts[layout.resource] += imports + "\n" + resource.format(p=prefix)
    if layout.load != layout.resource:
        texts[layout.load] += imports
    texts[layout.load] += layout.to_cloud[0] + "\n" + load.format(p=prefix, c=layout.to_cloud[1])
    reach, cloud, models = layout.to_models
    texts[layout.place] += reach
    if consumer:
        texts[layout.place] += f"@op(required_resource_keys={{'dbt_cloud'}})\ndef kick(context):\n{consumer}"
    before, inside = travel
    if inside:
        texts[layout.place] += (
            "import contextlib, dataclasses, functools, logging\nlog = logging.getLogger()\n" + before
        )
        texts[layout.place] += f"@op(required_resource_keys={{'dbt_cloud'}})\ndef travel(context):\n{inside}"
    texts[layout.place] += "\n" + place.format(c=cloud, m=models)
    return {path: text.replace("\n", newline) for path, text in texts.items()}


programs = st.builds(
    program,
    st.sampled_from(LAYOUTS),
    st.sampled_from(IMPORTS),
    st.sampled_from(RESOURCES),
    st.sampled_from(LOADS),
    st.sampled_from(CONSUMERS),
    st.sampled_from(TRAVELS),
    st.sampled_from(PLACES),
    st.sampled_from(("\n", "\r\n")),
)


EXAMPLES = int(os.getenv("GENERATED_PROGRAMS", "40"))
"""A longer run: ``GENERATED_PROGRAMS=2000 python -m pytest --timeout 0 tests/codemods/test_rewrites_generated.py``."""


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=EXAMPLES == 40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(programs)
def test_whatever_is_written_holds_together(tmp_path: Path, files: dict[str, str]) -> None:
    outcomes = []
    for number in ("one", "two"):
        folder = tmp_path / number
        shutil.rmtree(folder, ignore_errors=True)
        texts, report = migrate(folder, files)
        codes = [(finding.code, finding.message.replace(str(folder), "")) for finding in report.findings]
        outcomes.append((texts, codes))
    assert outcomes[0] == outcomes[1]
    texts, codes = outcomes[0]
    assert not [message for code, message in codes if code == "LDC507"]
    for path, text in texts.items():
        _assert_sound(files[path], text)
    again, _ = migrate(tmp_path / "two", texts)
    assert again == texts


def _assert_sound(old: str, new: str) -> None:
    for newline in ("\n", "\r\n"):
        ballast = BALLAST.replace("\n", newline)
        assert new.count(ballast) == old.count(ballast)
    compile(new, "program.py", "exec")
    tree = ast.parse(new)
    assert unbound_names(ast.walk(tree)) <= unbound_names(ast.walk(ast.parse(old)))
    assert new.count("\r\n") in (0, new.count("\n"))
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.ImportFrom)
            and not node.level
            and (node.module or "").startswith("dagster_dbt")
        ):
            assert not node.module.startswith("dagster_dbt.cloud.") and node.module != "dagster_dbt.cloud"
            assert not {alias.name for alias in node.names} & {
                "dbt_cloud_resource",
                "load_assets_from_dbt_cloud_job",
                "dbt_cloud_run_op",
                "cloud",
            }
        if isinstance(node, ast.Import):
            assert not [alias for alias in node.names if alias.name.startswith("dagster_dbt")]
