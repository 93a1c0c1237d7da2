"""Programs that load and run, put together from the ways in which people write their parts."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from hypothesis import strategies as st

T = TypeVar("T")

DAGSTER = (
    "from dagster import (\n    AssetKey,\n    AssetSelection,\n    ConfigurableResource,\n    DailyPartitionsDefinition,\n    Definitions,\n    EnvVar,\n"
    "    ScheduleDefinition,\n    asset,\n    define_asset_job,\n    job,\n    op,\n    repository,\n    with_resources,\n)\n"
)
BALLAST = "def ours( a,b = 2 ):  # as   it stands\n\n\n  return (a ,b)\n"
"""What nobody formatted, and the migration has no business with."""
KEYS = ("dbt_cloud", "dbt", "warehouse")
NAMES = ("dbt_cloud", "cloud", "run", "client", "dbt_cloud_assets", "my_dbt")


@dataclass(frozen=True)
class Program:
    """Files by path, the actions that run all of it, and what must still be in them afterwards."""

    files: Mapping[str, str]
    actions: tuple[str, ...]
    is_failing: bool = False
    """Whether dbt Cloud's runs end in an error."""

    def __repr__(self) -> str:
        return "\n".join(
            [
                *(f"### {path}\n{text}" for path, text in self.files.items()),
                f"{self.actions} is_failing={self.is_failing}",
            ]
        )


_NAMES = (
    "dbt_cloud_resource",
    "load_assets_from_dbt_cloud_job",
    "dbt_cloud_run_op",
    "DbtCloudClientResource",
)
SPELLINGS = {
    "names": ("from dagster_dbt import (\n" + "".join(f"    {name},\n" for name in _NAMES) + ")\n", "{}"),
    "line": (f"from dagster_dbt import {', '.join(_NAMES)}\n", "{}"),
    "package": ("import dagster_dbt\n", "dagster_dbt.{}"),
    "alias": ("import dagster_dbt as ddbt\n", "ddbt.{}"),
    "submodule": ("from dagster_dbt import cloud as legacy\n", "legacy.{}"),
    "dotted": ("import dagster_dbt.cloud\n", "dagster_dbt.cloud.{}"),
    "guarded": (
        f"try:\n    from dagster_dbt import {', '.join(_NAMES)}\nexcept ImportError:\n    raise\n",
        "{}",
    ),
    "star": ("from dagster_dbt.cloud import *\n", "{}"),
    "branches": (
        f"if os.getenv('NEVER_SET'):\n    from legacy_shim import {', '.join(_NAMES)}\n"
        f"else:\n    from dagster_dbt import {', '.join(_NAMES)}\n",
        "{}",
    ),
    "renamed": (
        "from dagster_dbt import "
        + ", ".join(
            f"{name} as {name.replace('dbt_cloud', 'old').replace('DbtCloud', 'Old')}" for name in _NAMES
        )
        + "\n",
        "renamed",
    ),
}

