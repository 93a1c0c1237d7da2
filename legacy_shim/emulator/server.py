"""Puts a DbtCloud on a port of the loopback interface."""

from __future__ import annotations

import socket
import threading
from types import TracebackType
from typing import TYPE_CHECKING

from werkzeug.serving import WSGIRequestHandler, make_server

from .api import RAW_PATH, Api
from .state import DbtCloud

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_HOST = "127.0.0.1"


class _QuietHandler(WSGIRequestHandler):
    """Logs nothing: the journal has it all."""

    def log(self, type: str, message: str, *args: object) -> None:
        pass

    def make_environ(self) -> WSGIEnvironment:
        # The standard library makes one slash of several at the start of a path; dbt Cloud answers 404.
        environ = super().make_environ()
        path = self.requestline.split()[1].partition("?")[0]
        environ[RAW_PATH] = path if path.startswith("//") else environ["PATH_INFO"]
        return environ


class Server:
    """A local dbt Cloud that answers. A context manager; ``close`` stops it too."""

    def __init__(self, cloud: DbtCloud, port: int) -> None:
        self.cloud = cloud
        # Bound here, because werkzeug ends the process where the port is taken.
        self._listener = socket.create_server((_HOST, port))
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://{_HOST}:{self.port}"
        """Where it answers, without a trailing slash."""
        self._server = make_server(
            _HOST,
            self.port,
            Api(cloud),
            threaded=True,
            request_handler=_QuietHandler,
            fd=self._listener.fileno(),
        )
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, name="dbt-cloud", daemon=True
        )
        self._thread.start()
        cloud.warm_up()

    def close(self) -> None:
        """Stop answering, cancel what runs, and remove what was made on disk."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._listener.close()
        self.cloud.close()

    def __enter__(self) -> Server:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def serve(cloud: DbtCloud, port: int = 0) -> Server:
    """Start to answer on 127.0.0.1; ``port`` 0 takes a free one. Raises OSError where the port is taken."""
    return Server(cloud, port)
