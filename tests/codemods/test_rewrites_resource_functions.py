"""Resources that functions of the user's make: a client, or an object of the user's own that holds one."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import clean, migrate, migrate_one

IMPORTS = """
import os

from dagster import Definitions, ResourceParam, build_init_resource_context, build_resources, job, op, resource
from dagster_dbt import DbtCloudResource, dbt_cloud_resource
from dagster_dbt.cloud.resources import DbtCloudClient

"""
CLIENT = """
@resource
def dbt(init_context):
    {answer}


@op(required_resource_keys={{"dbt"}})
def weekly(context):
    return context.resources.dbt.get_job(67891)


@job(resource_defs={bound})
def refresh():
    weekly()
"""
SETTINGS = 'auth_token=os.environ["TOKEN"], account_id=12345'
KEY = '{"dbt": dbt}'
BUILT = {
    "a client": (f"return DbtCloudClient({SETTINGS})", KEY),
    "a client that is yielded": (f"yield DbtCloudClient({SETTINGS})", KEY),
    "a legacy resource": (f"return DbtCloudResource({SETTINGS})", KEY),
    "with a name": (f"client = DbtCloudClient({SETTINGS})\n    return client", KEY),
    "with its configuration": (
        'return DbtCloudClient(auth_token=init_context.resource_config["token"], account_id=12345)',
        '{"dbt": dbt.configured({"token": "t"})}',
    ),
    "bound by a word": (f"return DbtCloudClient({SETTINGS})", "dict(dbt=dbt)"),
}
OWN = """
class Warehouse:
    def __init__(self, client):
        self.client = client

    def job(self):
        return self.client.get_job(67891)


@resource(required_resource_keys={{"dbt_cloud"}})
def warehouse(context):
    {answer}


@op(required_resource_keys={{"warehouse"}})
def weekly(context):
    return [context.resources.warehouse.job(), context.resources.warehouse.client.get_job(67890)]


cloud = dbt_cloud_resource.configured({{"auth_token": "t", "account_id": 12345}})
{more}

@job(resource_defs={bound})
def refresh():
    weekly()
"""
RETURNED = "return Warehouse(context.resources.dbt_cloud)"
BOTH = '{"warehouse": warehouse, "dbt_cloud": cloud}'
HELD = {
    "returned": (RETURNED, BOTH, ""),
    "yielded": ("yield Warehouse(context.resources.dbt_cloud)", BOTH, ""),
    "configured": (RETURNED, '{"warehouse": warehouse.configured({}), "dbt_cloud": cloud}', ""),
    "under a name": (RETURNED, '{KEY: warehouse, "dbt_cloud": cloud}', 'KEY = "warehouse"\n'),
    "put in": (
        RETURNED,
        "RESOURCES",
        'RESOURCES = {"dbt_cloud": cloud}\nRESOURCES["warehouse"] = warehouse\n',
    ),
    "by another name": (RETURNED, '{"warehouse": shop, "dbt_cloud": cloud}', "shop = warehouse\n"),
    "called by hand too": (
        RETURNED,
        BOTH,
        'print(warehouse(build_init_resource_context(resources={"dbt_cloud": cloud})).job())\n',
    ),
    "entered by hand too": (
        RETURNED,
        BOTH,
        f"with build_resources({BOTH}) as found:\n    print(found.warehouse.job())\n",
    ),
}
NOT_HELD = {
    "under a key that is not known": (
        RETURNED,
        '{KEY: warehouse, "dbt_cloud": cloud}',
        'KEY = os.environ.get("KEY", "warehouse")\n',
    ),
    "in a comprehension": (
        RETURNED,
        '{key: one for key, one in [("warehouse", warehouse), ("dbt_cloud", cloud)]}',
        "",
    ),
    "given to another package": (RETURNED, BOTH, "from acme import watch\n\nwatch(warehouse)\n"),
    "the client": ("return context.resources.dbt_cloud", BOTH, ""),
    "an object of another class": (
        "return Other(context.resources.dbt_cloud)",
        BOTH,
        "from acme import Other\n",
    ),
}


@pytest.mark.parametrize(("answer", "bound"), BUILT.values(), ids=BUILT)
def test_a_function_that_builds_a_client_builds_a_workspace(tmp_path: Path, answer: str, bound: str) -> None:
    text, codes = migrate_one(tmp_path, IMPORTS + CLIENT.format(answer=answer, bound=bound))
    assert not [code for code in codes if code.startswith("LDC3")]
    assert "    return context.resources.dbt.get_client().get_job_details(67891)\n" in text
    assert " DbtCloudWorkspace(\n        credentials=" in text


@pytest.mark.parametrize(("answer", "bound", "more"), HELD.values(), ids=HELD)
def test_a_function_that_makes_an_object_hands_it_to_the_code(
    tmp_path: Path, answer: str, bound: str, more: str
) -> None:
    text, codes = migrate_one(tmp_path, IMPORTS + OWN.format(answer=answer, bound=bound, more=more))
    assert not [code for code in codes if code.startswith("LDC3")]
    assert "return self.client.get_client().get_job_details(67891)" in text
    assert "context.resources.warehouse.client.get_client().get_job_details(67890)" in text


@pytest.mark.parametrize(("answer", "bound", "more"), NOT_HELD.values(), ids=NOT_HELD)
def test_a_function_whose_answer_may_go_elsewhere_keeps_it(
    tmp_path: Path, answer: str, bound: str, more: str
) -> None:
    program = OWN.format(answer=answer, bound=bound, more=more)
    text, codes = migrate_one(tmp_path, IMPORTS + program)
    assert "LDC303" in codes
    assert clean(program) in text


OPS = """
from dagster import op


