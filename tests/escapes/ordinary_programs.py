"""Ordinary programs: the forms of the documentation, and of public code. Each becomes v2 whole."""

from __future__ import annotations

from collections.abc import Mapping

_BUILT = {
    "documented": 'cloud = dbt_cloud_resource.configured(\n    {"auth_token": {"env": "DBT_CLOUD_API_TOKEN"}, "account_id": {"env": "DBT_CLOUD_ACCOUNT_ID"}}\n)\n',
    "getenv": 'cloud = dbt_cloud_resource.configured(\n    {"auth_token": os.getenv("DBT_CLOUD_API_TOKEN"), "account_id": int(os.getenv("DBT_CLOUD_ACCOUNT_ID"))}\n)\n',
    "environ": 'cloud = dbt_cloud_resource.configured(\n    {"auth_token": os.environ["DBT_CLOUD_API_TOKEN"], "account_id": 12345}\n)\n',
    "as a class": 'cloud = DbtCloudClientResource(auth_token=EnvVar("DBT_CLOUD_API_TOKEN"), account_id=EnvVar.int("DBT_CLOUD_ACCOUNT_ID"))\n',
    "as a class with literals": 'cloud = DbtCloudClientResource(auth_token="t", account_id=12345)\n',
    "with constants": 'ACCOUNT = 12345\nTOKEN = os.environ["DBT_CLOUD_API_TOKEN"]\ncloud = DbtCloudClientResource(auth_token=TOKEN, account_id=ACCOUNT)\n',
    "with a host": 'cloud = DbtCloudClientResource(auth_token="t", account_id=12345, dbt_cloud_host="https://cloud.getdbt.com/")\n',
    "with retries": 'cloud = DbtCloudClientResource(auth_token="t", account_id=12345, request_max_retries=5, request_retry_delay=2)\n',
    "with a dict by name": 'CONFIG = {"auth_token": "t", "account_id": 12345}\ncloud = dbt_cloud_resource.configured(CONFIG)\n',
    "by a function": 'def get_cloud():\n    return DbtCloudClientResource(auth_token="t", account_id=12345)\n\n\ncloud = get_cloud()\n',
}
_LOAD = "models = load_assets_from_dbt_cloud_job(dbt_cloud=cloud, job_id=67890)\n"
_DEFS = "defs = Definitions(assets=[models])\n"
_BUILT_HERE = _BUILT["as a class"]

_LOADS = {
    "one": _LOAD + _DEFS,
    "by position": "models = load_assets_from_dbt_cloud_job(cloud, 67890)\n" + _DEFS,
    "named like the decorator": "dbt_cloud_assets = load_assets_from_dbt_cloud_job(dbt_cloud=cloud, job_id=67890)\ndefs = Definitions(assets=[dbt_cloud_assets])\n",
    "with resources": _LOAD + 'defs = Definitions(assets=[models], resources={"dbt_cloud": cloud})\n',
    "with a schedule": _LOAD + 'everything = define_asset_job("everything", selection=AssetSelection.all())\n'
    'defs = Definitions(assets=[models], jobs=[everything], schedules=[ScheduleDefinition(job=everything, cron_schedule="@daily")])\n',
    "with other assets": _LOAD
    + "@asset\ndef report():\n    return 1\n\n\ndefs = Definitions(assets=[models, report])\n",
    "with an asset downstream": _LOAD
    + '@asset(deps=[AssetKey("orders")])\ndef report():\n    return 1\n\n\ndefs = Definitions(assets=[models, report])\n',
    "with a key function": 'models = load_assets_from_dbt_cloud_job(\n    dbt_cloud=cloud,\n    job_id=67890,\n    node_info_to_asset_key=lambda info: AssetKey(["dbt", info["name"]]),\n)\n'
    + _DEFS,
    "with a group function": 'def group_of(info):\n    return info["schema"]\n\n\nmodels = load_assets_from_dbt_cloud_job(dbt_cloud=cloud, job_id=67890, node_info_to_group_fn=group_of)\n'
    + _DEFS,
    "with partitions": 'models = load_assets_from_dbt_cloud_job(\n    dbt_cloud=cloud,\n    job_id=67890,\n    partitions_def=DailyPartitionsDefinition(start_date="2024-01-01"),\n    partition_key_to_vars_fn=lambda key: {"day": key},\n)\n'
    + _DEFS,
    "with a job from the environment": 'models = load_assets_from_dbt_cloud_job(dbt_cloud=cloud, job_id=int(os.getenv("DBT_CLOUD_JOB_ID")))\n'
    + _DEFS,
    "with a job by name": "JOB_ID = 67890\nmodels = load_assets_from_dbt_cloud_job(dbt_cloud=cloud, job_id=JOB_ID)\n"
    + _DEFS,
    "in a list": "models = [load_assets_from_dbt_cloud_job(dbt_cloud=cloud, job_id=67890)]\ndefs = Definitions(assets=models)\n",
    "two": "models = load_assets_from_dbt_cloud_job(dbt_cloud=cloud, job_id=67890)\nothers = load_assets_from_dbt_cloud_job(dbt_cloud=cloud, job_id=67891)\ndefs = Definitions(assets=[models, others])\n",
    "in a comprehension": "models = [load_assets_from_dbt_cloud_job(dbt_cloud=cloud, job_id=job_id) for job_id in (67890, 67891)]\ndefs = Definitions(assets=models)\n",
    "in a loop": "models = []\nfor job_id in (67890, 67891):\n    models.append(load_assets_from_dbt_cloud_job(dbt_cloud=cloud, job_id=job_id))\ndefs = Definitions(assets=models)\n",
    "where it is used": "defs = Definitions(assets=[load_assets_from_dbt_cloud_job(dbt_cloud=cloud, job_id=67890)])\n",
    "by a function": "def load(job_id):\n    return load_assets_from_dbt_cloud_job(dbt_cloud=cloud, job_id=job_id)\n\n\ndefs = Definitions(assets=[load(67890)])\n",
    "in a repository": _LOAD + "@repository\ndef everything():\n    return [models]\n",
    "with_resources": 'models = load_assets_from_dbt_cloud_job(dbt_cloud=cloud, job_id=67890)\ndefs = Definitions(assets=with_resources([models], {"dbt_cloud": cloud}))\n',
    "joined lists": "models = [load_assets_from_dbt_cloud_job(dbt_cloud=cloud, job_id=67890)]\n\n\n@asset\ndef report():\n    return 1\n\n\nothers = [report]\ndefs = Definitions(assets=[*models, *others])\n",
    "merged definitions": _LOAD
    + "defs = Definitions.merge(Definitions(assets=[models]), Definitions(assets=[]))\n",
}

