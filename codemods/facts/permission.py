"""Asks the user before a token goes where the code or a facts file says, or comes from a variable that they name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from legacy_shim.visible import one_line, shell_words

from .cloud_reader import CloudUnavailable
from .trust import DEFAULT_TOKEN_ENV, is_dbt_cloud, is_host, is_private_line

Approve = Callable[[str], bool]
"""Shows a question, and returns whether the user said yes."""


@dataclass(frozen=True)
class Named:
    """A host or a variable that somebody named, and where."""

    value: str
    place: str = ""
    """``path:line:column``, or a facts file; empty where the user named it, or nobody."""


@dataclass(frozen=True)
class Granted:
    """A token that may be sent to a host."""

    variable: str
    token: str = field(repr=False)


@dataclass(frozen=True)
class Permission:
    """What the user said on the command line, and how to ask for the rest."""

    env: Mapping[str, str] = field(repr=False)
    token_env: str | None
    host: str | None
    approve: Approve
    command: Sequence[str]
    """The words of the command that runs, without --host and --token-env: to say how to run it with them."""

    def token_for(self, host: str, host_place: str, variables: Sequence[Named]) -> Granted:
        """The token to send to a host. ``variables`` are those that the code reads it from.

        Raises CloudUnavailable where there is none, or where the user did not say that it may be sent there.
        """
        asks_host = self.host is None and not is_dbt_cloud(host)
        if asks_host and not is_host(host):
            raise CloudUnavailable(f"{_at(host_place)}'{one_line(_without_user(host))}' is not a host")
        named = self._named_by_code(variables)
        question = self._question(host if asks_host else "", host_place, named)
        may_ask = not asks_host or is_private_line(host)
        if named is not None and may_ask and self.approve(question):
            return Granted(named.value, self._value(named.value))
        if asks_host and not (named is None and may_ask and self.approve(question)):
            raise CloudUnavailable(self._host_refusal(host, host_place))
        token = self._value(self._default)
        if token:
            return Granted(self._default, token)
        raise CloudUnavailable(self._token_refusal(named, variables))

    @property
    def _default(self) -> str:
        return self.token_env or DEFAULT_TOKEN_ENV

    def _value(self, variable: str) -> str:
        return self.env.get(variable, "").strip()

    def _named_by_code(self, variables: Sequence[Named]) -> Named | None:
        """The variable that the code names and the user did not, where it holds something."""
        if self.token_env is not None or any(each.value == DEFAULT_TOKEN_ENV for each in variables):
            return None
        return next((each for each in variables if self._value(each.value)), None)

    def _question(self, host: str, host_place: str, named: Named | None) -> str:
        says = [f"{_at(host_place)}the host {host} is named, which is not a dbt Cloud host."] if host else []
        if named is not None:
            says.append(f"{_at(named.place)}the token is read from {one_line(named.value)}.")
        variable = one_line(named.value if named is not None else self._default)
        return "\n".join([*says, f"Send the value of {variable} to {host or 'dbt Cloud'}?"])

    def _host_refusal(self, host: str, place: str) -> str:
        plain = "" if is_private_line(host) else ", and without encryption everyone on the way can read it"
        return (
            f"{_at(place)}{host} is named as the host. It is not a dbt Cloud host "
            f"(https://*.getdbt.com, https://*.dbt.com, no port){plain}: "
            f"no token was sent. If it is yours, run\n  {self._run_with('--host', host)}"
        )

    def _token_refusal(self, named: Named | None, variables: Sequence[Named]) -> str:
        if named is not None:
            return (
                f"{_at(named.place)}the token is read from {one_line(named.value)}, and only {DEFAULT_TOKEN_ENV} is sent "
                f"without your confirmation. If it holds a dbt Cloud token, run\n  {self._run_with('--token-env', named.value)}"
            )
        others = [each for each in variables if each.value != self._default] if not self.token_env else []
        also = "".join(
            f", or set {one_line(each.value)} ({one_line(each.place)}) and run\n"
            f"  {self._run_with('--token-env', each.value)}"
            for each in others[:1]
        )
        hint = also or ("" if self.token_env else ", or name another with --token-env")
        return f"no token: set the environment variable {one_line(self._default)}{hint}"

    def _run_with(self, option: str, value: str) -> str:
        kept = [] if option == "--host" or self.host is None else ["--host", self.host]
        kept += [] if option == "--token-env" or self.token_env is None else ["--token-env", self.token_env]
        return shell_words([*self.command, *kept, option, value])


def never(_question: str) -> bool:
    """The answer where nobody can be asked."""
    return False


def _at(place: str) -> str:
    return f"{one_line(place)}: " if place else ""


def _without_user(host: str) -> str:
    head, _, rest = host.partition("//")
    return f"{head}//{rest.rpartition('@')[2]}" if "@" in rest else host
