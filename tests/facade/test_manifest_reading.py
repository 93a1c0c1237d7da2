"""A load reads a manifest while it comes, and of it what it needs: the outcome is that of the whole manifest."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import pytest
from dagster import AssetKey, AssetSpec
from hypothesis import given, settings
from hypothesis import strategies as st

from legacy_shim import DbtCloudClient, load_assets_from_dbt_cloud_job
from legacy_shim.cloud.failures import DbtCloudFailure
from legacy_shim.cloud.manifest_reading import manifest_to_load
from legacy_shim.emulator import DbtCloud, Fault
from legacy_shim.json_stream import entries
from legacy_shim.json_text import JsonError, parse_json

pytestmark = pytest.mark.filterwarnings("ignore")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=12,
)
DOCUMENTS = st.dictionaries(st.text(max_size=4), JSON, max_size=4)


def pieces_of(text: str, cuts: list[int]) -> Iterator[str]:
    places = sorted({0, len(text), *(cut % (len(text) + 1) for cut in cuts)})
    return (text[start:end] for start, end in pairwise(places))


def read(pieces: Iterator[str], **limit: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, inner, value in entries(pieces, **limit):
        if inner is None:
            found[key] = value
        else:
            found[key][inner] = value
    return found


@given(DOCUMENTS, st.lists(st.integers(0, 500)), st.sampled_from([None, 1]), st.booleans())
@settings(deadline=None)
def test_a_document_in_pieces_is_the_document(
    document: dict[str, Any], cuts: list[int], indent: int | None, is_ascii: bool
) -> None:
    text = json.dumps(document, indent=indent, ensure_ascii=is_ascii)
    assert read(pieces_of(text, cuts)) == document


@given(
    DOCUMENTS,
    st.lists(st.integers(0, 500)),
    st.integers(0, 500),
    st.sampled_from(["", "}", ",", "]", "1", '"', ":"]),
)
@settings(deadline=None)
def test_what_is_no_json_is_none_in_pieces(
    document: dict[str, Any], cuts: list[int], place: int, put: str
) -> None:
    text = json.dumps(document)
    place %= len(text)
    text = text[:place] + put + text[place + 1 :]
    try:
        expected = parse_json(text)
    except JsonError:
        expected = None
    if isinstance(expected, dict):
        assert read(pieces_of(text, cuts)) == expected
    else:
        with pytest.raises(JsonError):
            read(pieces_of(text, cuts))


@pytest.mark.parametrize(
    ("text", "deepest"),
    [
        ('{"a": [[[1]]]}', 3),
        ('{"a": {"b": [[1]]}}', 3),
        ('{"a": {"b": ' + "[" * 100_000, 200),
        ('{"a": 1' + "1" * 100 + "}", 9),
    ],
)
def test_what_is_too_deep_or_too_long_is_refused(text: str, deepest: int) -> None:
    with pytest.raises(JsonError):
        read(iter([text]), deepest=deepest)
    with pytest.raises(JsonError):
        parse_json(text, deepest=deepest)


@pytest.mark.parametrize("text", ['{"a": [[1]]}', '{"a": {"b": [1]}}'])
def test_what_is_as_deep_as_allowed_is_read(text: str) -> None:
    assert read(iter([text]), deepest=3) == parse_json(text, deepest=3)


# -- a load


class Replacing(DbtCloudClient):
    """A user's client, whose manifest has one model with a key of its own."""

    def get_manifest(self, run_id: int, step: int | None = None) -> Any:
        manifest = json.loads(json.dumps(super().get_manifest(run_id, step)))
        for node in manifest["nodes"].values():
            if node["name"] == "stg_orders":
                node["config"]["meta"] = {"dagster": {"asset_key": ["mine"]}}
        return manifest


class Handing(DbtCloudClient):
    """A user's client that changes nothing, and so has the whole manifest asked for."""

    def get_manifest(self, run_id: int, step: int | None = None) -> Any:
        return super().get_manifest(run_id, step)


