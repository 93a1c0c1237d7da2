"""Carries out runs: one at a time for each job, step by step, from Queued to the end."""

from __future__ import annotations

import itertools
import tempfile
import threading
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .backends import RunContext, StepOutcome, temporary_folder
from .faults import Outcome
from .records import Run, Step, now
from .status import ACTIVE, RunStatus


@dataclass(frozen=True)
class Speed:
    """How long a run stays in its first statuses, in seconds, beside what its commands take.

    ``hold``: the answer to a trigger waits this long for the run to end, so that a client that polls rarely finds a
    short run ended at its first look.
    """

    queued: float = 0.0
    starting: float = 0.0
    running: float = 0.0
    hold: float = 0.25


@dataclass
class _Planned:
    run: Run
    context_of: Callable[[Path], RunContext]
    outcome: Outcome | None
    speed: Speed


class Runner:
    """Starts runs in threads of their own and keeps those of one job in order."""

    def __init__(self, on_change: Callable[[Run], None]) -> None:
        self._on_change = on_change
        self._lock = threading.Lock()
        self._queues: defaultdict[int, deque[_Planned]] = defaultdict(deque)
        self._busy: set[int] = set()
        self._started: list[Run] = []
        self._step_ids = itertools.count(1)
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._closed = False

    def start(
        self, run: Run, context_of: Callable[[Path], RunContext], outcome: Outcome | None, speed: Speed
    ) -> None:
        """Queue a run. ``context_of`` gets the folder that the run may write to."""
        job_id = run.job["id"]
        with self._lock:
            self._queues[job_id].append(_Planned(run, context_of, outcome, speed))
            if self._closed:
                return
            self._started.append(run)
            if job_id in self._busy:
                return
            self._busy.add(job_id)
        threading.Thread(target=self._work, args=(job_id,), name=f"job-{job_id}", daemon=True).start()

    def cancel(self, run: Run, patience: float = 5.0) -> None:
        """End a run as Cancelled; returns when it has, or after ``patience`` seconds."""
        run.cancelled.set()
        with self._lock:
            waiting = [planned for planned in self._queues[run.job["id"]] if planned.run is run]
            for planned in waiting:
                self._queues[run.job["id"]].remove(planned)
        if waiting:
            self._end(run, RunStatus.CANCELLED, None)
        run.done.wait(patience)

    def close(self) -> None:
        """Cancel what runs, wait for it briefly, and remove the artifacts."""
        self._closed = True
        for run in self._started:
            run.cancelled.set()
        for run in self._started:
            run.done.wait(5)
        if self._folder is not None:
            self._folder.cleanup()

    def _work(self, job_id: int) -> None:
        while True:
            with self._lock:
                if not self._queues[job_id]:
                    self._busy.discard(job_id)
                    return
                planned = self._queues[job_id].popleft()
            self._carry_out(planned)

    def _carry_out(self, planned: _Planned) -> None:
        run = planned.run
        timer = self._timer(run)
        try:
            final, text, message = self._status_of(planned)
        except Exception as error:  # a run that cannot go on is a run that failed, never a thread that died
            final, text, message = RunStatus.ERROR, None, f"The emulator failed: {error!r}"
        timer.cancel()
        run.status_message = run.status_message or message
        self._end(run, final, text)

    def _end(self, run: Run, status: int, text: str | None) -> None:
        run.become(status, text)
        run.done.set()
        self._on_change(run)

    def _status_of(self, planned: _Planned) -> tuple[int, str | None, str | None]:
        run, outcome, speed = planned.run, planned.outcome, planned.speed
        stays = outcome.status if outcome and outcome.status in ACTIVE else None
        for status, seconds in (
            (RunStatus.QUEUED, speed.queued),
            (RunStatus.STARTING, speed.starting),
            (RunStatus.RUNNING, speed.running),
        ):
            if run.status != status:
                run.become(status)
                self._on_change(run)
            if run.cancelled.wait(None if stays == status and status != RunStatus.RUNNING else seconds):
                return RunStatus.CANCELLED, None, None
        commands = run.commands if outcome is None else run.commands[: outcome.commands]
        succeeded = self._steps(planned, commands)
        if stays is not None:
            run.cancelled.wait()
        if run.cancelled.is_set():
            return RunStatus.CANCELLED, None, None
        if outcome is not None:
            return outcome.status, outcome.humanized, outcome.message
        if succeeded:
            return RunStatus.SUCCESS, None, None
        return RunStatus.ERROR, None, f"The step {run.steps[-1].name!r} failed."

    def _steps(self, planned: _Planned, commands: tuple[str, ...]) -> bool:
        run, backend = planned.run, planned.run.project.backend
        context = planned.context_of(self._folder_of(run))
        clone = self._step(run, "Clone git repository", lambda: StepOutcome(True, backend.clone(context)))
        if not clone:
            return False
        connection = f"Create profile from connection {backend.connection}"
        target = f"Target {context.target_name!r}, {context.threads} threads"
        self._step(run, connection, lambda: StepOutcome(True, target))
        if not self._command(run, "dbt deps", context):
            return False
        if run.job.get("run_generate_sources"):
            self._command(run, "dbt source freshness", context)
        if not all(self._command(run, command, context) for command in commands):
            return False
        override = run.trigger.get("generate_docs_override")
        if run.job.get("generate_docs") if override is None else override:
            self._command(run, "dbt docs generate", context)
        return not run.cancelled.is_set()

    def _command(self, run: Run, command: str, context: RunContext) -> bool:
        backend = run.project.backend
        return self._step(run, f"Invoke dbt with `{command}`", lambda: backend.invoke(command, context))

    def _step(self, run: Run, name: str, work: Callable[[], StepOutcome]) -> bool:
        if run.cancelled.is_set():
            return False
        step = Step(id=next(self._step_ids), index=len(run.steps) + 1, name=name)
        run.steps.append(step)
        try:
            outcome = work()
        except Exception as error:
            outcome = StepOutcome(False, f"{type(error).__name__}: {error}")
        step.logs = outcome.logs or f"{name}: no output"
        step.debug_logs = outcome.debug_logs or step.logs
        step.artifacts = dict(sorted(outcome.artifacts.items()))
        step.finished_at = now()
        succeeded = outcome.succeeded and not run.cancelled.is_set()
        failed = RunStatus.CANCELLED if run.cancelled.is_set() else RunStatus.ERROR
        step.status = RunStatus.SUCCESS if succeeded else failed
        return succeeded

    def _timer(self, run: Run) -> threading.Timer:
        override = run.trigger.get("timeout_seconds_override")
        seconds = override or run.job["execution"].get("timeout_seconds") or 0

        def stop() -> None:
            run.status_message = f"The run took longer than its timeout of {seconds} seconds."
            run.cancelled.set()

        timer = threading.Timer(seconds, stop)
        timer.daemon = True
        if seconds:
            timer.start()
        return timer

    def _folder_of(self, run: Run) -> Path:
        with self._lock:
            if self._folder is None:
                self._folder = temporary_folder("dbt-cloud-runs-")
        folder = Path(self._folder.name, str(run.id))
        folder.mkdir()
        return folder
