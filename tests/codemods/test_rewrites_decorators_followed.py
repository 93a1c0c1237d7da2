"""Decorators of the tree: what they make of a function is followed, into registries and through functions of their own.

What threads call by another name than the function's is followed likewise.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from rewriting import migrate

HEAD = """
import functools
import os
from functools import partial
from concurrent.futures import ThreadPoolExecutor
from dagster import Definitions, Failure, job, op
from dagster_dbt import DbtCloudClientResource

"""
TAIL = """

@job
def nightly():
    go()


cloud = DbtCloudClientResource(auth_token=os.environ["T"], account_id=12345)
defs = Definitions(jobs=[nightly], resources={"dbt_cloud": cloud})
"""
FOLLOWED = {
    "registry": """
HANDLERS = {}

def register(name):
    def wrap(f):
        HANDLERS[name] = f
        return f
    return wrap

@register("nightly")
def nightly_handler(client):
    client.run_job_and_poll(67890)

@register("finance")
def finance_handler(client):
    return client.run_job_and_poll(67891).run_id

@op
def go(dbt_cloud: DbtCloudClientResource):
    client = dbt_cloud.get_dbt_client()
    HANDLERS["nightly"](client)
    HANDLERS["finance"](client)
""",
    "list of steps": """
STEPS = []

def step(f):
    STEPS.append(f)
    return f

@step
def a(client):
    client.run_job_and_poll(67890)

@step
def b(client):
    client.run_job_and_poll(67891)

@op
def go(dbt_cloud: DbtCloudClientResource):
    client = dbt_cloud.get_dbt_client()
    for s in STEPS:
        s(client)
""",
    "registry that is an object": """
class Registry:
    def __init__(self):
        self._handlers = {}

    def register(self, name):
        def wrap(f):
            self._handlers[name] = f
            return f
        return wrap

    def get(self, name):
        return self._handlers[name]

registry = Registry()

@registry.register("nightly")
def a(client):
    client.run_job_and_poll(67890)

@op
def go(dbt_cloud: DbtCloudClientResource):
    registry.get("nightly")(dbt_cloud.get_dbt_client())
""",
    "wraps": """
def with_client(fn):
    @functools.wraps(fn)
    def inner(context, *args, **kwargs):
        client = context.resources.dbt_cloud.get_dbt_client()
        return fn(context, client, *args, **kwargs)
    return inner

@with_client
def run_it(context, client, job_id):
    return client.run_job_and_poll(job_id).run_id

@op(required_resource_keys={"dbt_cloud"})
def go(context):
    run_it(context, 67891)
""",
    "makes an op": """
def with_client(fn):
    @op(name=fn.__name__, required_resource_keys={"dbt_cloud"})
    def inner(context):
        return fn(context.resources.dbt_cloud.get_dbt_client())
    return inner

@with_client
def go(client):
    client.run_job_and_poll(67891)
""",
    "client of a resource": """
def with_client(fn):
    def inner(dbt, job_id):
        return fn(dbt.get_dbt_client(), job_id)
    return inner

@with_client
def run(client, job_id):
    return client.run_job_and_poll(job_id).run_id

@with_client
def details(client, job_id):
    return client.get_job(job_id)["name"]

@op
def go(context, dbt_cloud: DbtCloudClientResource):
    context.log.info(f"{run(dbt_cloud, 67891)} {details(dbt_cloud, 67891)}")
""",
    "reads the run": """
def logged(fn):
    @functools.wraps(fn)
    def inner(client, job_id):
        print("job", job_id)
        output = fn(client, job_id)
        print(output.run_id, output.run_details["status"])
        return output
    return inner

@logged
def run(client, job_id):
    return client.run_job_and_poll(job_id)

@op
def go(context, dbt_cloud: DbtCloudClientResource):
    out = run(dbt_cloud.get_dbt_client(), 67891)
    context.log.info(str(out.run_details["status_humanized"]))
""",
    "keeps the run": """
CACHE = {}
def cached(fn):
    def inner(client, job_id):
        if job_id not in CACHE:
            CACHE[job_id] = fn(client, job_id)
        return CACHE[job_id]
    return inner

@cached
def run(client, job_id):
    return client.run_job_and_poll(job_id)

@op
def go(context, dbt_cloud: DbtCloudClientResource):
    client = dbt_cloud.get_dbt_client()
    run(client, 67891)
    print(str(run(client, 67891).run_details["status_humanized"]))
""",
    "changes a keyword": """
