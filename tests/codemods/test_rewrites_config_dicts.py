"""Resources that are configured by dicts which the code puts together: known to the last entry, or they stay."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import clean, migrate_one

IMPORTS = """
import os

from dagster import EnvVar, job, op
from dagster_dbt import DbtCloudClientResource, dbt_cloud_resource

"""
ENTRIES = '"auth_token": os.environ["TOKEN"], "account_id": 12345, "dbt_cloud_host": "https://acme.dbt.com"'
WORDS = 'auth_token=os.environ["TOKEN"], account_id=12345, dbt_cloud_host="https://acme.dbt.com"'
BASE = f"BASE = {{{ENTRIES}}}\n"
OF_BASE = "cloud = dbt_cloud_resource.configured(BASE)\n"
FUNCTION = f"def cfg(**over):\n    found = {{{ENTRIES}}}\n    found.update(over)\n    return found\n\n\n"
MAKE = f"def make(**extra):\n    return DbtCloudClientResource({WORDS}, **extra)\n\n\n"
USE = """

@op(required_resource_keys={"dbt_cloud"})
def weekly(context):
    return context.resources.dbt_cloud.run_job_and_poll(67891).run_id


@job(resource_defs={"dbt_cloud": cloud})
def refresh():
    weekly()
"""
ENVS = f"""ENVS = {{"dev": {{{ENTRIES.replace("12345", "'6'")}}}, "prod": dict({WORDS})}}\n"""
_NAMED = ('BASE["auth_token"]', 'BASE["account_id"]', 'BASE["dbt_cloud_host"]')
_HERE = ('os.environ["TOKEN"]', "12345", '"https://acme.dbt.com"')
FOLLOWED = {
    "spread": (
        f'{BASE}cloud = dbt_cloud_resource.configured({{**BASE, "request_max_retries": 2}})\n',
        _NAMED,
        "2",
    ),
    "dict with more": (
        f"{BASE}cloud = dbt_cloud_resource.configured(dict(BASE, request_max_retries=2))\n",
        _NAMED,
        "2",
    ),
    "a union": (
        f'{BASE}cloud = dbt_cloud_resource.configured(BASE | {{"request_max_retries": 2}})\n',
        _NAMED,
        "2",
    ),
    "a copy": (f"{BASE}cloud = dbt_cloud_resource.configured(dict(BASE))\n", _NAMED, ""),
    "dict of two": (
        f'{BASE}MORE = {{"request_max_retries": 2}}\ncloud = DbtCloudClientResource(**dict(**BASE, **MORE))\n',
        _NAMED,
        'MORE["request_max_retries"]',
    ),
    "a name of dict": (f"BASE = dict({WORDS})\n{OF_BASE}", _NAMED, ""),
    "put in": (f'{BASE}BASE["request_max_retries"] = 2\n{OF_BASE}', _NAMED, 'BASE["request_max_retries"]'),
    "updated": (
        f"{BASE}BASE.update(request_max_retries=2)\n{OF_BASE}",
        _NAMED,
        'BASE["request_max_retries"]',
    ),
    "by its environment": (
        f'ENVS = {{"prod": {{{ENTRIES}}}}}\ncloud = dbt_cloud_resource.configured(ENVS["prod"])\n',
        tuple(one.replace("BASE", 'ENVS["prod"]') for one in _NAMED),
        "",
    ),
    "one of several, by their name": (
        f'{ENVS}cloud = dbt_cloud_resource.configured(ENVS[os.getenv("ENV", "dev")])\n',
        (
            'ENVS[os.getenv("ENV", "dev")]["auth_token"]',
            'int(ENVS[os.getenv("ENV", "dev")]["account_id"])',
            'ENVS[os.getenv("ENV", "dev")]["dbt_cloud_host"].rstrip("/")',
        ),
        "",
    ),
    "one of several, spread": (
        f'{ENVS}ENV = os.environ["ENV"]\ncloud = DbtCloudClientResource(**ENVS[ENV])\n',
        (
            'ENVS[ENV]["auth_token"]',
            'int(ENVS[ENV]["account_id"])',
            'ENVS[ENV]["dbt_cloud_host"].rstrip("/")',
        ),
        "",
    ),
    "one of several, or another": (
        f'{BASE}ENVS = {{"dev": {{**BASE, "account_id": 6}}}}\nCONFIG = ENVS.get(os.getenv("ENV"), BASE)\ncloud = DbtCloudClientResource(**CONFIG)\n',
        ('CONFIG["auth_token"]', 'CONFIG["account_id"]', 'CONFIG["dbt_cloud_host"].rstrip("/")'),
        "",
    ),
    "got of several": (
        f'{BASE}ENVS = {{"dev": {{**BASE, "account_id": 6}}}}\ncloud = DbtCloudClientResource(**ENVS.get(os.getenv("ENV"), BASE))\n',
        tuple(
            f'ENVS.get(os.getenv("ENV"), BASE)["{name}"]{end}'
            for name, end in (("auth_token", ""), ("account_id", ""), ("dbt_cloud_host", '.rstrip("/")'))
        ),
        "",
    ),
    "one of several, in a function": (
        f'def settings(name):\n    common = {{{ENTRIES}}}\n    return {{"prod": {{**common, "request_max_retries": 5}}, "dev": {{**common, "request_max_retries": 1}}}}[name]\n\n\n'
        'cloud = DbtCloudClientResource(**settings(os.getenv("ENV", "dev")))\n',
        tuple(
            f'settings(os.getenv("ENV", "dev"))["{name}"]{end}'
            for name, end in (("auth_token", ""), ("account_id", ""), ("dbt_cloud_host", '.rstrip("/")'))
        ),
        'settings(os.getenv("ENV", "dev"))["request_max_retries"]',
    ),
    "one of two, by a branch": (
        f'if os.getenv("ENV") == "prod":\n    CONFIG = {{{ENTRIES}}}\nelse:\n    CONFIG = {{{ENTRIES}, "disable_schedule_on_trigger": False}}\n'
        "cloud = dbt_cloud_resource.configured(CONFIG)\n",
        ('CONFIG["auth_token"]', 'CONFIG["account_id"]', 'CONFIG["dbt_cloud_host"].rstrip("/")'),
        "",
    ),
    "one of several, with environment variables": (
        'ENVS = {"dev": {"auth_token": {"env": "DEV"}, "account_id": 1, "dbt_cloud_host": "a"},\n'
        '        "prod": {"auth_token": {"env": "PROD"}, "account_id": 2, "dbt_cloud_host": "b"}}\n'
        'cloud = dbt_cloud_resource.configured(ENVS[os.environ["ENV"]])\n',
        (
            'os.environ[ENVS[os.environ["ENV"]]["auth_token"]["env"]]',
            'ENVS[os.environ["ENV"]]["account_id"]',
            'ENVS[os.environ["ENV"]]["dbt_cloud_host"].rstrip("/")',
        ),
        "",
    ),
    "a function": (
        f"def cfg():\n    return {{{ENTRIES}}}\n\n\ncloud = DbtCloudClientResource(**cfg())\n",
        tuple(one.replace("BASE", "cfg()") for one in _NAMED),
        "",
    ),
    "a function that updates": (
        f"{FUNCTION}cloud = dbt_cloud_resource.configured(cfg(request_max_retries=2))\n",
        tuple(one.replace("BASE", "cfg(request_max_retries=2)") for one in _NAMED),
        'cfg(request_max_retries=2)["request_max_retries"]',
    ),
    "a named answer": (
        f"{FUNCTION}CONFIG = cfg(request_max_retries=2)\ncloud = dbt_cloud_resource.configured(CONFIG)\n",
        tuple(one.replace("BASE", "CONFIG") for one in _NAMED),
        'CONFIG["request_max_retries"]',
    ),
}
KEPT = {
    "put in at times": f'{BASE}if "R" in os.environ:\n    BASE["request_max_retries"] = 2\n{OF_BASE}',
    "the host at times": f'{BASE}if "H" in os.environ:\n    BASE["dbt_cloud_host"] = os.environ["H"]\n{OF_BASE}',
    "put in by a function": f'{BASE}def more():\n    BASE["request_max_retries"] = 2\n\n\nmore()\n{OF_BASE}',
    "put in behind": f'{BASE}{OF_BASE}BASE["request_max_retries"] = 2\n',
    "put in by a key that is not known": f'{BASE}BASE[os.environ["K"]] = 2\n{OF_BASE}',
    "updated by what is not known": f"from acme import MORE\n{BASE}BASE.update(MORE)\n{OF_BASE}",
    "joined in place": f'{BASE}BASE |= {{"request_max_retries": 2}}\n{OF_BASE}',
    "taken out": f'{BASE}del BASE["dbt_cloud_host"]\n{OF_BASE}',
    "popped": f'{BASE}BASE.pop("dbt_cloud_host")\n{OF_BASE}',
    "given to another package": f"from acme import fill\n{BASE}fill(BASE)\n{OF_BASE}",
    "one of two": f'{BASE}OTHER = {{**BASE, "account_id": 7}}\ncloud = dbt_cloud_resource.configured(BASE if os.getenv("X") else OTHER)\n',
    "by an environment that is not known": f'ENVS = {{"prod": {{{ENTRIES}}}, "dev": {{}}}}\ncloud = dbt_cloud_resource.configured(ENVS[os.environ["X"]])\n',
    "one of several, where one has another setting": f'ENVS = {{"prod": {{{ENTRIES}}}, "dev": {{{ENTRIES}, "request_max_retries": 2}}}}\ncloud = dbt_cloud_resource.configured(ENVS[os.environ["X"]])\n',
    "one of several in a function, where one has another setting": f'def settings(name):\n    return {{"prod": {{{ENTRIES}}}, "dev": {{{ENTRIES}, "request_max_retries": 2}}}}[name]\n\n\ncloud = DbtCloudClientResource(**settings(os.environ["X"]))\n',
    "one of several in a function, and more": f"from acme import MORE\n\n\ndef settings(name):\n    return {{'prod': {{{ENTRIES}}}, **MORE}}[name]\n\n\ncloud = DbtCloudClientResource(**settings('prod'))\n",
    "one of several, where one is no environment variable": 'ENVS = {"prod": {"auth_token": {"env": "T"}, "account_id": 12345}, "dev": {"auth_token": "t", "account_id": 12345}}\ncloud = dbt_cloud_resource.configured(ENVS[os.environ["X"]])\n',
    "one of several, chosen by what may answer otherwise": f"from acme import current\n{ENVS}cloud = dbt_cloud_resource.configured(ENVS[current()])\n",
    "one of several, where one gets more": f'{ENVS}ENVS["prod"]["request_max_retries"] = 2\ncloud = dbt_cloud_resource.configured(ENVS[os.environ["X"]])\n',
    "one of several, and others": f'{ENVS}ENVS[os.environ["Y"]] = dict({WORDS}, request_max_retries=2)\ncloud = dbt_cloud_resource.configured(ENVS[os.environ["X"]])\n',
    "one of several, with a path in a host": f"""ENVS = {{"prod": {{{ENTRIES.replace("dbt.com", "dbt.com/api")}}}, "dev": {{{ENTRIES}}}}}\ncloud = dbt_cloud_resource.configured(ENVS[os.environ["X"]])\n""",
    "a comprehension": f"{BASE}cloud = dbt_cloud_resource.configured({{k: v for k, v in BASE.items()}})\n",
    "pairs": 'cloud = dbt_cloud_resource.configured(dict([("auth_token", "t"), ("account_id", 12345)]))\n',
    "a function with two answers": f'def cfg():\n    if "X" in os.environ:\n        return {{"account_id": 1}}\n    return {{{ENTRIES}}}\n\n\ncloud = dbt_cloud_resource.configured(cfg())\n',
    "a function that does more": f"def cfg():\n    print('read')\n    return {{{ENTRIES}}}\n\n\ncloud = dbt_cloud_resource.configured(cfg())\n",
    "a function that is decorated": f"from acme import cached\n\n\n@cached\ndef cfg():\n    return {{{ENTRIES}}}\n\n\ncloud = dbt_cloud_resource.configured(cfg())\n",
    "a function that gets what is not known": f"from acme import MORE\n{FUNCTION}cloud = dbt_cloud_resource.configured(cfg(**MORE))\n",
}


@pytest.mark.parametrize(("program", "settings", "retries"), FOLLOWED.values(), ids=FOLLOWED)
def test_a_dict_that_is_known_configures_a_workspace(
    tmp_path: Path, program: str, settings: tuple[str, ...], retries: str
) -> None:
    text, codes = migrate_one(tmp_path, IMPORTS + program + USE)
    assert not [code for code in codes if code.startswith("LDC3")]
    token, account, host = settings
    last = f"\n    request_max_retries={retries}," if retries else ""
    assert f"""DbtCloudWorkspace(
    credentials=DbtCloudCredentials(
        account_id={account},
        token={token},
        access_url={host},
    ),
    project_id=11,
    environment_id=22,{last}
)
""" in text  # fmt: skip
    assert "dbt_cloud_resource" not in text


@pytest.mark.parametrize("program", KEPT.values(), ids=KEPT)
def test_a_dict_that_may_hold_something_else_keeps_the_resource(tmp_path: Path, program: str) -> None:
    text, codes = migrate_one(tmp_path, IMPORTS + program + USE)
    assert "LDC302" in codes
    assert clean(program + USE) in text


HANDED_ON = {
    "nothing": ("cloud = make()\n", "cloud = make()\n"),
    "retries": ("cloud = make(request_max_retries=2)\n", "cloud = make(request_max_retries=2)\n"),
    "what a workspace has not": (
        "cloud = make(disable_schedule_on_trigger=False, request_retry_delay=2)\n",
        "cloud = make(request_retry_delay=2)\n",
    ),
}
NOT_HANDED_ON = {
    "a setting": 'cloud = make(dbt_cloud_host="https://other.dbt.com")\n',
    "resolved by Dagster": 'cloud = make(request_max_retries=EnvVar.int("R"))\n',
    "computed": 'cloud = make(disable_schedule_on_trigger="X" in os.environ)\n',
    "not written there": "from acme import MORE\n\ncloud = make(**MORE)\n",
    "by what is not known": "from acme import build\n\ncloud = make()\nother = build(make)\n",
}
CHANGED = {
    "a default": MAKE.replace("    return", '    extra.setdefault("request_max_retries", 2)\n    return'),
    "given twice": MAKE.replace("    return", "    print(extra)\n    return"),
    "decorated": f"from acme import cached\n\n\n@cached\n{MAKE}",
}


@pytest.mark.parametrize(("call", "after"), HANDED_ON.values(), ids=HANDED_ON)
def test_what_a_function_hands_on_goes_to_the_workspace(tmp_path: Path, call: str, after: str) -> None:
    text, codes = migrate_one(tmp_path, IMPORTS + MAKE + call + USE)
    assert not [code for code in codes if code.startswith("LDC3")]
    assert "        environment_id=22,\n        **extra,\n    )\n" in text
    assert after in text
    # Each call leaves the schedule alone, or what happens to it is reported.
    assert ("LDC208" in codes) == ("disable_schedule" not in call)


@pytest.mark.parametrize("call", NOT_HANDED_ON.values(), ids=NOT_HANDED_ON)
def test_what_a_workspace_may_not_take_keeps_the_resource(tmp_path: Path, call: str) -> None:
    text, codes = migrate_one(tmp_path, IMPORTS + MAKE + call + USE)
    assert "LDC302" in codes
    assert clean(MAKE) in text


@pytest.mark.parametrize("make", CHANGED.values(), ids=CHANGED)
def test_what_a_function_changes_before_it_hands_it_on_keeps_the_resource(tmp_path: Path, make: str) -> None:
    text, codes = migrate_one(tmp_path, f"{IMPORTS}{make}cloud = make()\n{USE}")
    assert "LDC302" in codes
    assert clean(make) in text
