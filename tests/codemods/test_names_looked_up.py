"""Legacy names that code looks up by strings, and does not import: each counts as a use, and nothing is rewritten there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest
from rewriting import migrate

from legacy_shim.codemods import pipeline
from legacy_shim.codemods.options import Options

FOUND: dict[str, tuple[Mapping[str, str], Mapping[str, int]]] = {
    "names in a list": (
        {
            "a.py": 'import dagster_dbt\n\nNAMES = ["dbt_cloud_resource", "dbt_cloud_run_op"]\n'
            "cloud = getattr(dagster_dbt, NAMES[0])\n"
        },
        {"LDC114 a.py:4": 1},
    ),
    "names that a loop goes through": (
        {
            "a.py": "import dagster_dbt as dbt\n\nfor name in ('dbt_cloud_resource', 'DbtCliResource'):\n"
            "    globals()[name] = getattr(dbt, name, None)\n"
        },
        {"LDC114 a.py:4": 1},
    ),
    "a parameter": (
        {
            "a.py": "import dagster_dbt\n\n\ndef of_dbt(name):\n    return getattr(dagster_dbt, name)\n\n\n"
            "load = of_dbt('load_assets_from_dbt_cloud_job')\n"
        },
        {"LDC114 a.py:5": 1},
    ),
    "an object that answers every attribute": (
        {
            "a.py": "import dagster_dbt\n\n\nclass Old:\n    def __getattr__(self, name):\n"
            "        return getattr(dagster_dbt, name)\n\n\ncloud = Old().dbt_cloud_resource\n"
        },
        {"LDC114 a.py:6": 1},
    ),
    "the dict of the module": (
        {"a.py": "import dagster_dbt\n\ncloud = dagster_dbt.__dict__.get('dbt_cloud_resource')\n"},
        {"LDC114 a.py:3": 1},
    ),
    "vars": (
        {"a.py": "import dagster_dbt\n\ncloud = vars(dagster_dbt)['dbt_cloud_resource']\n"},
        {"LDC114 a.py:3": 1},
    ),
    "attrgetter": (
        {
            "a.py": "from operator import attrgetter\n\nimport dagster_dbt\n\n"
            "cloud = attrgetter('dbt_cloud_resource')(dagster_dbt)\n"
        },
        {"LDC114 a.py:5": 1},
    ),
    "the module is handed to a function": (
        {
            "a.py": "import dagster_dbt\n\n\ndef first(module, *names):\n"
            "    return next(vars(module)[name] for name in names if name in vars(module))\n\n\n"
            "cloud = first(dagster_dbt, 'DbtCloudClientResource', 'dbt_cloud_resource')\n"
        },
        {"LDC114 a.py:5": 2, "LDC114 a.py:8": 1},
    ),
    "the legacy package, by a name that is put together": (
        {"a.py": 'import dagster_dbt.cloud as cloud\n\n\ndef get(kind):\n    return getattr(cloud, "Dbt" + kind)\n'},
        {"LDC114 a.py:5": 1},
    ),
    "a path with a colon": (
        {"a.py": 'from pkgutil import resolve_name\n\ncloud = resolve_name("dagster_dbt.cloud:dbt_cloud_resource")\n'},
        {"LDC101 a.py:3": 1},
    ),
    "a path with dots": (
        {"a.py": 'from pydoc import locate\n\nclient = locate("dagster_dbt.cloud.resources.DbtCloudClientResource")\n'},
        {"LDC102 a.py:3": 1},
    ),
    "a path in a settings dict": (
        {"a.py": 'RESOURCES = {"dbt": "dagster_dbt.dbt_cloud_resource"}\n'},
        {"LDC101 a.py:1": 1},
    ),
    "code in a string": (
        {"a.py": 'exec("from dagster_dbt import dbt_cloud_resource as cloud")\n'},
        {"LDC101 a.py:1": 1},
    ),
    "a template of a file": (
        {"a.py": 'TEMPLATE = """\nfrom dagster import Definitions\nfrom dagster_dbt.cloud import dbt_cloud_run_op\n"""\n'},
        {"LDC105 a.py:1": 1},
    ),
}  # fmt: skip

NOT_FOUND: dict[str, str] = {
    "another name": "import dagster_dbt\n\ncli = getattr(dagster_dbt, 'DbtCliResource')\n# dbt_cloud_resource\n",
    "a resource key of that name, beside": (
        "import dagster_dbt\nfrom dagster import op\n\n\n@op(required_resource_keys={'dbt_cloud_resource'})\n"
        "def version(context):\n    return dagster_dbt.__version__\n"
    ),
    "a docstring": '"""It was dagster_dbt.dbt_cloud_resource:\n\nfrom dagster_dbt import dbt_cloud_resource\n"""\n',
    "a sentence": "raise ImportError('dagster_dbt.dbt_cloud_resource is gone')\n",
    "the version": "import dagster_dbt\n\nprint(dagster_dbt, dagster_dbt.__file__, 'dbt_cloud_resource')\n",
    "whether it is there": "import dagster_dbt\n\nIS_OLD = hasattr(dagster_dbt, 'dbt_cloud_resource')\n",
    "another package of the end of that name": "from pydoc import locate\n\nx = locate('my_dagster_dbt.dbt_cloud_resource')\n",
    "computed names, none of them legacy": (
        "import dagster_dbt\n\nNAMES = ['DbtCliResource']\ncli = getattr(dagster_dbt, NAMES[0])\n# dbt_cloud_resource\n"
    ),
}


@pytest.mark.parametrize("case", FOUND)
def test_a_name_that_is_looked_up_counts_and_stays(tmp_path: Path, case: str) -> None:
    files, sites = FOUND[case]
    now, report = migrate(tmp_path, files)
    uses = pipeline.scan([tmp_path], Options()).findings
    found = Counter(
        f"{one.code} {one.place.path.name}:{one.place.line}" for one in uses if one.code[3] == "1"
    )
    assert found == sites
    assert {name: now[name] for name in files} == dict(files)
    reasons = [each for each in report.findings if each.code == "LDC302"]
    assert len(reasons) == sum(sites.values())
    assert all("import" in each.message for each in reasons)


@pytest.mark.parametrize("case", NOT_FOUND)
def test_what_only_looks_like_one_is_no_use(tmp_path: Path, case: str) -> None:
    now, _ = migrate(tmp_path, {"a.py": NOT_FOUND[case]})
    assert pipeline.scan([tmp_path], Options()).findings == ()
    assert now["a.py"] == NOT_FOUND[case]