def with_kwargs(fn):
    def inner(dbt, **kwargs):
        kwargs["job_id"] = 67891
        return fn(dbt.get_dbt_client(), **kwargs)
    return inner

@with_kwargs
def run(client, job_id):
    return client.run_job_and_poll(job_id).run_id

@op
def go(context, dbt_cloud: DbtCloudClientResource):
    run(dbt_cloud, job_id=67890)
""",
    "one of two functions": """
def maybe(fn):
    if os.environ.get("OFF"):
        return fn
    def inner(client, job_id):
        return fn(client, 67891)
    return inner

@maybe
def run(client, job_id):
    return client.run_job_and_poll(job_id).run_id

@op
def go(context, dbt_cloud: DbtCloudClientResource):
    run(dbt_cloud.get_dbt_client(), 67890)
""",
    "yields": """
def gen(fn):
    def inner(client):
        yield fn(client)
    return inner

@gen
def run(client):
    return client.run_job_and_poll(67891)

@op
def go(context, dbt_cloud: DbtCloudClientResource):
    for out in run(dbt_cloud.get_dbt_client()):
        print(str(out.run_details["status_humanized"]))
""",
    "sets an attribute": """
def patched(fn):
    fn.job = 67891
    return fn

@patched
def run(client):
    return client.run_job_and_poll(run.job)

@op
def go(context, dbt_cloud: DbtCloudClientResource):
    out = run(dbt_cloud.get_dbt_client())
    print(str(out.run_details["status_humanized"]))
""",
    "below an op": """
def with_client(fn):
    def inner(context):
        return fn(context, context.resources.dbt_cloud.get_dbt_client())
    inner.__name__ = fn.__name__
    return inner

@op(required_resource_keys={"dbt_cloud"})
@with_client
def go(context, client):
    out = client.run_job_and_poll(67891)
    context.log.info(out.run_details["status_humanized"])
""",
    "below an op that answers a run": """
def with_client(fn):
    def inner(context):
        return fn(context, context.resources.dbt_cloud.get_dbt_client())
    inner.__name__ = fn.__name__
    return inner

@op(required_resource_keys={"dbt_cloud"})
@with_client
def start(context, client):
    return client.run_job_and_poll(67891)

@op
def note(context, out):
    context.log.info(str(out.run_id))
    print(out.run_details["status_humanized"])
""",
    "below an op, with arguments of its own": """
def with_jobs(*jobs):
    def deco(fn):
        def inner(context):
            return fn(context, context.resources.dbt_cloud.get_dbt_client(), jobs)
        inner.__name__ = fn.__name__
        return inner
    return deco

@op(required_resource_keys={"dbt_cloud"})
@with_jobs(67890, 67891)
def go(context, client, jobs):
    for job in jobs:
        client.run_job_and_poll(job)
""",
    "partial": """
def run_job(client, job_id, interval=10):
    return client.run_job_and_poll(job_id, poll_interval=interval).run_id

@op
def go(dbt_cloud: DbtCloudClientResource):
    run = partial(run_job, dbt_cloud.get_dbt_client(), interval=1)
    run(67890)
    run(67891)
""",
    "partial that is mapped": """
def a(client, job_id, wait=True):
    print(client.get_job(job_id)["name"])

@op
def go(dbt_cloud: DbtCloudClientResource):
    client = dbt_cloud.get_dbt_client()
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(partial(a, client, wait=False), [67890, 67891]))
""",
    "partial of a method": """
class Runner:
    def run(self, client, job_id):
        print(client.run_job_and_poll(job_id).run_id)

@op
def go(dbt_cloud: DbtCloudClientResource):
    run = partial(Runner().run, dbt_cloud.get_dbt_client())
    run(67891)
""",
    "partial of functions of a loop": """
def a(client, job_id):
    print(client.run_job_and_poll(job_id).run_id)

def b(client, job_id):
    print(client.get_job(job_id)["name"])

@op
def go(dbt_cloud: DbtCloudClientResource):
    for f in (a, b):
        partial(f, dbt_cloud.get_dbt_client())(67891)
""",
    "partial in a list": """
def a(client, job_id):
    print(client.run_job_and_poll(job_id).run_id)

@op
def go(dbt_cloud: DbtCloudClientResource):
    client = dbt_cloud.get_dbt_client()
    for run in [partial(a, client, 67890), partial(a, client, 67891)]:
        run()
""",
    "called by a thread": """
def told(fn):
    def inner(client, job_id):
        print(client.get_job(job_id)["name"])
        return fn(client, job_id)
    return inner

@told
def run(client, job_id):
    client.run_job_and_poll(job_id)

