"""Resources that a test makes for itself and that stay: the test is adapted by hand, and the code that it tests becomes v2.

class StubCloud(DbtCloudClientResource):          test_flow.py
    def get_dbt_client(self):
        return StubClient()

flow.nightly.execute_in_process(resources={"dbt_cloud": StubCloud(auth_token="x", account_id=1)})
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..analysis.inference.values import Made
from ..analysis.project.test_files import is_test
from .claims import Claim
from .parts import Builds
from .stand_ins import stand_in_of_a_test

_ON_REQUEST = "LDC301"


def set_apart(claims: Sequence[Claim]) -> list[Claim]:
    """The claims; what a test binds that stays is bound under no key of the code that is tested, and is reported."""
    staying = {resource for claim in claims if _stays(claim) for resource in claim.resources}
    staying = {resource for resource in staying if is_test(resource.module.path)}
    found: list[Claim] = []
    for claim in claims:
        is_bound = bool(claim.keys and claim.resources) and claim.resources <= staying
        if is_bound and is_test(claim.module.path):
            found.append(replace(claim, keys=frozenset()))
            if isinstance(claim.part, Builds) and isinstance(claim.value, Made):
                found.append(_told(claim))
        else:
            found.append(claim)
    return found


def _stays(claim: Claim) -> bool:
    """Whether a claim of a test's stays, and not because somebody asked for that."""
    codes = {finding.code for finding in claim.blocked}
    return is_test(claim.module.path) and bool(codes) and _ON_REQUEST not in codes


def _told(claim: Claim) -> Claim:
    text = claim.module.source_of(claim.node).split("\n", 1)[0]
    keys = " and ".join(f'"{key}"' for key in sorted(claim.keys))
    return stand_in_of_a_test(claim.module, claim.node, f"`{text}` stands in for the resource {keys}")
