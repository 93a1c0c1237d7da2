"""The one table of legacy names and the one table of codes.

Everything that speaks of the legacy API reads it here: what the facade exports, what the run-time
warnings say, what the codemod looks for, what ``explain`` shows and what MIGRATION.md must document.
It imports nothing heavy, so the codemod and a plain ``import legacy_shim`` can both afford it.

Sources: the modules ``dagster_dbt.cloud.*`` of dagster-dbt 0.20 to 0.29, and its documented API reference.
"""

from typing import Final, Literal, NamedTuple

Safety = Literal["equal", "differs", "manual"]
"""How safe a change is: the same as before, a reported behaviour change, or manual."""


class Code(NamedTuple):
    """One entry of the vocabulary shared by run-time warnings and codemod findings."""

    code: str
    title: str
    safety: Safety
    means: str
    """What it means in production, in one or two sentences."""
    do: str
    """What the reader should do."""


class LegacyName(NamedTuple):
    """A name of the legacy API."""

    name: str
    code: str
    module: str
    """The submodule of ``dagster_dbt.cloud`` that defines it, for example ``resources``."""
    public: bool
    """Whether ``dagster_dbt`` and ``dagster_dbt.cloud`` export it at the top."""
    replacement: str
    """What replaces it, worded to stand behind "use"."""


_WORKSPACE = "DbtCloudWorkspace with DbtCloudCredentials (dagster_dbt.cloud_v2)"
_ASSETS = "@dbt_cloud_assets on a DbtCloudWorkspace (dagster_dbt.cloud_v2)"
_CLIENT = "DbtCloudWorkspace.get_client() (dagster_dbt.cloud_v2)"
_OP = "an @op that triggers and polls the job with DbtCloudWorkspace.get_client()"
_EVENTS = "DbtCloudWorkspace.cli(...).wait(), which yields the events itself"
_STATE = "the state that @dbt_cloud_assets keeps for each workspace; there is nothing to cache by hand"

LEGACY_NAMES: Final = (
    LegacyName("dbt_cloud_resource", "LDC101", "resources", True, _WORKSPACE),
    LegacyName("DbtCloudClientResource", "LDC102", "resources", True, _WORKSPACE),
    LegacyName("DbtCloudResource", "LDC103", "resources", True, _WORKSPACE),
    LegacyName("DbtCloudResourceV2", "LDC103", "resources", True, _WORKSPACE),
    LegacyName("load_assets_from_dbt_cloud_job", "LDC104", "asset_defs", True, _ASSETS),
    LegacyName("dbt_cloud_run_op", "LDC105", "ops", True, _OP),
    LegacyName("DbtCloudOutput", "LDC106", "types", True, f"the run details that {_CLIENT} returns"),
    LegacyName("DbtCloudRunStatus", "LDC107", "resources", True, "DbtCloudJobRunStatusType (dagster_dbt.cloud_v2.types)"),
    LegacyName("DbtCloudClient", "LDC108", "resources", False, _CLIENT),
    LegacyName("DbtCloudCacheableAssetsDefinition", "LDC109", "asset_defs", False, _ASSETS),
    LegacyName("DbtCloudRunOpConfig", "LDC110", "ops", False, _OP),
    LegacyName("result_to_events", "LDC111", "utils", False, _EVENTS),
    LegacyName("generate_events", "LDC111", "utils", False, _EVENTS),
    LegacyName("generate_materializations", "LDC111", "utils", False, _EVENTS),
    LegacyName("DBT_DEFAULT_HOST", "LDC112", "resources", False, 'access_url="https://cloud.getdbt.com"'),
    LegacyName("DBT_API_V2_PATH", "LDC112", "resources", False, _CLIENT),
    LegacyName("DBT_API_V3_PATH", "LDC112", "resources", False, _CLIENT),
    LegacyName("DEFAULT_POLL_INTERVAL", "LDC112", "resources", False, "the environment variable DAGSTER_DBT_CLOUD_POLL_INTERVAL"),
    LegacyName("DAGSTER_DBT_COMPILE_RUN_ID_ENV_VAR", "LDC113", "asset_defs", False, _STATE),
    LegacyName("cache_compile_references", "LDC113", "cli", False, _STATE),
)  # fmt: skip
"""Every documented or exported name of the legacy API, each once."""

LEGACY_MODULES: Final = ("asset_defs", "cli", "ops", "resources", "types", "utils")
"""The submodules of ``dagster_dbt.cloud``."""

MIGRATE_COMMAND: Final = "python -m legacy_shim.codemods migrate"