@pytest.fixture
def client(server: Any, token: str) -> Callable[..., DbtCloudClient]:
    def make(kind: type[DbtCloudClient] = DbtCloudClient) -> DbtCloudClient:
        return kind(auth_token=token, account_id=12345, dbt_cloud_host=server.url, request_retry_delay=0.01)

    return make


def specs(client: DbtCloudClient, **functions: Any) -> dict[AssetKey, AssetSpec]:
    (assets,) = load_assets_from_dbt_cloud_job(client, 67890, **functions)
    return {spec.key: spec for spec in assets.specs}


def test_the_assets_are_those_of_the_whole_manifest(client: Callable[..., DbtCloudClient]) -> None:
    assert specs(client()) == specs(client(Handing))
    assert len(specs(client())) > 2


def test_a_manifest_that_the_user_replaces_counts(
    client: Callable[..., DbtCloudClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert AssetKey("mine") in specs(client(Replacing))
    monkeypatch.setattr(DbtCloudClient, "get_manifest", Replacing.get_manifest)
    with pytest.raises(TypeError):  # `super()` in it is of another class: so it was called
        specs(client())


def test_functions_of_the_user_are_given_whole_nodes(client: Callable[..., DbtCloudClient]) -> None:
    seen: dict[bool, dict[str, Any]] = {}
    for kind in (DbtCloudClient, Handing):
        nodes = seen.setdefault(kind is Handing, {})

        def group(node: Any, nodes: dict[str, Any] = nodes) -> None:
            nodes[node["unique_id"]] = node

        specs(client(kind), node_info_to_group_fn=group)
    assert seen[True] == seen[False]
    assert all(node["raw_code"] or node["resource_type"] == "seed" for node in seen[False].values())


def test_of_the_manifest_nothing_else_is_kept(client: Callable[..., DbtCloudClient]) -> None:
    own = client()
    run_id = own.run_job_and_poll(67890, poll_interval=0.01).run_id
    kept, whole = manifest_to_load(own, run_id, None, of_users=False), own.get_manifest(run_id)
    assert "macros" in whole and "macros" not in kept
    assert kept["nodes"].keys() == {
        name for name, node in whole["nodes"].items() if node["resource_type"] != "test"
    }
    assert not any("compiled_code" in node for node in kept["nodes"].values())
    assert len(json.dumps(kept)) < len(json.dumps(whole)) / 2


def test_what_comes_incomplete_or_cut_is_asked_for_again(
    cloud: DbtCloud, client: Callable[..., DbtCloudClient]
) -> None:
    expected = specs(client(Handing))
    cloud.fail(Fault(path="manifest.json", cut=True))
    cloud.fail(Fault(path="manifest.json", body='{"nodes": {'))
    cloud.fail(Fault(path="manifest.json", status=502))
    assert specs(client()) == expected


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('{"nodes": {', r"no complete JSON \(11 characters\)"),
        ("[]", "no complete JSON"),
        ('{"nodes": {"model.a": 1}}', "has no nodes in the form"),
        ('{"nodes": []}', "has no nodes in the form"),
        ("{}", "has no nodes in the form"),
    ],
)
def test_what_is_no_manifest_fails_the_load(
    cloud: DbtCloud, client: Callable[..., DbtCloudClient], body: str, said: str
) -> None:
    own = client()
    run_id = own.run_job_and_poll(67890, poll_interval=0.01).run_id
    cloud.fail(Fault(path="manifest.json", body=body, times=None))
    with pytest.raises(DbtCloudFailure, match=said):
        manifest_to_load(own, run_id, None, of_users=False)


def test_a_token_in_it_is_kept_from_the_nodes(
    cloud: DbtCloud, client: Callable[..., DbtCloudClient], token: str
) -> None:
    own = client()
    run_id = own.run_job_and_poll(67890, poll_interval=0.01).run_id
    node = {"resource_type": "model", "name": f"is {token}"}
    body = json.dumps({"padding": "." * 262_130, "nodes": {"model.a": node}})
    cloud.fail(Fault(path="manifest.json", body=body))
    kept = manifest_to_load(own, run_id, None, of_users=True)
    assert kept["nodes"]["model.a"]["name"] == "is ***"