@op
def go(dbt_cloud: DbtCloudClientResource):
    with ThreadPoolExecutor(2) as pool:
        pool.submit(run, dbt_cloud.get_dbt_client(), 67891).result()
""",
    "functions of a loop in a thread": """
def a(client):
    print(client.get_job(67891)["name"])

def b(client):
    print(client.get_job(67890)["name"])

@op
def go(dbt_cloud: DbtCloudClientResource):
    with ThreadPoolExecutor(2) as pool:
        for f in (a, b):
            pool.submit(f, dbt_cloud.get_dbt_client()).result()
""",
    "function that is answered in a thread": """
def a(client):
    print(client.get_job(67891)["name"])

def pick():
    return a

@op
def go(dbt_cloud: DbtCloudClientResource):
    f = pick()
    with ThreadPoolExecutor(2) as pool:
        pool.submit(f, dbt_cloud.get_dbt_client()).result()
""",
    "function that is passed to a thread": """
def a(client):
    print(client.get_job(67891)["name"])

def later(pool, f, client):
    return pool.submit(f, client).result()

@op
def go(dbt_cloud: DbtCloudClientResource):
    with ThreadPoolExecutor(2) as pool:
        later(pool, a, dbt_cloud.get_dbt_client())
""",
}
KEPT = {
    "arguments of any number": """
def returning_status(fn):
    @functools.wraps(fn)
    def inner(*args, **kwargs):
        output = fn(*args, **kwargs)
        return output.run_details["status_humanized"]
    return inner

@returning_status
def run(client, job_id):
    return client.run_job_and_poll(job_id)

@op
def go(context, dbt_cloud: DbtCloudClientResource):
    print(str(run(dbt_cloud.get_dbt_client(), 67891)))
""",
    "below an op, with another answer": """
def with_client(fn):
    def inner(context):
        fn(context, context.resources.dbt_cloud.get_dbt_client())
        return 5
    inner.__name__ = fn.__name__
    return inner

@op(required_resource_keys={"dbt_cloud"})
@with_client
def start(context, client):
    return client.run_job_and_poll(67891)

@op
def note(context, out):
    print(str(out))
""",
    "below an op, with an input": """
def with_client(fn):
    def inner(context, x):
        return fn(context, context.resources.dbt_cloud.get_dbt_client(), x)
    inner.__name__ = fn.__name__
    return inner

@op
def first(dbt_cloud: DbtCloudClientResource):
    return dbt_cloud.get_dbt_client().run_job_and_poll(67891)

@op(required_resource_keys={"dbt_cloud"})
@with_client
def second(context, client, x):
    print(x.run_details["status_humanized"])
""",
    "below an op, with a part of the answer": """
def with_client(fn):
    def inner(context):
        client = context.resources.dbt_cloud.get_dbt_client()
        client.get_job(67891)
        return fn(context, client).run_id
    inner.__name__ = fn.__name__
    return inner

@op(required_resource_keys={"dbt_cloud"})
@with_client
def start(context, client):
    return client.run_job_and_poll(67891)

@op
def note(context, out):
    print(str(type(out)))
""",
    "below an op, with a function around it": """
def notify(x):
    return 5
def with_client(fn):
    def inner(context):
        return notify(fn(context, context.resources.dbt_cloud.get_dbt_client()))
    inner.__name__ = fn.__name__
    return inner

@op(required_resource_keys={"dbt_cloud"})
@with_client
def start(context, client):
    return client.run_job_and_poll(67891)

@op
def note(context, out):
    print(str(type(out)))
""",
    "partial called with the client": """
def a(client, job_id):
    print(client.run_job_and_poll(job_id).run_id)

@op
def go(dbt_cloud: DbtCloudClientResource):
    run = partial(a, job_id=67891)
    run(dbt_cloud.get_dbt_client())
""",
    "partial of any arguments": """
def a(*args):
    print(args[0].run_job_and_poll(args[1]).run_id)

@op
def go(dbt_cloud: DbtCloudClientResource):
    run = partial(a, dbt_cloud.get_dbt_client())
    run(67891)
""",
    "another partial": """
def partial(f, *args):
    def inner(x):
        print(args[0].get_job(x)["name"])
        return f(*args, x)
    return inner

def a(client, job_id):
    print(client.run_job_and_poll(job_id).run_id)

@op
def go(dbt_cloud: DbtCloudClientResource):
    run = partial(a, dbt_cloud.get_dbt_client())
    run(67891)
""",
    "partial that is looked into": """