CODES: Final = (
    # LDC1xx: a legacy name is used
    Code("LDC101", "dbt_cloud_resource", "differs",
         "The legacy resource. Its client, retries and defaults are replaced by those of a workspace.",
         "Migrate; a workspace needs the project and environment of the job, which `lookup` finds."),
    Code("LDC102", "DbtCloudClientResource", "differs",
         "The legacy resource as a class. A workspace takes its place under the same name and key.",
         "Migrate; a workspace needs the project and environment of the job, which `lookup` finds."),
    Code("LDC103", "DbtCloudResource", "differs",
         "The legacy client, constructed directly.",
         "Migrate to a workspace, and call `get_client()` on it."),
    Code("LDC104", "load_assets_from_dbt_cloud_job", "differs",
         "Assets are loaded from one dbt Cloud job by compiling it at each load of the code location.",
         "Migrate; the job's commands become the selection of @dbt_cloud_assets."),
    Code("LDC105", "dbt_cloud_run_op", "differs",
         "The op that runs a dbt Cloud job. There is no such op in v2.",
         "Migrate; an op of the same name that triggers and polls the job takes its place."),
    Code("LDC106", "DbtCloudOutput", "differs",
         "The result object of a legacy run. v2 returns the run details as a dict.",
         "Read the run details instead, or keep it on the facade."),
    Code("LDC107", "DbtCloudRunStatus", "differs",
         "The legacy run statuses, which are strings. v2 uses numbers.",
         "Compare with DbtCloudJobRunStatusType."),
    Code("LDC108", "DbtCloudClient", "differs",
         "The legacy client class.",
         "Get the client from the workspace: `workspace.get_client()`."),
    Code("LDC109", "DbtCloudCacheableAssetsDefinition", "manual",
         "The class behind load_assets_from_dbt_cloud_job, used directly.",
         "Use @dbt_cloud_assets; a subclass must be rewritten by hand."),
    Code("LDC110", "DbtCloudRunOpConfig", "manual",
         "The config class of the legacy run op, used directly.",
         "Give your op a Config class of its own."),
    Code("LDC111", "legacy event helpers", "manual",
         "Functions that turn run results into Dagster events.",
         "Let DbtCloudWorkspace.cli(...).wait() yield the events."),
    Code("LDC112", "legacy constants", "manual",
         "Constants of the legacy client.",
         "Write the value itself where it is used."),
    Code("LDC113", "cached compile runs", "manual",
         "A workflow caches compile runs for the legacy loader. v2 never reads them.",
         "Remove the step from the workflow once its job has migrated."),
    Code("LDC114", "a legacy module", "differs",
         "A whole module of dagster_dbt.cloud is imported, or names of dagster_dbt are read by strings.",
         "Import the names you use, then migrate."),
    # LDC2xx: a behaviour change
    Code("LDC201", "credentials are read when the module is imported", "differs",
         "Legacy read the token when a run started; v2 reads it while the code location loads, so the variables "
         "must be set there too.",
         "Set the variables for the code server as well as for the run workers."),
    Code("LDC202", "each command of the job is a dbt Cloud run of its own", "differs",
         "Legacy ran all commands of the job in one dbt Cloud run. v2 runs one command in each run; the order, and "
         "stopping at the first failure, stay.",
         "Nothing, unless something expects a single run of the job."),
    Code("LDC203", "runs happen in a job that Dagster creates", "differs",
         "Your job cannot be reused, so threads, target, dbt version, deferral, environment overrides and run history "
         "are those of a new job, and the token must be allowed to create jobs.",
         "Copy the settings of the old job to the new one, and update whatever reads the old job's runs."),
    Code("LDC204", "runs share another job of the same environment", "differs",
         "v2 keeps one state for each project and environment of a code location, so only one job of an environment "
         "can be reused. The commands of this job run in the job that the finding names.",
         "Give the named job settings that fit both, and allow for its runs to wait for each other."),
    Code("LDC205", "dbt tests become asset checks", "differs",
         "Legacy recorded test results as observations on the asset; v2 shows them as asset checks.",
         "Move alerts from observations to asset checks."),
    Code("LDC206", "assets carry more, and other, metadata", "differs",
         "v2 adds kinds, tags, owners, code versions, descriptions and dbt metadata, and drops the link to the dbt Cloud job. "
         "Materializations carry other metadata too.",
         "Nothing, unless something reads the old metadata."),
    Code("LDC207", "a failed run reports what succeeded", "differs",
         "Legacy reported nothing when a run failed. v2 records the models that were built, then fails.",
         "Nothing; downstream automation may start for the models that were built."),
    Code("LDC208", "the job's schedule is no longer turned off", "differs",
         "Legacy turned the dbt Cloud schedule of a job off when it first triggered it. v2 never touches it.",
         "Turn the schedule off in dbt Cloud if it is on, or the job runs twice."),
    Code("LDC209", "importing contacts dbt Cloud, and can time out", "differs",
         "Importing the module contacts dbt Cloud and runs `dbt parse` there, for 60 seconds at most; legacy did so only "
         "when definitions were resolved.",
         "Set DAGSTER_DBT_CLOUD_POLL_TIMEOUT (seconds) in the code server's environment. Give whatever imports the "
         "module the token and the network, tests and CI included."),
    Code("LDC210", "the selection needs dbt-core at load", "differs",
         "v2 evaluates a selection with dbt-core, which dagster-dbt does not install.",
         'Install `dagster-dbt[dbt-core]` (or dbt-core) where the code location loads.'),
    Code("LDC211", "the workspace is bound in Definitions", "differs",
         "Legacy assets carried their resource. v2 assets take it from Definitions, where it is listed now.",
         "Nothing."),
    Code("LDC212", "the cause of a run is fixed", "differs",
         'v2 sends the cause "Triggered by dagster."; the cause in the code is lost.',
         "Nothing, unless something reads the cause of runs."),
    Code("LDC213", "the op returns run details", "differs",
         "The op returned a DbtCloudOutput; it now returns the run details of dbt Cloud as a dict.",
         "Adapt downstream ops that read its attributes. Values that an IO manager stored before the migration are still "
         "DbtCloudOutput objects: materialize the upstream asset once before you run only what is downstream."),
    Code("LDC214", "the code is only valid for the jobs that are known", "differs",
         "The code takes the job id from its environment. The generated code is only valid for the jobs of the "
         "deployments that the migration was given, and refuses to load for another job.",
         "Pass an --env-file for each deployment. For a deployment that you add later, add its job to the table in the code."),
    Code("LDC215", "runs are polled every second", "differs",
         "Legacy polled dbt Cloud every 10 seconds; v2 polls every second, which counts against the rate limit.",
         "Set DAGSTER_DBT_CLOUD_POLL_INTERVAL (seconds) in the environment of the runs."),
    Code("LDC216", "a run that times out continues in dbt Cloud", "differs",
         "Legacy cancelled the dbt Cloud run after poll_timeout, and when the Dagster run was terminated. v2 does not cancel "
         "a run that times out; before dagster-dbt 0.29.6 it does not cancel the run of a terminated Dagster run either.",
         "Set a timeout for the job in dbt Cloud."),
    Code("LDC217", "vars of the partition replace the command's", "differs",
         "The values of partition_key_to_vars_fn are passed as one --vars argument, as before, now quoted for a shell. The function is "
         "called in runs alone: legacy called it for the last partition too, each time the code was loaded.",
         "Nothing, unless the function does more than return the variables."),
    Code("LDC218", "the request behaviour of the client differs", "differs",
         "v2 times out each request after 15 seconds, and retries the POST that starts a run like any other request, so a late "
         "answer can start a job twice. Legacy had no request timeout. v2 also logs neither the start of a run, with its link, nor "
         "its polls.",
         "Set request_timeout, request_max_retries and request_retry_delay on the workspace."),
    Code("LDC219", "values are no longer resolved at launch", "differs",
         "Run configuration and EnvVar values were resolved for each run; they are fixed when the module is imported.",
         "Restart the code location after changing the variable."),
    Code("LDC220", "a further workspace is added", "differs",
         "Part of what uses the resource stays on the facade, or its jobs are in several environments and a workspace "
         "has only one. The asset loads named here use a workspace of their own, with the same credentials.",
         "Nothing. If the legacy resource stays, remove it when the last use of it is gone."),
    Code("LDC221", "a sensor records other runs of the environment", "differs",
         "The sensor that --polling-sensor and --to specs add records materializations of runs that dbt Cloud starts itself, which "
         "legacy never recorded. It is on by default.",
         "Nothing, or give it default_sensor_status=DefaultSensorStatus.STOPPED."),
    Code("LDC222", "a model that is gone from the project is skipped", "differs",
         "When a selected model is no longer in the dbt project, the facade fails the run and names the model. v2 builds "
         "the others and succeeds.",
         "Reload the code location after models are renamed or removed, and set an alert for overdue assets."),
    Code("LDC223", "a dbt Cloud job is loaded twice", "differs",
         "Each load of a job makes an op of the same name, and Dagster refuses two ops of one name in a code location. "
         "The migration keeps the names: what loaded before still loads, what did not load still does not.",
         "Load the job once, or keep the loads in separate code locations."),
    Code("LDC225", "a failed run raises another exception", "differs",
         "Legacy raised Failure with the status message in its text, and run_page_url and run_details in its metadata, "
         "also after poll_timeout. v2's Failure has neither, and a run that times out raises a plain Exception. Where "
         "code reads failures, the generated ops and functions raise what legacy raised; assets raise v2's Failure.",
         "Check hooks, sensors and alerts that match the text of a failure, or read its metadata."),
    Code("LDC226", "the job is found by its name", "differs",
         "Legacy ran a job by its id. A workspace finds the job that it runs by its name: if it is renamed in dbt Cloud, "
         "v2 silently creates a new job, with 4 threads and target default.",
         "Run `lookup --check` each week, and before a job is renamed; `lookup` and `migrate` write the new name."),
    Code("LDC227", "changes of the job in dbt Cloud are no longer followed", "differs",
         "Legacy asked dbt Cloud for the job each time the code loaded. The project, the environment and the commands "
         "of the job are now written in the code.",
         "Run `lookup --check` each week; `lookup` and `migrate` bring the code up to date."),
    Code("LDC228", "a selection by tag, kind or owner can mean other assets", "differs",
         "v2 gives dbt's assets the tags and owners that they have in dbt, and the kinds `dbtcloud` and that of the adapter. "
         "Legacy assets had none of these, so such a selection may now include dbt's assets, or leave them out.",
         "Check which assets each job named here selects after the migration, or select by key or group."),
    Code("LDC229", "backfills run dbt's assets by themselves", "differs",
         "v2 gives assets with time-window partitions a backfill policy, which legacy assets did not have. Dagster never puts "
         "assets with different policies in one run of a backfill or of automation.",
         "Give backfill_policy=BackfillPolicy.multi_run() to the partitioned assets that should share a run with dbt's."),
    Code("LDC230", "the assets are observed: Dagster does not run them", "differs",
         "With --to specs, Dagster shows the assets and records the runs that dbt Cloud starts, by a sensor that is on by "
         "default. Nobody can materialize them in Dagster any more, and test results are not recorded.",
         "Make sure that something in dbt Cloud starts the job, for example a schedule."),
    Code("LDC231", "the assets are made from stored state", "differs",
         "With --to component, a code location makes the assets from state that is stored beside its code, and does not contact "
         "dbt Cloud when it loads. Without that state it loads without the assets, and does not fail.",
         "Run `dg utils refresh-defs-state` where the deployment is built, with the token and the network; again when "
         "models change."),
    Code("LDC232", "each run parses the dbt project first", "differs",
         "DbtCloudComponent runs `dbt parse` in dbt Cloud in each process that runs its assets, for 60 seconds at most.",
         "Set DAGSTER_DBT_CLOUD_POLL_TIMEOUT (seconds) in the environment of the runs if parsing takes longer."),
    Code("LDC233", "a function is also called for models upstream", "differs",
         "Legacy called the functions of a load for the models that its job builds. v2 also calls them for all models that these "
         "depend on, and does not load if one fails.",
         "Check that the function does not fail for models that the job does not build."),
    # LDC3xx: kept on the facade
    Code("LDC301", "kept on request", "manual",
         "A `# legacy-shim: keep` comment, --only or --skip keeps it.",
         "Remove the comment when its reason no longer applies, then migrate again."),
    Code("LDC302", "kept: this construct is not rewritten", "manual",
         "The codemod recognises this use, but has no v2 form that behaves the same.",
         "Rewrite it by hand, or leave it on the facade, which keeps working."),
    Code("LDC303", "kept: cannot trace this value further", "manual",
         "The value goes where the codemod cannot follow it, so the effects of a change are not known.",
         "Pass the value in a way that can be followed (a name, an import, a literal), or rewrite this by hand."),
    Code("LDC304", "kept: the client method has no counterpart", "manual",
         "v2's client cannot do this, or answers differently.",
         "Call the dbt Cloud API yourself, or leave it on the facade."),
    Code("LDC305", "kept: the selection cannot be evaluated at load", "manual",
         "v2 evaluates the job's selection itself, and cannot select by state, result, path, access, version, or name or type of "
         "a test.",
         "Select by tag, group, config or name in the job, then run `lookup` and `migrate` again; or leave it on the facade."),
    Code("LDC306", "kept: the job has no single run or build command", "manual",
         "Legacy refuses such a job when it loads, so there is no behaviour for v2 to match.",
         "Give the job exactly one `dbt run` or `dbt build`, then run `lookup` and `migrate` again."),
    Code("LDC307", "kept: the jobs of one resource are in several environments", "manual",
         "A workspace has one project and environment; this use names none, or several that the code cannot choose between.",
         "Build one resource for each environment, then migrate again."),
    Code("LDC308", "kept because of another use", "manual",
         "This would migrate, but another use of the same resource cannot, and the two cannot be separated.",
         "Fix the finding at the place that the message names."),
    Code("LDC309", "kept: it needs a newer dagster-dbt", "manual",
         "The dagster-dbt that the code runs with does not have this in v2 yet.",
         "Upgrade dagster-dbt, or pass the version that the code will run with as --dagster-dbt, then migrate again."),
    Code("LDC310", "kept: a part of the unit is migrated already", "manual",
         "Somebody changed one part to v2 (the resource, or an import), and not what uses it. The code fails when it loads "
         "or runs. It is not rewritten, because the codemod cannot know what was intended.",
         "Finish this use by hand, or undo the part that was changed (git) and migrate all of it."),
    Code("LDC311", "a decorated function is written: the target does not fit", "manual",
         "The load became a function with @dbt_cloud_assets, because the target given with --to cannot do the same.",
         "Nothing; or change what the finding names, and migrate the legacy code again."),
    # LDC4xx: a fact is missing
    Code("LDC401", "the facts of a dbt Cloud job are missing", "manual",
         "A placeholder takes their place, and raises an error when the code loads. If other jobs are loaded with the "
         "same resource, the resource stays on the facade until the facts of all of them are known.",
         "Run `python -m legacy_shim.codemods lookup`, then `migrate` again."),
    Code("LDC402", "the job id is not known", "manual",
         "The job id is computed, or comes from an environment variable that is not set here.",
         "Set the variable with --env-file, or in the environment, then migrate again."),
    Code("LDC403", "project and environment are not known", "manual",
         "No job in the code or the facts names the project and environment of this resource.",
         "Add a job of the environment to the facts file (`lookup --job-id ID`), or write project_id and environment_id by hand."),
    Code("LDC404", "a fact in the code is out of date", "manual",
         "The code no longer matches its job in dbt Cloud, or the job of a deployment, and replacing a single value cannot fix it.",
         "Do what the finding says: change the code by hand, change the job, or restore the legacy code."),
    # LDC5xx: a file problem
    Code("LDC501", "the file cannot be read", "manual",
         "It was left as it is; legacy uses in it are unknown.",
         "Fix its permissions, or exclude it."),
    Code("LDC502", "the file does not parse", "manual",
         "It was left as it is; legacy uses in it are unknown.",
         "Fix the syntax error, or exclude the file."),
    Code("LDC503", "the encoding of the file is not as declared", "manual",
         "It was left as it is; legacy uses in it are unknown.",
         "Fix the coding comment, or save the file as UTF-8."),
    Code("LDC504", "the file cannot be written", "manual",
         "It was left as it is.",
         "Make it writable and migrate again."),
    Code("LDC505", "a notebook uses the legacy API", "manual",
         "Notebooks are searched, not rewritten.",
         "Rewrite the cell by hand."),
    Code("LDC506", "a legacy name in a file that is not Python", "manual",
         "A workflow, Makefile, Dockerfile, template, configuration or document names the legacy API.",
         "Change it by hand; `explain` the name to see what replaces it."),
    Code("LDC507", "the file was not rewritten faithfully", "manual",
         "legacy-shim failed on this file, or its result would not have been valid. The legacy uses in it stay.",
         "Report this as a bug; the file works as before."),
    Code("LDC508", "a migration was interrupted", "manual",
         "Some files of a unit have their new content, and others still have their old content.",
         "Run `migrate` on the same paths again: it completes the unit."),
    Code("LDC509", "a requirement excludes the releases that v2 needs", "manual",
         "It excludes dagster-dbt 0.28 and later, which legacy-shim and migrated code need.",
         "Raise the requirement to dagster-dbt>=0.28, and that of dagster with it, before you deploy migrated code."),
)  # fmt: skip
"""Every code, in order. Each has one section in MIGRATION.md."""

ACT_FIRST: Final = frozenset(
    {
        "LDC201",
        "LDC203",
        "LDC204",
        "LDC208",
        "LDC209",
        "LDC210",
        "LDC214",
        "LDC223",
        "LDC228",
        "LDC230",
        "LDC231",
        "LDC232",
        "LDC233",
    }
)
"""The behaviour changes that need you before you deploy: a variable, a package, a setting of a job."""
COSMETIC: Final = frozenset({"LDC206", "LDC211", "LDC212", "LDC217"})
"""The behaviour changes that only show in what is displayed or in how code is written."""

BY_NAME: Final = {row.name: row for row in LEGACY_NAMES}
BY_CODE: Final = {row.code: row for row in CODES}