CONFIG = '{{"auth_token": {{"env": "DBT_CLOUD_API_TOKEN"}}, "account_id": 12345}}'
RESOURCES = (
    f"{{name}} = {{resource}}.configured({CONFIG})\n",
    '{name} = {resource}.configured(\n    {{\n        "auth_token": os.getenv("DBT_CLOUD_API_TOKEN"),  # the token\n        "account_id": 12345,\n    }}\n)\n',
    '{name} = {resource}(api_token=os.environ["DBT_CLOUD_API_TOKEN"], account_id=12345)\n',
    '{name} = {resource}(os.environ["DBT_CLOUD_API_TOKEN"], int(os.environ["DBT_CLOUD_ACCOUNT_ID"]))\n',
    '{name} = {client}(\n    auth_token=EnvVar("DBT_CLOUD_API_TOKEN"), account_id=EnvVar.int("DBT_CLOUD_ACCOUNT_ID")\n)\n',
    '{name} = {client}(auth_token=os.environ["DBT_CLOUD_API_TOKEN"], account_id=12345)\n',
    "def connect():\n    return {client}(auth_token=EnvVar('DBT_CLOUD_API_TOKEN'), account_id=12345)\n\n\n{name} = connect()\n",
    f"def make_it(account=12345):\n    return {{resource}}.configured({CONFIG})\n\n\n{{name}} = make_it()\n",
    f"class Settings:\n    resource = {{resource}}.configured({CONFIG})\n\n\n{{name}} = Settings.resource\n",
    f'ALL = {{{{"it": {{resource}}.configured({CONFIG})}}}}\n{{name}} = ALL["it"]\n',
    f"{{name}}, nothing = {{resource}}.configured({CONFIG}), None\n",
    f'if os.getenv("NEVER_SET"):\n    {{name}} = None\nelse:\n    {{name}} = {{resource}}.configured({CONFIG})\n',
)
LOADS = (
    "{name} = {load}(dbt_cloud={cloud}, job_id={id}{more})\n",
    "{name} = {load}({cloud}, {id}{more})\n",
    "{name} = {load}(\n    dbt_cloud={cloud},\n    job_id={id}{more},  # the job\n)\n",
    "def load_{name}():\n    return {load}(dbt_cloud={cloud}, job_id={id}{more})\n\n\n{name} = load_{name}()\n",
    "def load_{name}(job_id):\n    return {load}({cloud}, job_id{more})\n\n\n{name} = load_{name}({id})\n",
    'JOBS_{name} = {{"it": {id}}}\n{name} = {load}(dbt_cloud={cloud}, job_id=JOBS_{name}["it"]{more})\n',
    "class Jobs_{name}:\n    try:\n        it = {id}\n    except KeyError:\n        it = 1\n\n\n{name} = {load}({cloud}, Jobs_{name}.it{more})\n",
    "import types\n\nids_{name} = types.SimpleNamespace(it={id})\n{name} = {load}({cloud}, ids_{name}.it{more})\n",
    "import enum\n\n\nclass Job_{name}(enum.IntEnum):\n    it = {id}\n\n\n{name} = {load}({cloud}, Job_{name}.it.value{more})\n",
    '{name} = {load}(dbt_cloud={cloud}, job_id=int(os.getenv("NO_SUCH_ID", "{id}")){more})\n',
)
LISTS = (
    "{name} = [{load}(dbt_cloud={cloud}, job_id=job_id{more}) for job_id in ({id},)]\n",
    "{name} = []\nfor job_id in [{id}]:\n    {name}.append({load}({cloud}, job_id{more}))\n",
    "def build_{name}(resource, ids):\n    return [{load}(dbt_cloud=resource, job_id=one{more}) for one in ids]\n\n\n"
    "{name} = build_{name}({cloud}, [{id}])\n",
    "{name}_by = {{one: {load}({cloud}, one{more}) for one in ({id},)}}\n{name} = list({name}_by.values())\n",
    "COMMON_{name} = dict(dbt_cloud={cloud}{more})\n{name} = [{load}(job_id={id}, **COMMON_{name})]\n",
)
"""Those whose name holds a list of loads."""
MORE = (
    "",
    ', node_info_to_group_fn=lambda node: node["resource_type"]',
    ', node_info_to_asset_key=lambda node_info: AssetKey([node_info["resource_type"], node_info["name"]])',
    ", node_info_to_asset_key=key_of, node_info_to_group_fn=group_of",
    ', partitions_def=DailyPartitionsDefinition("2024-01-01", end_date="2024-01-03")',
    ', partitions_def=DailyPartitionsDefinition("2024-01-01", end_date="2024-01-03"), '
    'partition_key_to_vars_fn=lambda key: {"day": key, "it": "that\'s it"}',
)
FUNCTIONS = (
    'def key_of(node_info):\n    return AssetKey(["own", node_info["resource_type"], node_info["name"]])\n\n\n'
    'def group_of(node_info):\n    return node_info.get("config", {}).get("materialized", "default")\n\n\n'
)
BODIES = (
    "    output = {client}.run_job_and_poll({id}, poll_interval=1)\n    context.log.info(f'ran {{output.run_id}}')\n",
    "    return {client}.run_job_and_poll(job_id={id}, poll_interval=1).run_details['status']\n",
    "    run = {client}.run_job({id})\n    {client}.poll_run(run['id'], poll_interval=1)\n",
    "    for job_id in ({id}, 67892):\n        {client}.run_job_and_poll(job_id, poll_interval=1, poll_timeout=600)\n",
    "    if not {client}.run_job_and_poll({id}, poll_interval=1).is_successful:\n        raise ValueError\n",
    "    client = {client}\n    return client.get_job({id})['name'] + str(len(client.get_run_results("
    "client.run_job_and_poll({id}, poll_interval=1).run_id)['results']))\n",
    "    try:\n        return {client}.run_job_and_poll({id}, poll_interval=1).run_id > 0\n    finally:\n        pass\n",
    "    return [row['status'] for row in {client}.run_job_and_poll({id}, poll_interval=1).result['results']]\n",
    "    outs = [{client}.run_job_and_poll(one, poll_interval=1) for one in ({id}, 67892)]\n"
    "    return [out.run_id > 0 for out in outs]\n",
    "    def go(job_id):\n        return {client}.run_job_and_poll(job_id, poll_interval=1)\n\n"
    "    return go({id}).run_details['status']\n",
    "    run_and_poll = {client}.run_job_and_poll\n    return run_and_poll({id}, poll_interval=1).run_id > 0\n",
    "    out = {client}.run_job_and_poll({id}, poll_interval=1)\n    details, result = out.run_details, out.result\n"
    "    return details['status'], len(result['results'])\n",
    "    if (out := {client}.run_job_and_poll({id}, poll_interval=1)).run_details['status'] == 10:\n"
    "        context.log.info('done')\n    return len(out.result)\n",
    "    job = {client}.get_job({id})\n    run = {client}.run_job(job['id'])\n"
    "    return {client}.poll_run(run['id'], poll_interval=1)['status_humanized']\n",
    "    run = {client}.run_job({id})\n    {client}.poll_run(run['id'], poll_interval=1)\n"
    "    return [{client}.get_run(run['id'])['status'], len({client}.get_run_results(run['id'])['results'])]\n",
    "    try:\n        {client}.run_job_and_poll({id}, poll_interval=1)\n    except ValueError:\n        context.log.info('no')\n"
    "    else:\n        return 1\n",
    "    class Report:\n        def __init__(self, out):\n            self.run_id = out.run_id\n            self.status = out.run_details['status']\n\n"
    "    report = Report({client}.run_job_and_poll({id}, poll_interval=1))\n    return report.run_id > 0, report.status\n",
    "    seen = {{}}\n    out = {client}.run_job_and_poll({id}, poll_interval=1)\n    seen[out] = out.run_details['status']\n"
    "    return list(seen.values()), out in seen\n",
    "    from dataclasses import dataclass\n\n    @dataclass(frozen=True)\n    class Row:\n        run: object\n        run_id: int\n\n"
    "    out = {client}.run_job_and_poll({id}, poll_interval=1)\n    row = Row(out, out.run_id)\n    return row.run.run_details['status'], row.run_id > 0\n",
    "    import json\n\n    found = {client}.run_job_and_poll({id}, poll_interval=1).run_details\n    run_id, status = found['id'], found['status']\n"
    "    return {client}.get_run(run_id)['status'] == status, json.loads({client}.get_run_artifact(run_id, 'manifest.json'))['metadata']['dbt_schema_version'][:5]\n",
    "    match {client}.run_job_and_poll({id}, poll_interval=1).run_details['status']:\n        case 10:\n            return 'done'\n        case other:\n            return other\n",
    "    while True:\n        out = {client}.run_job_and_poll({id}, poll_interval=1)\n        if out.run_id:\n            break\n"
    "    return out.run_details['is_success']\n",
)
TRAVELS = (
    ("", "", "{it}"),
    (
        "class Holder:\n    def __init__(self, client):\n        self.client = client\n\n\n",
        "",
        "Holder({it}).client",
    ),
    (
        "import dataclasses\n\n\n@dataclasses.dataclass\nclass Held:\n    client: object\n    note: str = ''\n\n\n",
        "    held = Held({it})\n",
        "held.client",
    ),
    (
        "import functools\n\n\ndef passed(client, note=None):\n    return client\n\n\n",
        "",
        "functools.partial(passed, {it})()",
    ),
    ("def either(client, other=None):\n    return other or client\n\n\n", "", "either({it})"),
    (
        "import contextlib\n\n\n@contextlib.contextmanager\ndef connected(client):\n    yield client\n\n\n",
        "    with connected({it}) as inner:\n",
        "inner",
    ),
    ("", "    for inner in ({it},):\n", "inner"),
    ("", "    inner, nothing = {it}, None\n", "inner"),
    ("", '    by_name = {{"it": {it}}}\n', 'by_name["it"]'),
    (
        "class Clients:\n    @staticmethod\n    def of(client):\n        return client\n\n\n",
        "",
        "Clients.of({it})",
    ),
    (
        "class Base:\n    def made(self): ...\n\n    @property\n    def client(self):\n        return self.made()\n\n\n"
        "class Made(Base):\n    def __init__(self, client):\n        self._client = client\n\n"
        "    def made(self):\n        return self._client\n\n\n",
        "",
        "Made({it}).client",
    ),
    (
        "def same(function):\n    def inner(*args, **kwargs):\n        return function(*args, **kwargs)\n\n    return inner\n\n\n"
        "@same\ndef decorated(client):\n    return client\n\n\n",
        "",
        "decorated({it})",
    ),
    (
        "from typing import Any, NamedTuple\n\n\nclass Pair(NamedTuple):\n    client: Any\n    note: str\n\n\n",
        "    pair = Pair({it}, 'x')\n",
        "pair.client",
    ),
    (
        "import contextlib\n\n\nclass Session:\n    def __init__(self, client):\n        self.client = client\n\n"
        "    def __enter__(self):\n        return self.client\n\n    def __exit__(self, *error):\n        return False\n\n\n",
        "    with contextlib.ExitStack() as stack:\n        inner = stack.enter_context(Session({it}))\n",
        "inner",
    ),
    (
        "def later(client):\n    def get():\n        return client\n\n    return get\n\n\n",
        "",
        "later({it})()",
    ),
    (
        "def each(client):\n    yield client\n    return None\n\n\n",
        "    for inner in each({it}):\n",
        "inner",
    ),
)
"""How a client reaches its calls: what stands before the op, how the op begins, and the expression that is the client."""
OWN_RESOURCE = "class House(ConfigurableResource):\n    cloud: {client}\n\n    def runs(self):\n        return self.cloud.get_dbt_client()\n"
HANDED_ON = (
    (
        "    return {client}.run_job_and_poll({id}, poll_interval=1)\n",
        "@op\ndef note(context, out):\n    context.log.info(out.run_details['status_humanized'])\n    return out.result['args']\n",
    ),
    (
        "    return {client}.run_job_and_poll({id}, poll_interval=1).run_details\n",
        "@op\ndef note(details):\n    return details['status'], sorted(details)[:3]\n",
    ),
    (
        "    return {client}.run_job({id})\n",
        "@op\ndef note(run):\n    return run['job_id'], run.get('status_humanized')\n",
    ),
)
"""An op that uses the client, and another that takes what it returns."""
RUN_OPS = (
    '{name} = {run_op}.configured({{"job_id": {id}, "poll_interval": 1}}, name="{name}")\n',
    '{name} = {run_op}.configured(\n    {{"job_id": {id}, "poll_interval": 1, "yield_materializations": False}}, name="{name}"\n)\n',
    '{name} = {run_op}.configured(\n    config_or_config_fn={{"job_id": {id}, "poll_interval": 1, "asset_key_prefix": ["x", "y"]}},\n    name="{name}",\n)\n',
)