def a(client, job_id):
    print(client.run_job_and_poll(job_id).run_id)

@op
def go(dbt_cloud: DbtCloudClientResource):
    run = partial(a, dbt_cloud.get_dbt_client())
    print(run.args[0].get_job(67891)["name"])
    run(67891)
""",
    "partial that is looked into by a text": """
def a(client, job_id):
    print(client.run_job_and_poll(job_id).run_id)

@op
def go(dbt_cloud: DbtCloudClientResource):
    run = partial(a, dbt_cloud.get_dbt_client())
    c = getattr(run, "args")[0]
    print(c.get_job(67891)["name"])
    run(67891)
""",
    "a class": """
class Step:
    def __init__(self, fn):
        self.fn = fn
    def __call__(self, client):
        return self.fn(client)

@Step
def run(client):
    client.run_job_and_poll(67891)

@op
def go(context, dbt_cloud: DbtCloudClientResource):
    run(dbt_cloud.get_dbt_client())
""",
    "two decorators": """
def twice(fn):
    def inner(client, job_id):
        fn(client, job_id)
        return fn(client, job_id)
    return inner

def with_client(fn):
    def inner(dbt, job_id):
        return fn(dbt.get_dbt_client(), job_id)
    return inner

@with_client
@twice
def run(client, job_id):
    return client.run_job_and_poll(job_id).run_id

@op
def go(context, dbt_cloud: DbtCloudClientResource):
    run(dbt_cloud, 67891)
""",
    "with and without arguments": """
def step(fn=None, *, name="x"):
    def decorate(f):
        def inner(dbt):
            return f(dbt.get_dbt_client())
        return inner
    return decorate(fn) if fn else decorate

@step
def a(client):
    client.run_job_and_poll(67891)

@step(name="y")
def b(client):
    client.run_job_and_poll(67890)

@op
def go(context, dbt_cloud: DbtCloudClientResource):
    a(dbt_cloud)
    b(dbt_cloud)
""",
    "a method": """
def with_client(fn):
    def inner(self, job_id):
        return fn(self, self.dbt.get_dbt_client(), job_id)
    return inner

class Runner:
    def __init__(self, dbt):
        self.dbt = dbt

    @with_client
    def run(self, client, job_id):
        return client.run_job_and_poll(job_id).run_id

@op
def go(context, dbt_cloud: DbtCloudClientResource):
    Runner(dbt_cloud).run(67891)
""",
    "reads its class": """
HANDLERS = {}
def register(name):
    def wrap(f):
        HANDLERS[name] = f
        return f
    return wrap

@register("a")
def a(client):
    client.run_job_and_poll(67891)

def foreign(client):
    print(type(client).__name__)
    print(type(client).__module__)

HANDLERS["b"] = foreign

@op
def go(context, dbt_cloud: DbtCloudClientResource):
    for name in HANDLERS:
        HANDLERS[name](dbt_cloud.get_dbt_client())
""",
    "registers a lambda": """
HANDLERS = {}
def register(name):
    def wrap(f):
        HANDLERS[name] = f
        return f
    return wrap

@register("a")
def a(client):
    client.run_job_and_poll(67891)

register("b")(lambda client: client.run_job_and_poll(67890))

@op
def go(context, dbt_cloud: DbtCloudClientResource):
    HANDLERS["a"](dbt_cloud.get_dbt_client())
    HANDLERS["b"](dbt_cloud.get_dbt_client())
""",
    "a dict of its own": """
class Registry(dict):
    def add(self, f):
        self[f.__name__] = f
        return f

REG = Registry()

@REG.add
def a(client):
    client.run_job_and_poll(67891)

@op
def go(context, dbt_cloud: DbtCloudClientResource):
    REG["a"](dbt_cloud.get_dbt_client())
""",
    "another list in a thread": """
import pathlib
def a(client):
    print(client.get_job(67891)["name"])

FS = [a]
if os.environ.get("X"):
    from theirs import more
    FS.append(more)

@op
def go(dbt_cloud: DbtCloudClientResource):
    with ThreadPoolExecutor(2) as pool:
        for f in FS:
            pool.submit(f, dbt_cloud.get_dbt_client()).result()
""",
    "method by a name in a thread": """
class A:
    def run(self, client):
        print(client.get_job(67891)["name"])

@op
def go(dbt_cloud: DbtCloudClientResource):
    step = A().run
    with ThreadPoolExecutor(2) as pool:
        pool.submit(step, dbt_cloud.get_dbt_client()).result()
""",
}
REGISTRY = """
HANDLERS = {}


