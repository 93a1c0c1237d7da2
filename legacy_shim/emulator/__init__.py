"""A local dbt Cloud: the Administrative API over HTTP, in front of real dbt or of recorded artifacts.

cloud = DbtCloud()
cloud.add_account(12345, token="secret")
cloud.add_project(11, account_id=12345, backend=RecordedArtifacts("target"))
cloud.add_environment(22, project_id=11)
cloud.add_job(67890, project_id=11, environment_id=22, name="Nightly", execute_steps=["dbt build"])
with serve(cloud) as server:
    ...  # any client of dbt Cloud, with server.url as its host
"""

try:
    import werkzeug as _werkzeug  # noqa: F401
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        'The emulator of legacy-shim needs packages that are not installed: pip install "legacy-shim[emulator]"',
        name=error.name,
    ) from None

from .backends import Backend, RunContext, StepOutcome
from .dbt_project import DbtProject
from .faults import Fault, Outcome
from .recorded import RecordedArtifacts
from .records import Request, RunSnapshot
from .runs import Speed
from .server import Server, serve
from .setup_file import SetupError, load_setup
from .state import DbtCloud, RateLimit
from .status import RunStatus

__all__ = [
    "Backend",
    "DbtCloud",
    "DbtProject",
    "Fault",
    "Outcome",
    "RateLimit",
    "RecordedArtifacts",
    "Request",
    "RunContext",
    "RunSnapshot",
    "RunStatus",
    "Server",
    "SetupError",
    "Speed",
    "StepOutcome",
    "load_setup",
    "serve",
]