_READ = '@op(required_resource_keys={{"dbt_cloud"}})\ndef work(context):\n{body}\n\n\n@job(resource_defs={{"dbt_cloud": cloud}})\ndef nightly():\n    work()\n\n\ndefs = Definitions(jobs=[nightly])\n'
_GIVEN = '@op\ndef work(context, dbt_cloud: DbtCloudClientResource):\n{body}\n\n\n@job\ndef nightly():\n    work()\n\n\ndefs = Definitions(jobs=[nightly], resources={{"dbt_cloud": cloud}})\n'
_MADE = '@asset\ndef made(context, dbt_cloud: DbtCloudClientResource):\n{body}\n\n\ndefs = Definitions(assets=[made], resources={{"dbt_cloud": cloud}})\n'

_BODIES = {
    "documented": "client = context.resources.dbt_cloud\nclient.run_job_and_poll(67890)",
    "at once": "context.resources.dbt_cloud.run_job_and_poll(job_id=67890)",
    "with an interval": "context.resources.dbt_cloud.run_job_and_poll(67890, poll_interval=30)",
    "with a limit": "context.resources.dbt_cloud.run_job_and_poll(67890, poll_timeout=3600)",
    "logged": 'ran = context.resources.dbt_cloud.run_job_and_poll(67890)\ncontext.log.info(f"run {ran.run_id} of {ran.job_id}")',
    "logged by a format": 'ran = context.resources.dbt_cloud.run_job_and_poll(67890)\ncontext.log.info("run %s", ran.run_id)',
    "metadata": 'ran = context.resources.dbt_cloud.run_job_and_poll(67890)\ncontext.add_output_metadata({"run": ran.run_id})',
    "in an Output": 'ran = context.resources.dbt_cloud.run_job_and_poll(67890)\nyield Output(ran.run_id, metadata={"job": ran.job_id})',
    "returned": "return context.resources.dbt_cloud.run_job_and_poll(67890)",
    "an id returned": "ran = context.resources.dbt_cloud.run_job_and_poll(67890)\nreturn ran.run_id",
    "details": 'ran = context.resources.dbt_cloud.run_job_and_poll(67890)\nreturn ran.run_details["href"]',
    "in try": 'try:\n    context.resources.dbt_cloud.run_job_and_poll(67890)\nfinally:\n    context.log.info("over")',
    "in a loop": "for job_id in (67890, 67891):\n    context.resources.dbt_cloud.run_job_and_poll(job_id)",
    "in a comprehension": "ids = [context.resources.dbt_cloud.run_job_and_poll(each).run_id for each in (67890, 67891)]\nreturn ids",
    "by a condition": 'if context.has_tag("full"):\n    context.resources.dbt_cloud.run_job_and_poll(67890)\nelse:\n    context.resources.dbt_cloud.run_job_and_poll(67891)',
    "started, then polled": 'run = context.resources.dbt_cloud.run_job(67890)\ncontext.resources.dbt_cloud.poll_run(run["id"])',
    "started alone": 'run = context.resources.dbt_cloud.run_job(67890)\nreturn run["id"]',
    "with a cause": 'context.resources.dbt_cloud.run_job_and_poll(67890, cause="nightly")',
    "with steps": 'context.resources.dbt_cloud.run_job_and_poll(67890, steps_override=["dbt build"])',
    "the job": 'return context.resources.dbt_cloud.get_job(67890)["name"]',
    "a run": 'return context.resources.dbt_cloud.get_run(5)["status"]',
    "results": 'results = context.resources.dbt_cloud.get_run_results(5)\nreturn len(results["results"])',
    "a manifest": 'return context.resources.dbt_cloud.get_manifest(5)["nodes"]',
    "artifacts": "return context.resources.dbt_cloud.list_run_artifacts(5)",
    "status compared": "ran = context.resources.dbt_cloud.run_job_and_poll(67890)\nreturn ran.run_status == DbtCloudRunStatus.SUCCESS",
    "status compared with the text": 'run = context.resources.dbt_cloud.get_run(5)\nreturn run["status_humanized"] == DbtCloudRunStatus.SUCCESS',
    "by getattr": 'getattr(context.resources, "dbt_cloud").run_job_and_poll(67890)',
    "a helper": "def go(client):\n    return client.run_job_and_poll(67890).run_id\n\n\nreturn go(context.resources.dbt_cloud)",
}
_OF_A_PARAMETER = {
    "documented": "dbt_cloud.get_dbt_client().run_job_and_poll(67890)",
    "by a name": "client = dbt_cloud.get_dbt_client()\nran = client.run_job_and_poll(67890)\ncontext.log.info(str(ran.run_id))",
    "an account": 'context.log.info(f"account {dbt_cloud.account_id}")\ndbt_cloud.get_dbt_client().run_job_and_poll(67890)',
    "cancelled": "dbt_cloud.get_dbt_client().cancel_run(5)",
}
_OPS = {
    "configured": 'run_it = dbt_cloud_run_op.configured({"job_id": 67890}, name="run_it")\n\n\n@job(resource_defs={"dbt_cloud": cloud})\ndef nightly():\n    run_it()\n\n\ndefs = Definitions(jobs=[nightly])\n',
    "configured with an interval": 'run_it = dbt_cloud_run_op.configured(\n    {"job_id": 67890, "poll_interval": 30, "poll_timeout": 600}, name="run_it"\n)\n\n\n@job(resource_defs={"dbt_cloud": cloud})\ndef nightly():\n    run_it()\n\n\ndefs = Definitions(jobs=[nightly])\n',
    "one after the other": 'first = dbt_cloud_run_op.configured({"job_id": 67890}, name="first")\nsecond = dbt_cloud_run_op.configured({"job_id": 67891}, name="second")\n\n\n@job(resource_defs={"dbt_cloud": cloud})\ndef nightly():\n    second(start_after=first())\n\n\ndefs = Definitions(jobs=[nightly])\n',
    "after another op": 'run_it = dbt_cloud_run_op.configured({"job_id": 67890}, name="run_it")\n\n\n@op\ndef extract():\n    return 1\n\n\n@job(resource_defs={"dbt_cloud": cloud})\ndef nightly():\n    run_it(start_after=[extract()])\n\n\ndefs = Definitions(jobs=[nightly])\n',
    "without materializations": 'run_it = dbt_cloud_run_op.configured({"job_id": 67890, "yield_materializations": False}, name="run_it")\n\n\n@job(resource_defs={"dbt_cloud": cloud})\ndef nightly():\n    run_it()\n\n\ndefs = Definitions(jobs=[nightly])\n',
    "in a graph": 'run_it = dbt_cloud_run_op.configured({"job_id": 67890}, name="run_it")\n\n\n@graph\ndef all_of_it():\n    run_it()\n\n\nnightly = all_of_it.to_job(resource_defs={"dbt_cloud": cloud})\ndefs = Definitions(jobs=[nightly])\n',
}

