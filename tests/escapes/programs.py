"""Whole programs in which a value leaves by a way of Dagster's own, or a key or a job comes from where it is not seen.

Marked lines say what is right:

    away    what happens there is not seen: kept
    read    legacy code: kept, or rewritten
    told    Dagster hands on something else: LDC213 says so, or kept
    job     which job it is cannot be told: kept, a fact is missing, or the code looks when it loads, and fails for another
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

HEAD = """from dagster import (
    AssetSelection, Config, ConfigurableIOManager, ConfigurableResource, Definitions, DependencyDefinition, DynamicOut,
    DynamicOutput, GraphDefinition, In, IOManager, MaterializeResult, Out, Output, ResourceDependency, asset,
    build_init_resource_context, build_op_context, build_resources, define_asset_job, graph, io_manager, job, materialize, op,
    resource, schedule, sensor, success_hook, with_resources,
)
from dagster_dbt import DbtCloudClientResource, DbtCloudOutput, DbtCloudResource, dbt_cloud_run_op, load_assets_from_dbt_cloud_job
from housekeeping import Base, prune, registry, watched

cloud = DbtCloudClientResource(auth_token="t", account_id=12345)

"""
RUN = """
@op
def run(dbt_cloud: DbtCloudClientResource):
    ran = dbt_cloud.get_dbt_client().run_job_and_poll(67890)
    return ran
"""
SHOWS = """
@op
def shows(context, ran):
    context.log.info(ran.run_id)  # read
"""
JOB = """
@job
def nightly():
    shows(run())
"""
ALONE = """
@job
def nightly():
    run()