def register(name):
    def wrap(f):
        HANDLERS[name] = f
        return f

    return wrap
"""
HANDLED = """
from registry import register


@register("nightly")
def nightly(client):
    client.run_job_and_poll(67890)
"""
USED = (
    HEAD
    + """
import handlers
from registry import HANDLERS


@op
def go(dbt_cloud: DbtCloudClientResource):
    HANDLERS["nightly"](dbt_cloud.get_dbt_client())
"""
    + TAIL
)


@pytest.mark.parametrize("case", FOLLOWED)
def test_what_a_decorator_makes_is_followed(tmp_path: Path, case: str) -> None:
    texts, report = migrate(tmp_path, {"definitions.py": HEAD + FOLLOWED[case] + TAIL})
    assert not [one.message for one in report.findings if one.code.startswith("LDC3")]
    assert "get_dbt_client" not in texts["definitions.py"]


@pytest.mark.parametrize("case", KEPT)
def test_what_a_decorator_may_make_otherwise_keeps_the_client(tmp_path: Path, case: str) -> None:
    texts, report = migrate(tmp_path, {"definitions.py": HEAD + KEPT[case] + TAIL})
    assert "LDC303" in {one.code for one in report.findings}
    assert "cloud_v2" not in texts["definitions.py"]


def test_a_registry_of_another_file_is_followed(tmp_path: Path) -> None:
    texts, _ = migrate(tmp_path, {"registry.py": REGISTRY, "handlers.py": HANDLED, "definitions.py": USED})
    assert "client.trigger_job_run(67890)" in texts["handlers.py"]
    assert "legacy_shim" not in texts["definitions.py"]


@pytest.mark.parametrize(
    "more",
    [
        "register('more')(print)\n",
        "import theirs\ntheirs.fill(HANDLERS)\n",
        "def more(client):\n    theirs(client)\n\nfrom theirs import theirs\nHANDLERS['more'] = more\n",
        "setattr(__import__('theirs'), 'HANDLERS', HANDLERS)\n",
        "HANDLERS.update({'more': print})\n",
    ],
    ids=["called", "filled", "function", "handed out", "updated"],
)
def test_a_registry_that_others_fill_keeps_the_client(tmp_path: Path, more: str) -> None:
    files = {"registry.py": REGISTRY + more, "handlers.py": HANDLED, "definitions.py": USED}
    texts, report = migrate(tmp_path, files)
    assert "LDC303" in {one.code for one in report.findings}
    assert "run_job_and_poll" in texts["handlers.py"]


@pytest.mark.parametrize("read", ["job_id()", "settings.job_id()"])
@pytest.mark.parametrize("answer", ["fn() + 1", "int(os.environ['X'])"])
def test_an_id_is_what_the_decorator_makes_of_it(tmp_path: Path, read: str, answer: str) -> None:
    settings = f"import os\ndef other(fn):\n    def inner():\n        return {answer}\n    return inner\n\n@other\ndef job_id():\n    return 67890\n"
    text = (
        "import os\nimport settings\nfrom settings import job_id\nfrom dagster import Definitions\n"
        "from dagster_dbt import DbtCloudClientResource, load_assets_from_dbt_cloud_job\n"
        "cloud = DbtCloudClientResource(auth_token=os.environ['T'], account_id=12345)\n"
        f"models = load_assets_from_dbt_cloud_job(dbt_cloud=cloud, job_id={read})\ndefs = Definitions(assets=[models])\n"
    )
    texts, _ = migrate(tmp_path, {"settings.py": settings, "definitions.py": text})
    assert 'select="tag:daily"' not in texts["definitions.py"]


def test_a_name_in_the_body_of_a_job_is_an_input_and_no_context(tmp_path: Path) -> None:
    text = HEAD + (
        "@op\ndef load(dbt_cloud: DbtCloudClientResource):\n    return dbt_cloud.get_dbt_client().run_job_and_poll(67891)\n\n"
        "@op\ndef number():\n    return 5\n\n"
        "@op\ndef show(context, output, number):\n    print(output.run_id, number)\n\n"
        "@job\ndef nightly():\n    context = load()\n    show(context, number())\n\n"
        'cloud = DbtCloudClientResource(auth_token=os.environ["T"], account_id=12345)\n'
        'defs = Definitions(jobs=[nightly], resources={"dbt_cloud": cloud})\n'
    )
    texts, _ = migrate(tmp_path, {"definitions.py": text})
    assert 'print(output["id"], number)' in texts["definitions.py"]