HEAD = """import os

from dagster import (
    AssetKey,
    AssetSelection,
    DailyPartitionsDefinition,
    Definitions,
    EnvVar,
    Output,
    ScheduleDefinition,
    asset,
    define_asset_job,
    graph,
    job,
    op,
    repository,
    with_resources,
)
from dagster_dbt import (
    DbtCloudClientResource,
    DbtCloudRunStatus,
    dbt_cloud_resource,
    dbt_cloud_run_op,
    load_assets_from_dbt_cloud_job,
)

"""


def _indented(text: str) -> str:
    return "".join(f"    {line}\n" if line else "\n" for line in text.split("\n")).rstrip("\n")


def _programs() -> Mapping[str, Mapping[str, str]]:
    found = {f"resource: {name}": text + "\n" + _LOAD + _DEFS for name, text in _BUILT.items()}
    found |= {f"load: {name}": _BUILT_HERE + "\n" + text for name, text in _LOADS.items()}
    found |= {
        f"op: {name}": _BUILT_HERE + "\n\n" + _READ.format(body=_indented(text))
        for name, text in _BODIES.items()
    }
    found |= {
        f"parameter: {name}": _BUILT_HERE + "\n\n" + _GIVEN.format(body=_indented(text))
        for name, text in _OF_A_PARAMETER.items()
    }
    found |= {
        f"asset: {name}": _BUILT_HERE + "\n\n" + _MADE.format(body=_indented(text))
        for name, text in _OF_A_PARAMETER.items()
    }
    found |= {f"run op: {name}": _BUILT_HERE + "\n" + text for name, text in _OPS.items()}
    return {name: {"program.py": HEAD + text} for name, text in found.items()} | _IN_FILES