"""
DEFS = """
defs = Definitions(jobs=[nightly], resources={"dbt_cloud": cloud})
"""
OP = """
@op(required_resource_keys={"dbt_cloud"})
def run(context):
"""
LOADED = """
defs = Definitions(assets=[models])
"""


@dataclass(frozen=True)
class Program:
    """Files of a program; the first one has what is marked, if it is the only one."""

    name: str
    files: Mapping[str, str]

    @property
    def line(self) -> str:
        """How it is called in ``known_silent.txt``."""
        return f"program | {self.name}"


def _op(body: str, top: str = "", tail: str = ALONE + DEFS) -> str:
    indented = "".join(f"    {line}\n" for line in body.splitlines())
    return HEAD + top + OP + indented + tail


def _loads(text: str) -> str:
    return HEAD + text + LOADED


_OUTPUTS = {
    "an op of the tree reads the answer": RUN + SHOWS + JOB + DEFS,
    "a foreign op takes the answer": "from housekeeping import clean\n"
    + RUN.replace("return ran", "return ran  # told")
    + "\n@job\ndef nightly():\n    clean(run())\n"
    + DEFS,
    "a graph wires ops by name": RUN
    + SHOWS
    + '\nnightly = GraphDefinition(\n    "nightly", node_defs=[run, shows], dependencies={"shows": {"ran": DependencyDefinition("run")}}\n).to_job()\n'
    + DEFS,
    "a graph in a graph": RUN
    + SHOWS
    + "\n@graph\ndef inner():\n    return run()\n\n@job\ndef nightly():\n    shows(inner())\n"
    + DEFS,
    "a graph takes the answer": RUN
    + SHOWS
    + "\n@graph\ndef inner(ran):\n    shows(ran)\n\n@job\ndef nightly():\n    inner(run())\n"
    + DEFS,
    "an aliased op": RUN
    + SHOWS
    + '\n@job\ndef nightly():\n    shows.alias("tells")(run.alias("runs")())\n'
    + DEFS,
    "an op in a loop": RUN
    + SHOWS
    + "\n@job\ndef nightly():\n    for n in range(2):\n        shows.alias(f'tells_{n}')(run.alias(f'runs_{n}')())\n"
    + DEFS,
    "ops in a list": RUN + SHOWS + "\n@job\ndef nightly():\n    made = [run]\n    shows(made[0]())\n" + DEFS,
    "ops from a factory": "def make(name):\n    @op(name=name)\n    def made(dbt_cloud: DbtCloudClientResource):\n        return dbt_cloud.get_dbt_client().run_job_and_poll(67890)\n    return made\n"
    + SHOWS
    + "\n@job\ndef nightly():\n    shows(make('a')())\n"
    + DEFS,
    "a list of answers": RUN
    + SHOWS.replace("ran.run_id", "[one.run_id for one in ran]")
    + "\n@job\ndef nightly():\n    shows([run(), run.alias('b')()])\n"
    + DEFS,
    "one of several outputs": RUN.replace("@op", '@op(out={"a": Out(), "b": Out()})').replace(
        "return ran", "return ran, 1"
    )
    + SHOWS
    + "\n@job\ndef nightly():\n    a, b = run()\n    shows(a)\n"
    + DEFS,
    "one of several outputs by name": RUN.replace("@op", '@op(out={"a": Out(), "b": Out()})').replace(
        "return ran", "return ran, 1"
    )
    + SHOWS
    + "\n@job\ndef nightly():\n    shows(run().a)\n"
    + DEFS,
    "a dynamic output": RUN.replace("@op", "@op(out=DynamicOut())").replace(
        "return ran", 'yield DynamicOutput(ran, "a")'
    )
    + SHOWS
    + "\n@job\ndef nightly():\n    run().map(shows)\n"
    + DEFS,
    "a collected dynamic output": RUN.replace("@op", "@op(out=DynamicOut())").replace(
        "return ran", 'yield DynamicOutput(ran, "a")'
    )
    + SHOWS.replace("ran.run_id", "[one.run_id for one in ran]")
    + "\n@job\ndef nightly():\n    shows(run().collect())\n"
    + DEFS,
    "a dict that an op returns": RUN.replace("return ran", 'return {"ran": ran}')
    + SHOWS.replace("ran.run_id", 'ran["ran"].run_id')
    + JOB
    + DEFS,
    "an Output with metadata": RUN.replace(
        "return ran", 'return Output(ran, metadata={"run": ran.run_id})  # read'
    )
    + SHOWS
    + JOB
    + DEFS,
    "metadata by foreign code": RUN.replace("return ran", "return Output(1, metadata=prune(ran))  # told")
    + ALONE
    + DEFS,
    "add_output_metadata": _op(
        'ran = context.resources.dbt_cloud.run_job_and_poll(67890)\ncontext.add_output_metadata({"run": ran.run_id})  # read'
    ),
    "add_output_metadata by foreign code": _op(
        "ran = context.resources.dbt_cloud.run_job_and_poll(67890)\ncontext.add_output_metadata(prune(ran))  # told"
    ),
    "MaterializeResult": "@asset\ndef made(dbt_cloud: DbtCloudClientResource):\n    ran = dbt_cloud.get_dbt_client().run_job_and_poll(67890)\n    return MaterializeResult(metadata={'run': ran.run_id})  # read\n"
    + 'defs = Definitions(assets=[made], resources={"dbt_cloud": cloud})\n',
    "an asset downstream reads it": "@asset\ndef made(dbt_cloud: DbtCloudClientResource):\n    return dbt_cloud.get_dbt_client().run_job_and_poll(67890)\n\n@asset\ndef after(made):\n    return made.run_id  # read\n"
    + 'defs = Definitions(assets=[made, after], resources={"dbt_cloud": cloud})\n',
    "an IO manager of the tree reads it": "class Store(IOManager):\n    def handle_output(self, context, obj):\n        self.it = obj.run_id  # read\n    def load_input(self, context):\n        return self.it\n"
    + RUN
    + ALONE
    + 'defs = Definitions(jobs=[nightly], resources={"dbt_cloud": cloud, "io_manager": Store()})\n',
    "a foreign IO manager": "from housekeeping import store\n"
    + RUN.replace("return ran", "return ran  # told")
    + ALONE
    + 'defs = Definitions(jobs=[nightly], resources={"dbt_cloud": cloud, "io_manager": store})\n',
    "a hook reads it": "@success_hook\ndef tells(context):\n    context.log.info(context.op_output_values['result'].run_id)  # read\n"
    + RUN
    + "@job(hooks={tells})\ndef nightly():\n    run()\n"
    + DEFS,
    "a foreign hook": RUN.replace("return ran", "return ran  # told")
    + "@job(hooks={watched})\ndef nightly():\n    run()\n"
    + DEFS,
    "output_for_node": RUN
    + ALONE
    + DEFS
    + 'result = nightly.execute_in_process(resources={"dbt_cloud": cloud})\nprint(result.output_for_node("run").run_id)  # read\n',
    "output_value": "@graph\ndef all_of_it():\n    return run()\n".join([RUN, ""])
    + 'nightly = all_of_it.to_job(resource_defs={"dbt_cloud": cloud})\nprint(nightly.execute_in_process().output_value().run_id)  # read\n'
    + DEFS,
    "materialize, then output_for_node": "@asset\ndef made(dbt_cloud: DbtCloudClientResource):\n    return dbt_cloud.get_dbt_client().run_job_and_poll(67890)\n"
    'result = materialize([made], resources={"dbt_cloud": cloud})\nprint(result.output_for_node("made").run_id)  # read\n',
    "an op called as a function": RUN + ALONE + DEFS + "print(run(dbt_cloud=cloud).run_id)  # read\n",
    "an op that is configured": 'run_it = dbt_cloud_run_op.configured({"job_id": 67890}, name="run_it")\n'
    + SHOWS
    + "\n@job\ndef nightly():\n    shows(run_it())\n"
    + DEFS.replace('"dbt_cloud"', '"dbt_cloud"'),
    "an op that is configured, to a foreign op": "from housekeeping import clean\n"
    'run_it = dbt_cloud_run_op.configured({"job_id": 67890}, name="run_it")  # told\n\n@job\ndef nightly():\n    clean(run_it())\n'
    + DEFS,
    "an op that is handed on": 'run_it = dbt_cloud_run_op.configured({"job_id": 67890}, name="run_it")\nprune(run_it)  # told\n\n@job\ndef nightly():\n    run_it()\n'
    + DEFS,
}

_RESOURCES = {
    "context to foreign code": _op("prune(context)  # away"),
    "context to a foreign class": _op("Base(context).run()  # away"),
    "context in a list": _op("held = [context]\nprune(held)  # away"),
    "context as an attribute": _op("registry.context = context  # away"),
    "context by a foreign decorator": HEAD
    + '@op(required_resource_keys={"dbt_cloud"})\n@watched  # away\ndef run(context):\n    context.log.info("a")\n'
    + ALONE
    + DEFS,
    "context to foreign code beside a parameter": HEAD
    + "@op\ndef run(context, dbt_cloud: DbtCloudClientResource):\n    prune(context)  # away\n"
    + ALONE
    + DEFS,
    "context.resources to foreign code": _op("prune(context.resources)  # away"),
    "context.resources by a name": _op("held = context.resources\nprune(held)  # away"),
    "context.resources as a dict": _op("prune(context.resources._asdict())  # away"),
    "context.resources as a dict, read": _op(
        'held = context.resources._asdict()\nheld["dbt_cloud"].run_job_and_poll(67890)  # read'
    ),
    "vars of context.resources": _op("prune(vars(context.resources))  # away"),
    "context.resources in a loop": _op(
        "for held in context.resources:\n    held.run_job_and_poll(67890)  # read"
    ),
    "context.resources.original_resource_dict": _op(
        'context.resources.original_resource_dict["dbt_cloud"].get_dbt_client()  # read'
    ),
    "context to an own function": _op(
        "go(context)", "def go(context):\n    context.resources.dbt_cloud.run_job_and_poll(67890)  # read\n"
    ),
    "context to an own function by another name": _op(
        "go(context)", "def go(given):\n    given.resources.dbt_cloud.run_job_and_poll(67890)  # read\n"
    ),
    "context to an own class": _op(
        "Go(context).go()",
        "class Go:\n    def __init__(self, context):\n        self.context = context\n    def go(self):\n        self.context.resources.dbt_cloud.run_job_and_poll(67890)  # read\n",
    ),
    "context by a lambda": _op(
        "go(context)", "go = lambda context: context.resources.dbt_cloud.run_job_and_poll(67890)  # read\n"
    ),
    "context in a closure": _op(
        "def go():\n    context.resources.dbt_cloud.run_job_and_poll(67890)  # read\nprune(go)"
    ),
    "context by partial": _op(
        "partial(go, context)()",
        "from functools import partial\ndef go(context):\n    context.resources.dbt_cloud.run_job_and_poll(67890)  # read\n",
    ),
    "context.resources to an own function": _op(
        "go(context.resources)",
        "def go(resources):\n    resources.dbt_cloud.run_job_and_poll(67890)  # read\n",
    ),
    "a field of a resource of the tree": "class Tools(ConfigurableResource):\n    dbt: DbtCloudClientResource\n    def go(self):\n        return self.dbt.get_dbt_client().run_job_and_poll(67890)  # read\n\n@op\ndef run(tools: Tools):\n    tools.go()\n"
    + ALONE
    + 'defs = Definitions(jobs=[nightly], resources={"tools": Tools(dbt=cloud)})\n',
    "a field of a foreign resource": "from housekeeping import Tools\n\n@op\ndef run(tools: Tools):\n    tools.go()\n"
    + ALONE
    + 'defs = Definitions(jobs=[nightly], resources={"tools": Tools(dbt=cloud)})  # away\n',
    "a field of a resource with a foreign base": "class Tools(Base):\n    dbt: DbtCloudClientResource\n\n@op\ndef run(tools: Tools):\n    tools.go()\n"
    + ALONE
    + 'defs = Definitions(jobs=[nightly], resources={"tools": Tools(dbt=cloud)})  # away\n',
    "a resource handed to foreign code by a field": "class Tools(ConfigurableResource):\n    dbt: DbtCloudClientResource\n    def go(self):\n        prune(self)  # away\n\n@op\ndef run(tools: Tools):\n    tools.go()\n"
    + ALONE
    + 'defs = Definitions(jobs=[nightly], resources={"tools": Tools(dbt=cloud)})\n',
    "a ResourceDependency": "class Tools(ConfigurableResource):\n    dbt: ResourceDependency[DbtCloudResource]\n    def go(self):\n        return self.dbt.run_job_and_poll(67890)  # read\n\n@op\ndef run(tools: Tools):\n    tools.go()\n"
    + ALONE
    + 'defs = Definitions(jobs=[nightly], resources={"tools": Tools(dbt=cloud)})\n',
    "a field of an IO manager": "class Store(ConfigurableIOManager):\n    dbt: DbtCloudClientResource\n    def handle_output(self, context, obj):\n        self.dbt.get_dbt_client().run_job_and_poll(67890)  # read\n    def load_input(self, context):\n        return 1\n\n@op\ndef run():\n    return 1\n"
    + ALONE
    + 'defs = Definitions(jobs=[nightly], resources={"io_manager": Store(dbt=cloud)})\n',
    "a resource that needs it": '@resource(required_resource_keys={"dbt_cloud"})\ndef tools(context):\n    return context.resources.dbt_cloud\n\n@op(required_resource_keys={"tools"})\ndef run(context):\n    context.resources.tools.run_job_and_poll(67890)  # read\n'
    + ALONE
    + 'defs = Definitions(jobs=[nightly], resources={"dbt_cloud": cloud, "tools": tools})\n',
    "a resource that needs it and hands it on": '@resource(required_resource_keys={"dbt_cloud"})\ndef tools(context):\n    return prune(context.resources.dbt_cloud)  # away\n'
    + _op("pass")[len(HEAD) :].replace('{"dbt_cloud": cloud}', '{"dbt_cloud": cloud, "tools": tools}'),
    "a resource that answers a client": '@resource\ndef tools(context):\n    return DbtCloudResource("t", 12345)\n\n@op(required_resource_keys={"tools"})\ndef run(context):\n    context.resources.tools.run_job_and_poll(67890)  # read\n'
    + ALONE
    + 'defs = Definitions(jobs=[nightly], resources={"tools": tools})\n',
    "an IO manager that needs it": '@io_manager(required_resource_keys={"dbt_cloud"})\ndef store(context):\n    return Base(context.resources.dbt_cloud)  # away\n'
    + _op("pass")[len(HEAD) :].replace('{"dbt_cloud": cloud}', '{"dbt_cloud": cloud, "io_manager": store}'),
    "build_init_resource_context": _op("pass")
    + 'prune(build_init_resource_context(resources={"dbt_cloud": cloud}))  # away\n',
    "build_op_context to foreign code": _op("pass")
    + 'prune(build_op_context(resources={"dbt_cloud": cloud}))  # away\n',
    "build_op_context to the op": _op("context.resources.dbt_cloud.run_job_and_poll(67890)  # read")
    + 'run(build_op_context(resources={"dbt_cloud": cloud}))\n',
    "build_resources to foreign code": _op("pass")
    + 'with build_resources({"dbt_cloud": cloud}) as built:\n    prune(built)  # away\n',
    "execute_in_process": _op("context.resources.dbt_cloud.run_job_and_poll(67890)  # read", tail=ALONE)
    + 'nightly.execute_in_process(resources={"dbt_cloud": cloud})\n',
    "resources by foreign code": _op("pass").replace(
        'resources={"dbt_cloud": cloud})', 'resources=prune({"dbt_cloud": cloud}))  # away'
    ),
    "resources of foreign code beside it": _op(
        "context.resources.dbt_cloud.run_job_and_poll(67890)  # read"
    ).replace('{"dbt_cloud": cloud})', '{"dbt_cloud": cloud, **prune()})  # away'),
    "resources that foreign code may change": _op(
        "context.resources.dbt_cloud.run_job_and_poll(67890)  # read"
    )
    .replace("defs = ", 'RESOURCES = {"dbt_cloud": cloud}\nprune(RESOURCES)  # away\ndefs = ')
    .replace('resources={"dbt_cloud": cloud}', "resources=RESOURCES"),
    "a foreign job takes the key": _op("pass").replace(
        'jobs=[nightly], resources={"dbt_cloud": cloud})',
        'jobs=[nightly, registry.job], resources={"dbt_cloud": cloud})  # away',
    ),
    "foreign assets take the key": "from housekeeping import their_assets\n"
    + 'defs = Definitions(assets=their_assets, resources={"dbt_cloud": cloud})  # away\n',
    "with_resources of foreign assets": "from housekeeping import their_assets\n"
    + 'defs = Definitions(assets=with_resources(their_assets, {"dbt_cloud": cloud}))  # away\n',
    "a foreign op in a job": 'from housekeeping import clean\n\n@job(resource_defs={"dbt_cloud": cloud})  # away\ndef nightly():\n    clean()\n\ndefs = Definitions(jobs=[nightly])\n',
    "foreign Definitions": _op("pass")
    .replace("defs = Definitions(", "from housekeeping import Definitions\ndefs = Definitions(")
    .replace("cloud})\n", "cloud})  # away\n"),
    "a foreign job decorator": _op("pass", tail="").replace("", "")
    + 'from housekeeping import job\n\n@job(resource_defs={"dbt_cloud": cloud})  # away\ndef nightly():\n    run()\n',
    "a foreign op decorator": "from housekeeping import op\n"
    + _op("context.resources.dbt_cloud.run_job_and_poll(67890)  # away")[len(HEAD) :],
    "an own op decorator": "def our_op(function):\n    return op(required_resource_keys={'dbt_cloud'})(function)\n\n@our_op\ndef run(context):\n    context.resources.dbt_cloud.run_job_and_poll(67890)  # read\n"
    + ALONE
    + DEFS,
    "a sensor": '@sensor(job_name="nightly", required_resource_keys={"dbt_cloud"})\ndef ticks(context):\n    context.resources.dbt_cloud.run_job_and_poll(67890)  # read\n'
    + _op("pass")[len(HEAD) :].replace("jobs=[nightly]", "jobs=[nightly], sensors=[ticks]"),
    "a schedule": '@schedule(cron_schedule="@daily", job_name="nightly", required_resource_keys={"dbt_cloud"})\ndef ticks(context):\n    prune(context.resources)  # away\n'
    + _op("pass")[len(HEAD) :].replace("jobs=[nightly]", "jobs=[nightly], schedules=[ticks]"),
}

_KEYS = {
    "a key from foreign code, bound": "from housekeeping import KEY\n"
    + _op("context.resources.dbt_cloud.run_job_and_poll(67890)  # read")[len(HEAD) :].replace(
        '{"dbt_cloud": cloud}', "{KEY: cloud}"
    ),
    "a key from foreign code, read": "from housekeeping import KEY\n"
    + _op("getattr(context.resources, KEY).run_job_and_poll(67890)  # read")[len(HEAD) :],
    "a key from the environment, bound": "import os\n"
    + _op("context.resources.dbt_cloud.run_job_and_poll(67890)  # read")[len(HEAD) :].replace(
        '{"dbt_cloud": cloud}', '{os.environ["KEY"]: cloud}'
    ),
    "a key from the environment, read": "import os\n"
    + _op('getattr(context.resources, os.environ["KEY"]).run_job_and_poll(67890)  # read')[len(HEAD) :],
    "a key from run configuration": _op(
        'getattr(context.resources, context.op_config["key"]).run_job_and_poll(67890)  # read'
    ),
    "a key in a loop": _op(
        'for key in ["dbt_cloud"]:\n    getattr(context.resources, key).run_job_and_poll(67890)  # read'
    ),
    "a key from required_resource_keys": _op(
        "for key in context.op_def.required_resource_keys:\n    getattr(context.resources, key).run_job_and_poll(67890)  # read"
    ),
    "a key as a parameter": _op(
        'go(context, "dbt_cloud")',
        "def go(context, key):\n    getattr(context.resources, key).run_job_and_poll(67890)  # read\n",
    ),
    "a key as a default": _op(
        "go(context)",
        'def go(context, key="dbt_cloud"):\n    getattr(context.resources, key).run_job_and_poll(67890)  # read\n',
    ),
    "a key from an f-string": _op(
        'getattr(context.resources, f"dbt_{prune()}").run_job_and_poll(67890)  # read'
    ),
    "a key that is joined": _op(
        'getattr(context.resources, "dbt" + "_cloud").run_job_and_poll(67890)  # read'
    ),
    "a key of an enumeration": "from enum import Enum\n\nclass Keys(str, Enum):\n    DBT = 'dbt_cloud'\n"
    + _op("getattr(context.resources, Keys.DBT.value).run_job_and_poll(67890)  # read")[len(HEAD) :].replace(
        '{"dbt_cloud": cloud}', "{Keys.DBT.value: cloud}"
    ),
    "a key by attrgetter": _op(
        'attrgetter("resources.dbt_cloud")(context).run_job_and_poll(67890)  # read',
        "from operator import attrgetter\n",
    ),
    "a key by __getattr__": _op('context.resources.__getattr__("dbt_cloud").run_job_and_poll(67890)  # read'),
    "a key by __getattribute__": _op(
        'context.resources.__getattribute__("dbt_cloud").run_job_and_poll(67890)  # read'
    ),
    "a key that is bound anew": "KEY = 'other'\nif registry:\n    KEY = 'dbt_cloud'\n"
    + _op("getattr(context.resources, KEY).run_job_and_poll(67890)  # read")[len(HEAD) :].replace(
        '{"dbt_cloud": cloud}', "{KEY: cloud}"
    ),
    "keys in a loop of bindings": _op("context.resources.dbt_cloud.run_job_and_poll(67890)  # read")
    .replace("defs = ", 'RESOURCES = {}\nfor key in ["dbt_cloud"]:\n    RESOURCES[key] = cloud\ndefs = ')
    .replace('resources={"dbt_cloud": cloud}', "resources=RESOURCES"),
    "keys zipped": _op("context.resources.dbt_cloud.run_job_and_poll(67890)  # read").replace(
        '{"dbt_cloud": cloud}', 'dict(zip(["dbt_cloud"], [cloud]))'
    ),
    "a parameter named by foreign code": "from housekeeping import named\n\n@named\n@op\ndef run(dbt_cloud: DbtCloudClientResource):\n    dbt_cloud.get_dbt_client().run_job_and_poll(67890)  # read\n"
    + ALONE
    + DEFS,
}

_SENT = "models = load_assets_from_dbt_cloud_job(cloud, {})  # job\n"
_JOBS = {
    "a job from foreign code": "from housekeeping import JOB\n" + _SENT.format("JOB"),
    "a job that a foreign function gives": _SENT.format("prune()"),
    "a job that a foreign function gives of another": _SENT.format("prune(67890)"),
    "a job from a file": "import json\n" + _SENT.format('json.loads(open("jobs.json").read())["job"]'),
    "a job from a list that foreign code gets": "JOBS = [67890]\nprune(JOBS)\n" + _SENT.format("JOBS[0]"),
    "a job from a dict that foreign code gets": 'JOBS = {"a": 67890}\nprune(JOBS)\n'
    + _SENT.format('JOBS["a"]'),
    "a job from a dict that foreign code updates": 'JOBS = {"a": 67890}\nJOBS.update(prune())\n'
    + _SENT.format('JOBS["a"]'),
    "a job from a merged dict": 'JOBS = {"a": 67890} | prune()\n' + _SENT.format('JOBS["a"]'),
    "a job from a spread dict": 'JOBS = {"a": 67890, **prune()}\n' + _SENT.format('JOBS["a"]'),
    "a job from a dict with a default": "JOBS = prune()\n" + _SENT.format('JOBS.get("a", 67890)'),
    "a job by globals()": 'JOB = 67890\nglobals()["JOB"] = prune()\n' + _SENT.format("JOB"),
    "a job by globals().update": "JOB = 67890\nglobals().update(prune())\n" + _SENT.format("JOB"),
    "a job by exec": 'JOB = 67890\nexec("JOB = 67891")\n' + _SENT.format("JOB"),
    "a job by sys.modules": "import sys\nJOB = 67890\nsys.modules[__name__].JOB = 67891\n"
    + _SENT.format("JOB"),
    "a job by setattr of the module": 'import sys\nJOB = 67890\nsetattr(sys.modules[__name__], "JOB", prune())\n'
    + _SENT.format("JOB"),
    "a job that global binds": "JOB = 67890\ndef change():\n    global JOB\n    JOB = prune()\nchange()\n"
    + _SENT.format("JOB"),
    "a job that a star import binds": "JOB = 67890\nfrom housekeeping.jobs import *\n" + _SENT.format("JOB"),
    "a job bound in a branch": "JOB = 67890\nif registry:\n    JOB = prune()\n" + _SENT.format("JOB"),
    "a job bound in a handler": "try:\n    JOB = prune()\nexcept KeyError:\n    JOB = 67890\n"
    + _SENT.format("JOB"),
    "a job of a conditional": _SENT.format("67890 if registry else prune()"),
    "a job of or": _SENT.format("prune() or 67890"),
    "a job of a class that foreign code gets": "class Settings:\n    job = 67890\nprune(Settings)\n"
    + _SENT.format("Settings.job"),
    "a job of an object that foreign code gets": "class Settings:\n    def __init__(self):\n        self.job = 67890\nsettings = Settings()\nprune(settings)\n"
    + _SENT.format("settings.job"),
    "a job of an object by setattr": "class Settings:\n    job = 67890\nsettings = Settings()\nsetattr(settings, 'job', prune())\n"
    + _SENT.format("settings.job"),
    "a job of an object by vars": "class Settings:\n    job = 67890\nsettings = Settings()\nvars(settings).update(prune())\n"
    + _SENT.format("settings.job"),
    "a job of a class with a foreign base": "class Settings(Base):\n    job = 67890\n"
    + _SENT.format("Settings().job"),
    "a job of a class with a foreign decorator": "@watched\nclass Settings:\n    job = 67890\n"
    + _SENT.format("Settings.job"),
    "a job of a class with __getattribute__": "class Settings:\n    job = 67890\n    def __getattribute__(self, name):\n        return prune(name)\n"
    + _SENT.format("Settings().job"),
    "a job of a property": "class Settings:\n    @property\n    def job(self):\n        return prune()\n"
    + _SENT.format("Settings().job"),
    "a job of a subclass": "class Settings:\n    job = 67890\nclass Other(Settings):\n    job = prune()\n"
    + _SENT.format("Other.job"),
    "a job of a dataclass": "from dataclasses import dataclass\n@dataclass\nclass Settings:\n    job: int = 67890\n"
    + _SENT.format("Settings(prune()).job"),
    "a job of a dataclass with **": "from dataclasses import dataclass\n@dataclass\nclass Settings:\n    job: int = 67890\n"
    + _SENT.format("Settings(**prune()).job"),
    "a job of BaseSettings": "from pydantic_settings import BaseSettings\nclass Settings(BaseSettings):\n    job: int = 67890\n"
    + _SENT.format("Settings().job"),
    "a job as a default that foreign code may override": "def make(job=67890):\n    return load_assets_from_dbt_cloud_job(cloud, job)  # job\nprune(make)\nmodels = make()\n",
    "a job as a parameter": "def make(job):\n    return load_assets_from_dbt_cloud_job(cloud, job)  # job\nmodels = make(prune())\n",
    "a job by **": "given = prune()\nmodels = load_assets_from_dbt_cloud_job(dbt_cloud=cloud, **given)  # job\n",
    "a job by ** that foreign code may change": 'given = {"job_id": 67890}\nprune(given)\nmodels = load_assets_from_dbt_cloud_job(dbt_cloud=cloud, **given)  # job\n',
    "a job by partial": "from functools import partial\nload = partial(load_assets_from_dbt_cloud_job, cloud)\nmodels = load(prune())  # job\n",
    "a job of a foreign decorator": "@watched\ndef job_id():\n    return 67890\n" + _SENT.format("job_id()"),
    "a job of an overridden function": "def job_id():\n    return 67890\njob_id = watched(job_id)\n"
    + _SENT.format("job_id()"),
    "a job of a random choice": "import random\n" + _SENT.format("random.choice([67890, 67891])"),
    "a job of pop": "JOBS = [67891, 67890]\nJOBS.pop()\n" + _SENT.format("JOBS[-1]"),
    "a job of an item set": "JOBS = [67890]\nJOBS[0] = prune()\n" + _SENT.format("JOBS[0]"),
    "a job of an item of a dict set": "JOBS = {'a': 67890}\nJOBS['a'] = prune()\n"
    + _SENT.format("JOBS['a']"),
    "a job of a loop": "JOB = 67890\nfor JOB in prune():\n    pass\n" + _SENT.format("JOB"),
    "a job of a walrus": "if (JOB := prune()) is None:\n    JOB = 67890\n" + _SENT.format("JOB"),
    "a job of with": "JOB = 67890\nwith prune() as JOB:\n    pass\n" + _SENT.format("JOB"),
    "a job of an import": "JOB = 67890\nimport housekeeping as JOB\n" + _SENT.format("JOB.job"),
    "a job of plus equals": "JOB = 67890\nJOB += prune()\n" + _SENT.format("JOB"),
    "a job of a match": "JOB = 67890\nmatch prune():\n    case JOB:\n        pass\n" + _SENT.format("JOB"),
    "a job of int that is shadowed": "from housekeeping import int\n" + _SENT.format('int("67890")'),
    "a job of a cached file": "JOB = 67890\n" + _SENT.format("registry.get('job', JOB)"),
}


def _program(name: str, text: str) -> Program:
    return Program(name, {"program.py": text if text.startswith(HEAD) else HEAD + text})


PROGRAMS = (
    *(_program(name, text) for table in (_OUTPUTS, _RESOURCES, _KEYS) for name, text in table.items()),
    *(_program(name, text + LOADED) for name, text in _JOBS.items()),
)
