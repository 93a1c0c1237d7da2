"""A planted token is looked for wherever Dagster or Python could keep it."""

import copy
import json
import logging
import pickle
import subprocess
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from dagster import (
    Definitions,
    FilesystemIOManager,
    OpExecutionContext,
    job,
    op,
    serialize_value,
)
from dagster._core.definitions.repository_definition import RepositoryDefinition
from dagster._core.remote_representation.external_data import RepositorySnap
from dagster._core.test_utils import instance_for_test

from legacy_shim.cloud.hidden import excerpt, hide, redact, reveal
from legacy_shim.cloud.ops import dbt_cloud_run_op
from legacy_shim.cloud.resources import DbtCloudClientResource, DbtCloudResource, dbt_cloud_resource
from legacy_shim.emulator import DbtCloud, Fault, Outcome, Server

MakeClient = Callable[..., DbtCloudResource]
LITERAL: dict[str, Callable[[str, str], Any]] = {
    "called": lambda token, host: dbt_cloud_resource(token, 12345, dbt_cloud_host=host),
    "configured": lambda token, host: dbt_cloud_resource.configured(
        {"auth_token": token, "account_id": 12345, "dbt_cloud_host": host}
    ),
    "class": lambda token, host: DbtCloudClientResource(
        api_token=token, account_id=12345, dbt_cloud_host=host
    ),
    "class at launch": lambda token, host: DbtCloudClientResource.configure_at_launch(
        auth_token=token, account_id=12345, dbt_cloud_host=host
    ),
    "object": lambda token, host: DbtCloudResource(token, 12345, dbt_cloud_host=host),
}