def _chosen(draw: Callable[[st.SearchStrategy[T]], T], options: object) -> T:
    return draw(st.sampled_from(options))  # type: ignore[arg-type]


@st.composite
def programs(draw: Callable[[st.SearchStrategy[T]], T]) -> Program:
    """A program of one file or of a package, with loads, ops on the client and run ops."""
    writer = _Writer(draw)
    name = _chosen(draw, NAMES)
    resource = _chosen(draw, RESOURCES)
    writer.is_typed = "{client}" in resource
    writer.add("resources", resource, name=name)
    loads = draw(st.lists(st.sampled_from((67890, 67891)), max_size=2, unique=True))
    placed = [writer.load(f"models_{job_id}", job_id, name) for job_id in loads]
    has_ops = draw(st.booleans()) or not loads
    jobs = [writer.job(name)] if has_ops else []
    writer.definitions(name, placed, jobs)
    actions = (["materialize:all"] if loads and not writer.is_partitioned else []) + [
        f"job:{one}" for one in jobs
    ]
    if writer.is_partitioned and loads:
        actions.append("materialize:all@2024-01-02")
    return Program(writer.files(), tuple(actions), is_failing=not loads and draw(st.booleans()))


class _Writer:
    """Sections of a program, which stand in one file or in a module each."""

    def __init__(self, draw: Callable[[st.SearchStrategy[T]], T]) -> None:
        self.draw = draw
        self.is_typed = False
        self.is_package: bool = _chosen(draw, (False, True))
        self.imports_by: str = _chosen(draw, ("relative", "absolute", "module", "star"))
        self.key: str = _chosen(draw, KEYS)
        self.sections: dict[str, list[str]] = {}
        self.spelled = {name: _chosen(draw, sorted(SPELLINGS)) for name in ("resources", "assets", "jobs")}
        self.more: str = _chosen(draw, MORE)
        self.is_partitioned = "partitions_def" in self.more
        self.reached: dict[str, dict[str, str]] = {}
        self.ends = _chosen(draw, ("\n", "\n", "\r\n"))

    def _file(self, section: str) -> str:
        if not self.is_package:
            return "definitions.py"
        return "definitions.py" if section == "definitions" else f"shop/{section}.py"

    def _legacy(self, section: str) -> dict[str, str]:
        _, form = SPELLINGS[self._spelling(section)]
        short = {"resource": 0, "load": 1, "run_op": 2, "client": 3}
        return {
            name: (
                _NAMES[at].replace("dbt_cloud", "old").replace("DbtCloud", "Old")
                if form == "renamed"
                else form.format(_NAMES[at])
            )
            for name, at in short.items()
        }

    def _spelling(self, section: str) -> str:
        return self.spelled[section] if self.is_package else self.spelled["resources"]

    def _reach(self, here: str, there: str, name: str) -> str:
        """How code in one section writes a name of another; the import it takes is noted."""
        if not self.is_package:
            return name
        dots = "shop" if here == "definitions" else ""
        wanted = self.reached.setdefault(here, {})
        if self.imports_by == "module":
            line = f"from {dots or '.'} import {there}\n"
            wanted[line] = ""
            return f"{there}.{name}"
        if self.imports_by == "star":
            wanted[f"from {dots}.{there} import *\n"] = ""
            return name
        absolute = self.imports_by == "absolute" or here == "definitions"
        wanted[f"from {'shop.' if absolute else '.'}{there} import {name}\n"] = ""
        return name

    def add(self, section: str, template: str, **holes: object) -> None:
        text = template.format(**{**self._legacy(section), **holes})
        self.sections.setdefault(section, []).append(text)

    def load(self, name: str, job_id: int, cloud: str) -> str:
        reached = self._reach("assets", "resources", cloud)
        form = _chosen(self.draw, LOADS)
        self.add("assets", form, name=name, cloud=reached, id=job_id, more=self.more)
        reach = self._reach("definitions", "assets", name)
        return f"*{reach}" if form in LISTS else reach

    def job(self, cloud: str) -> str:
        """A job of an op that uses the client, and one that runs a dbt Cloud job."""
        body = _chosen(self.draw, BODIES)
        note = ""
        if self.draw(st.booleans()):
            body, note = _chosen(self.draw, HANDED_ON)
        ways = ("context", "getattr", "aliased", *(("parameter", "owned") if self.is_typed else ()))
        handed = _chosen(self.draw, ways)
        it = {
            "context": f"context.resources.{self.key}",
            "getattr": f'getattr(context.resources, "{self.key}")',
            "aliased": "ours_to_use",
            "parameter": f"{self.key}.get_dbt_client()",
            "owned": "house.runs()",
        }[handed]
        parameter = {"parameter": f", {self.key}: {{client}}", "owned": ", house: House"}.get(handed, "")
        keys = "" if parameter else f'(required_resource_keys={{{{"{self.key}"}}}})'
        if handed == "owned":
            self.add("jobs", OWN_RESOURCE)
        helper, begins, client = _chosen(self.draw, TRAVELS)
        self.add("jobs", helper)
        head = f"@op{keys}\ndef kick(context{parameter}):\n"
        if handed == "aliased":
            head += f"    ours_to_use = context.resources.{self.key}\n"
        head = head.format(**self._legacy("jobs")) + begins.format(it=it)
        body = body.format(client=client.format(it=it), id=67891)
        if head.rstrip().endswith(":") and begins:
            body = textwrap.indent(body, "    ")
        self.sections["jobs"].append(head + body)
        if note:
            self.sections["jobs"].append(note)
        self.add("jobs", _chosen(self.draw, RUN_OPS), name="run_it", id=67891)
        bound = {self.key: "{cloud}", "dbt_cloud": "{cloud}"}
        if handed == "owned":
            bound["house"] = "House(cloud={cloud})"
        held = ", ".join(f'"{key}": {value}' for key, value in bound.items())
        called = "note(kick())" if note else "kick()"
        text = f"@job(resource_defs={{{{{held}}}}})\ndef by_hand():\n    {called}\n    run_it()\n"
        self.add("jobs", text, cloud=self._reach("jobs", "resources", cloud))
        return "by_hand"

    def definitions(self, cloud: str, placed: list[str], jobs: list[str]) -> None:
        jobs = [self._reach("definitions", "jobs", name) for name in jobs]
        more = []
        if placed:
            self.sections.setdefault("definitions", []).append(
                'everything = define_asset_job("everything", selection=AssetSelection.all())\n'
            )
            jobs = [*jobs, "everything"]
            form = _chosen(self.draw, ("list", "star", "with_resources", "plus", "repository"))
            if form == "repository":
                held = "".join(f"        {one},\n" for one in [*placed, *jobs])
                self.sections["definitions"].append(
                    f"@repository\ndef shop_repository():\n    return [\n{held}    ]\n"
                )
                return
            spelled = {
                "list": f"[{', '.join(placed)}]",
                "star": f"[{', '.join('*' + one.lstrip('*') for one in placed)}]",
                "with_resources": f"with_resources([{', '.join(placed)}], {{}})",
                "plus": " + ".join(f"[{one}]" for one in placed),
            }[form]
            more.append(f"assets={spelled}")
            if not self.is_partitioned:
                more.append('schedules=[ScheduleDefinition(job=everything, cron_schedule="0 3 * * *")]')
        more.append(f"jobs=[{', '.join(jobs)}]")
        if self.draw(st.booleans()):
            more.append(f'resources={{"{self.key}": {self._reach("definitions", "resources", cloud)}}}')
        self.sections.setdefault("definitions", []).append(f"defs = Definitions({', '.join(more)})\n")

    def files(self) -> dict[str, str]:
        order = [name for name in ("resources", "assets", "jobs", "definitions") if name in self.sections]
        heads = "import os\n\n"
        if not self.is_package:
            legacy = SPELLINGS[self._spelling("resources")][0]
            body = [text for section in order for text in self.sections[section]]
            texts = {"definitions.py": "\n\n".join([heads + DAGSTER + legacy, FUNCTIONS + BALLAST, *body])}
        else:
            texts = {"shop/__init__.py": ""}
            for section in order:
                legacy = SPELLINGS[self._spelling(section)][0] if section != "definitions" else ""
                reached = "".join(self.reached.get(section, {}))
                own = FUNCTIONS if section == "assets" else ""
                texts[self._file(section)] = "\n\n".join(
                    [heads + DAGSTER + legacy + reached, own + BALLAST, *self.sections[section]]
                )
        return {path: text.replace("\n", self.ends) for path, text in texts.items()}