@op(required_resource_keys={"warehouse"})
def weekly(context):
    return [context.resources.warehouse.api.get_job(67891), getattr(context.resources, "warehouse").api.get_job(67890)]
"""
OBJECT = """
from dagster import ConfigurableResource, Definitions, EnvVar, job
from dagster_dbt import DbtCloudClientResource
from ops import weekly


class Warehouse(ConfigurableResource):
    dbt: DbtCloudClientResource

    @property
    def api(self):
        return self.dbt.get_dbt_client()


@job
def refresh():
    weekly()


cloud = DbtCloudClientResource(auth_token=EnvVar("TOKEN"), account_id=12345)
defs = Definitions(jobs=[refresh], resources={"warehouse": Warehouse(dbt=cloud)})
"""


def test_files_without_a_legacy_name_are_read_for_the_keys_of_objects_that_hold_a_client(
    tmp_path: Path,
) -> None:
    texts, report = migrate(tmp_path, {"ops.py": OPS, "definitions.py": OBJECT})
    assert not [finding for finding in report.findings if finding.code.startswith("LDC3")]
    assert "context.resources.warehouse.api.get_job_details(67891)" in texts["ops.py"]
    assert 'getattr(context.resources, "warehouse").api.get_job_details(67890)' in texts["ops.py"]


@pytest.mark.parametrize("manager", ["@contextmanager", "@contextlib.contextmanager"])
def test_a_manager_that_is_a_resource_hands_the_client_to_the_code(tmp_path: Path, manager: str) -> None:
    answer = f"try:\n        yield DbtCloudClient({SETTINGS})\n    finally:\n        pass"
    program = CLIENT.format(answer=answer, bound=KEY).replace("@resource", f"@resource\n{manager}")
    imports = "import contextlib\nfrom contextlib import contextmanager\n"
    text, codes = migrate_one(tmp_path, imports + IMPORTS + program)
    assert not [code for code in codes if code.startswith("LDC3")]
    assert "    return context.resources.dbt.get_client().get_job_details(67891)\n" in text


def test_run_configuration_of_the_function_is_no_configuration_of_the_client(tmp_path: Path) -> None:
    answer = 'return DbtCloudClient(auth_token=init_context.resource_config["token"], account_id=12345)'
    bound = '{"dbt": dbt}, config={"resources": {"dbt": {"config": {"token": "t"}}}}'
    text, codes = migrate_one(tmp_path, IMPORTS + CLIENT.format(answer=answer, bound=bound))
    assert not {"LDC302", "LDC219"} & set(codes)
    assert 'config={"resources": {"dbt": {"config": {"token": "t"}}}}' in text