def everything_in(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def pickled(thing: Any) -> bytes:
    """What pickling `thing` writes, or says where it cannot be pickled."""
    try:
        return pickle.dumps(thing)
    except Exception as error:
        return str(error).encode()


@op(required_resource_keys={"dbt_cloud"})
def look_around(context: OpExecutionContext) -> Any:
    client = context.resources.dbt_cloud
    print(client, vars(client))  # goes to the compute logs
    context.log.info(f"{client!r} {vars(client)}")
    client.make_request("GET", "12345/jobs/67890/")
    return client.run_job_and_poll(67890, poll_interval=0.01)


@op
def pass_on(look_around: Any) -> Any:
    return look_around


@pytest.mark.parametrize("form", LITERAL)
@pytest.mark.parametrize("outcome", [10, 20])
def test_nothing_of_a_run_has_it(
    form: str,
    outcome: int,
    cloud: DbtCloud,
    server: Server,
    token: str,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("T_TOKEN", token)
    if outcome != 10:
        cloud.end_runs(Outcome(status=outcome, message=f"the log says {token}"))
    cloud.fail(Fault(status=500, body=f"you sent {token}", content_type="text/plain"))
    nightly = dbt_cloud_run_op.configured({"job_id": 67890, "poll_interval": 0.01}, name="nightly")
    files = FilesystemIOManager(base_dir=str(tmp_path / "outputs"))

    @job
    def the_job() -> None:
        pass_on(look_around())
        nightly()

    resource = LITERAL[form](token, server.url)
    defs = Definitions(jobs=[the_job], resources={"dbt_cloud": resource, "io_manager": files})
    with instance_for_test(temp_dir=str(tmp_path)) as instance:
        at_launch = {"auth_token": {"env": "T_TOKEN"}, "account_id": 12345, "dbt_cloud_host": server.url}
        result = defs.resolve_job_def("the_job").execute_in_process(
            run_config={"resources": {"dbt_cloud": {"config": at_launch}}}
            if form == "class at launch"
            else None,
            instance=instance,
            raise_on_error=False,
        )
        assert result.success == (outcome == 10)
        entries = instance.all_logs(result.run_id)
        told = [f"{serialize_value(entry)} {entry}" for entry in entries]
        assert any("HTTP" in text or "500" in text for text in told)  # the failure itself is told
        assert not any(token in text for text in told)
        compute_logs = [path for path in everything_in(tmp_path) if path.endswith((".out", ".err"))]
        assert any(b"account_id=12345" in Path(path).read_bytes() for path in compute_logs)
        holders = [path for path, content in everything_in(tmp_path).items() if token.encode() in content]
        assert holders == []
    captured = capfd.readouterr()
    assert "account_id=12345" in captured.out + captured.err
    assert token not in captured.out + captured.err


@pytest.mark.parametrize("form", LITERAL)
def test_serialized_definitions_do_not_have_it(form: str, server: Server, token: str) -> None:
    nightly = dbt_cloud_run_op.configured({"job_id": 67890}, name="nightly")
    resource = LITERAL[form](token, server.url)

    @job(resource_defs={} if form == "object" else {"dbt_cloud": resource})
    def own_resource() -> None:
        nightly()

    @job
    def the_job() -> None:
        nightly()

    jobs = [the_job] if form == "object" else [the_job, own_resource]
    repository = Definitions(jobs=jobs, resources={"dbt_cloud": resource}).get_repository_def()
    assert isinstance(repository, RepositoryDefinition)
    text = serialize_value(RepositorySnap.from_def(repository))
    assert "dbt_cloud" in text
    assert token not in text
    for job_def in repository.get_all_jobs():
        assert token not in serialize_value(job_def.get_job_snapshot())


@pytest.mark.parametrize("form", LITERAL)
def test_texts_and_copies_do_not_have_it(form: str, server: Server, token: str) -> None:
    resource = LITERAL[form](token, server.url)
    assert token not in f"{resource!r} {resource}"
    assert token not in repr(vars(resource))
    if isinstance(resource, DbtCloudClientResource):
        assert token not in resource.model_dump_json()
    assert token.encode() not in pickled(resource)
    assert token not in repr(copy.copy(resource))


def test_handle_of_another_process_is_an_error() -> None:
    with pytest.raises(ValueError, match="another process"):
        reveal("hidden-token-00000000")


def test_class_of_a_subclass_with_a_literal_default(server: Server, token: str) -> None:
    secret = token

    class OurCloud(DbtCloudClientResource):
        api_token: str = secret
        account_id: int = 12345

    resource = OurCloud(dbt_cloud_host=server.url)
    assert resource.get_job(67890)["id"] == 67890
    assert token not in repr(resource)
    repository = Definitions(resources={"dbt_cloud": resource}).get_repository_def()
    assert token not in serialize_value(RepositorySnap.from_def(repository))


FAILING: dict[str, Fault] = {
    "said by the server": Fault(
        status=400, body="your token is {token}", content_type="text/plain", times=None
    ),
    "said as JSON": Fault(status=403, body='{"status": {"user_message": "token {token}"}}', times=None),
    "said in HTML": Fault(status=500, body="<html><title>{token}</title></html>", times=None),
    "connection lost": Fault(lost=True, times=None),
    "cut": Fault(cut=True, times=None),
    "not JSON": Fault(body="Bearer {token}", times=None),
}


@pytest.mark.parametrize("fault", FAILING)
def test_exceptions_and_logs_do_not_have_it(
    fault: str, cloud: DbtCloud, make_client: MakeClient, token: str, caplog: pytest.LogCaptureFixture
) -> None:
    body = FAILING[fault].body
    told = body.replace("{token}", token) if isinstance(body, str) else body
    cloud.fail(Fault(**{**vars(FAILING[fault]), "body": told}))
    client = make_client(request_max_retries=1, log=logging.getLogger("test_secrets"), log_requests=True)
    caplog.set_level(logging.DEBUG)
    for call in (lambda: client.get_job(67890), lambda: client.run_job(67890)):
        with pytest.raises(Exception) as caught:  # noqa: PT011  # whichever: none may have it
            call()
        shown = "".join(traceback.format_exception(caught.value))
        assert token not in shown
        assert token not in repr(caught.value)
        assert token.encode() not in pickle.dumps(str(caught.value))
        assert_chain_is_clean(caught.value, token)
    assert caplog.records
    assert token not in caplog.text


def assert_chain_is_clean(error: BaseException | None, token: str) -> None:
    """What a reporter of exceptions could collect: the errors behind it and the requests that hang on them."""
    while error is not None:
        assert token not in repr(vars(error))
        for holder in (getattr(error, "request", None), getattr(error, "response", None)):
            assert token not in repr(vars(holder)) if holder is not None else True
        error = error.__cause__ or error.__context__


@pytest.mark.parametrize("broken", ["{token}\n{token}", "{token}\u2026"])
def test_token_that_no_header_can_carry(broken: str, make_client: MakeClient, token: str) -> None:
    with pytest.raises(ValueError, match="no HTTP header may carry") as caught:
        make_client(auth_token=broken.replace("{token}", token)).get_job(67890)
    assert token not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    "make",
    [
        lambda token: DbtCloudClientResource(auth_token=token),
        lambda token: DbtCloudClientResource(token=token, account_id=1),
        lambda token: DbtCloudClientResource(auth_token=token, account_id=1, request_max_retries="many"),
        lambda token: DbtCloudClientResource(auth_token="x", account_id=token),
        lambda token: DbtCloudResource(12345, token),
        lambda token: DbtCloudResource(token, token).get_job(1),
        lambda token: DbtCloudResource(token=token),
        lambda token: dbt_cloud_resource(token=token),
        lambda token: dbt_cloud_resource.configured({"auth_token": token, "api_token": token}),
    ],
)
def test_errors_of_constructors_do_not_have_it(make: Callable[[str], Any], token: str) -> None:
    with pytest.raises((TypeError, ValueError)) as caught:
        make(token)
    assert token not in str(caught.value) + repr(caught.value)


LITERALS = """\
import logging, sys, warnings
from legacy_shim import *
if "captured" in sys.argv:
    logging.basicConfig()
    logging.captureWarnings(True)
before = warnings.formatwarning
dbt_cloud_resource(api_token="{token}", account_id=12345)
dbt_cloud_resource.configured({{"auth_token": "{token}", "account_id": 12345}})
DbtCloudClientResource(auth_token="{token}", account_id=12345)
DbtCloudResource("{token}", 12345)
class Ours(DbtCloudClientResource): auth_token: str = "{token}"
assert warnings.formatwarning is before
warnings.warn("of another, for {token}")
"""


@pytest.mark.parametrize("way", ["shown", "captured"])
def test_literal_in_the_users_code_is_not_shown_with_the_warning(
    way: str, token: str, tmp_path: Path
) -> None:
    """Python shows the line of code that a warning is of. Where that line has the token, the code server's log had it."""
    (tmp_path / "user_code.py").write_text(LITERALS.format(token=token))
    command = [sys.executable, "user_code.py", way]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    lines = done.stderr.splitlines()
    for line in (2, 7, 8, 9, 10, 11):
        assert any(f"user_code.py:{line}: LegacyDbtCloudWarning: LDC1" in text for text in lines)
    (others, *source) = [number for number, text in enumerate(lines) if token in text]
    assert "of another" in lines[others]
    assert [lines[number].strip() for number in source] == [f'warnings.warn("of another, for {token}")']


def test_value_of_an_environment_variable_is_not_logged(
    cloud: DbtCloud, make_client: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    variable = cloud.add_environment_variable(11, "DBT_ENV_SECRET_X", "old", job_id=67890)
    caplog.set_level(logging.DEBUG)
    client = make_client(log=logging.getLogger("test_secrets"), log_requests=True)
    client.set_job_environment_variable(11, 67890, variable.id, "DBT_ENV_SECRET_X", "hush-hush")
    assert "Making Request" in caplog.text
    assert "hush-hush" not in caplog.text


LONG = 'dbtc_aB"3\\x/+9zQ7wK2mN5pR8tV1yC4'


@pytest.mark.parametrize(
    "spelling",
    [
        LONG,
        json.dumps(LONG),
        repr(LONG),
        quote(LONG, safe=""),
        quote_plus(LONG),
        LONG[:20],
        LONG[9:],
        LONG[6:18],
    ],
)
def test_token_is_taken_out_in_every_spelling_and_in_part(spelling: str) -> None:
    told = redact(f"before {spelling} behind", LONG)
    assert not any(LONG[at : at + 8] in told for at in range(len(LONG) - 8))
    assert told.startswith("before ") and told.endswith(" behind")


@pytest.mark.parametrize("kept", range(4, len(LONG)))
def test_text_that_was_cut_within_the_token_tells_nothing_of_it(kept: int) -> None:
    assert redact(f"before {LONG[:kept]}", LONG) == "before ***"


@pytest.mark.parametrize("before", range(340, 402))
def test_token_is_taken_out_before_a_quotation_is_cut(before: int) -> None:
    told = excerpt(f"{'x' * before} {LONG} and more", LONG)
    assert len(told) <= 400
    assert not any(LONG[at : at + 4] in told for at in range(len(LONG) - 4))


def test_words_that_look_a_little_like_a_token_stay() -> None:
    assert redact("the api_token of dbt_api", "dbt_api_token_here") == "the api_token of ***"
    assert redact("the api_token of dbt_api.", "dbt_api_token_here") == "the api_token of dbt_api."


def test_run_that_repeats_the_token_is_stored_without_it(make_client: MakeClient, token: str) -> None:
    """dbt Cloud shows the cause; the details of a run are stored by IO managers."""
    output = make_client().run_job_and_poll(67890, f"with {token}", poll_interval=0.01)
    assert output.run_details["trigger"]["cause"] == "with ***"
    assert token.encode() not in pickle.dumps(output)


def test_handles() -> None:
    handle = hide("dbtc_abc")
    assert reveal(handle) == "dbtc_abc"
    assert hide(handle) == handle
    assert hide("dbtc_abc") == handle != hide("dbtc_abd")
    assert reveal("plain") == "plain"
    assert redact("a dbtc_abc b", "dbtc_abc") == "a *** b"
    assert redact("abc", "abc") == "abc"  # as short as a word: no secret