_RESOURCES_FILE = 'from dagster import EnvVar\nfrom dagster_dbt import DbtCloudClientResource\n\ncloud = DbtCloudClientResource(auth_token=EnvVar("DBT_CLOUD_API_TOKEN"), account_id=12345)\n'
_IN_FILES: Mapping[str, Mapping[str, str]] = {
    "files: a resource and its load": {
        "shop/__init__.py": "",
        "shop/resources.py": _RESOURCES_FILE,
        "shop/assets.py": "from dagster_dbt import load_assets_from_dbt_cloud_job\n\nfrom .resources import cloud\n\nmodels = load_assets_from_dbt_cloud_job(dbt_cloud=cloud, job_id=67890)\n",
        "shop/definitions.py": "from dagster import Definitions\n\nfrom .assets import models\n\ndefs = Definitions(assets=[models])\n",
    },
    "files: a dict of resources": {
        "shop/__init__.py": "",
        "shop/resources.py": _RESOURCES_FILE + '\nRESOURCES = {"dbt_cloud": cloud}\n',
        "shop/ops.py": 'from dagster import job, op\n\n\n@op(required_resource_keys={"dbt_cloud"})\ndef work(context):\n    context.resources.dbt_cloud.run_job_and_poll(67890)\n\n\n@job\ndef nightly():\n    work()\n',
        "shop/definitions.py": "from dagster import Definitions\n\nfrom .ops import nightly\nfrom .resources import RESOURCES\n\ndefs = Definitions(jobs=[nightly], resources=RESOURCES)\n",
    },
    "files: a resource for each deployment": {
        "shop/__init__.py": "",
        "shop/resources.py": _RESOURCES_FILE
        + '\nRESOURCES = {"prod": {"dbt_cloud": cloud}, "staging": {"dbt_cloud": cloud}}\n',
        "shop/ops.py": 'from dagster import job, op\n\n\n@op(required_resource_keys={"dbt_cloud"})\ndef work(context):\n    context.resources.dbt_cloud.run_job_and_poll(67890)\n\n\n@job\ndef nightly():\n    work()\n',
        "shop/definitions.py": 'import os\n\nfrom dagster import Definitions\n\nfrom .ops import nightly\nfrom .resources import RESOURCES\n\ndefs = Definitions(jobs=[nightly], resources=RESOURCES[os.getenv("DEPLOYMENT", "prod")])\n',
    },
    "files: load_assets_from_modules": {
        "shop/__init__.py": "",
        "shop/assets.py": _RESOURCES_FILE.replace(
            "import DbtCloudClientResource", "import DbtCloudClientResource, load_assets_from_dbt_cloud_job"
        )
        + "models = load_assets_from_dbt_cloud_job(dbt_cloud=cloud, job_id=67890)\n",
        "shop/definitions.py": "from dagster import Definitions, load_assets_from_modules\n\nfrom . import assets\n\ndefs = Definitions(assets=load_assets_from_modules([assets]))\n",
    },
    "files: constants": {
        "shop/__init__.py": "",
        "shop/constants.py": "DBT_CLOUD_JOB_ID = 67890\n",
        "shop/assets.py": _RESOURCES_FILE.replace(
            "import DbtCloudClientResource", "import DbtCloudClientResource, load_assets_from_dbt_cloud_job"
        ).replace("\n\ncloud", "\n\nfrom .constants import DBT_CLOUD_JOB_ID\n\ncloud")
        + "models = load_assets_from_dbt_cloud_job(dbt_cloud=cloud, job_id=DBT_CLOUD_JOB_ID)\n",
        "shop/definitions.py": "from dagster import Definitions\n\nfrom .assets import models\n\ndefs = Definitions(assets=[models])\n",
    },
}

PROGRAMS = _programs()
