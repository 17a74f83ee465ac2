"""Run a complete Galaxy server on loopback for as long as a ``with`` block lasts."""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.galaxy.checkout import Checkout
from tests.galaxy.client import GalaxyClient, GalaxyRequestError
from tests.galaxy.configuration import write_configuration
from tests.galaxy.service import Service, ServiceError

EMAIL = "biologist@example.org"
USERNAME = "biologist"


@dataclass(frozen=True)
class GalaxyServer:
    """A running server: where it is, and how to get in."""

    url: str
    email: str
    folder: Path
    admin_key: str = field(repr=False)
    user_key: str = field(repr=False)
    password: str = field(repr=False)
    services: tuple[Service, ...] = field(repr=False)

    def check(self) -> None:
        """Raise `ServiceError` if one of its processes has ended."""
        for service in self.services:
            service.check()

    @property
    def client(self) -> GalaxyClient:
        """Client with the user's key."""
        return GalaxyClient(self.url, self.user_key)


@contextlib.contextmanager
def running_galaxy(
    folder: Path,
    *,
    checkout: Checkout | None = None,
    tools: Sequence[Path] = (),
    port: int | None = None,
    start_timeout: float = 300,
) -> Iterator[GalaxyServer]:
    """Start a server with the checkout's tools, and stop it in the end, whatever happens.

    Its two processes, web and celery worker, and their jobs also end when this process dies.
    Call it from the main thread: Linux takes the end of the thread that started them for that.

    Parameters
    ----------
    folder
        Folder for all that the server writes. A folder of an earlier run keeps its users,
        histories and secrets.
    checkout
        Where tools, data and environments lie; by default the checkout of this file.
    tools
        Folders with further wrappers, beside ``galaxy_tools``.
    port
        Port on 127.0.0.1; by default a free one.
    start_timeout
        Seconds to wait until both processes are ready.

    Raises
    ------
    ServiceError
        If the server doesn't start (the message has the end of its log), or if another one
        is using the folder.
    """
    checkout = checkout or Checkout()
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        _lock(folder, stack)
        port = port or free_port()
        secrets = write_configuration(folder, checkout, port=port, extra_tools=tools)
        # Messages of an earlier run are about jobs that ended with it.
        (folder / "data" / "broker.sqlite").unlink(missing_ok=True)
        url = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + start_timeout
        web = _start_web(folder, checkout, port)
        stack.callback(web.stop)
        admin = GalaxyClient(url, secrets.admin_key)
        _wait_for_web(web, admin, deadline)
        worker = _start_worker(folder, checkout)
        stack.callback(worker.stop)
        _wait_for_worker(worker, deadline)
        user_key = admin.ensure_user(EMAIL, USERNAME, secrets.password)
        yield GalaxyServer(
            url=url,
            email=EMAIL,
            folder=folder,
            admin_key=secrets.admin_key,
            user_key=user_key,
            password=secrets.password,
            services=(web, worker),
        )


def free_port(first: int | None = None) -> int:
    """Return a port on 127.0.0.1 on which nothing listens.

    Parameters
    ----------
    first
        Look from this port upwards; by default the system chooses.
    """
    candidates = [0] if first is None else range(first, first + 100)
    for candidate in candidates:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", candidate))
                return int(probe.getsockname()[1])
    raise ServiceError(f"no free port between {candidates[0]} and {candidates[-1]}")


def _lock(folder: Path, stack: contextlib.ExitStack) -> None:
    lock = stack.enter_context((folder / "lock").open("w"))
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise ServiceError(f"another Galaxy server is using {folder}: stop it first") from None


def _environment(folder: Path, checkout: Checkout) -> dict[str, str]:
    venv = checkout.environment("galaxy")
    return os.environ | {
        "PATH": f"{venv / 'bin'}:{os.environ['PATH']}",
        "VIRTUAL_ENV": str(venv),
        "GALAXY_VIRTUAL_ENV": str(venv),
        "GALAXY_CONFIG_FILE": str(folder / "config" / "galaxy.yml"),
        # Celery refuses to run as root, the usual user of a container, unless it is told so.
        "C_FORCE_ROOT": "1",
    }


def _start_web(folder: Path, checkout: Checkout, port: int) -> Service:
    program = checkout.program("galaxy", "galaxy-web")
    configuration = folder / "config" / "galaxy.yml"
    return Service(
        "galaxy-web",
        [str(program), "--config", str(configuration), "--bind", f"127.0.0.1:{port}"],
        folder=folder,
        environment=_environment(folder, checkout),
        log=folder / "logs" / "galaxy.log",
    )


def _start_worker(folder: Path, checkout: Checkout) -> Service:
    options = "--pool threads --concurrency 2 --loglevel INFO"
    queues = "celery,galaxy.internal,galaxy.external"
    return Service(
        "celery",
        [
            str(checkout.program("galaxy", "celery")),
            *("--app", "galaxy.celery", "worker", *options.split(), "--queues", queues),
        ],
        folder=folder,
        environment=_environment(folder, checkout),
        log=folder / "logs" / "celery.log",
    )


def _wait_for_web(web: Service, client: GalaxyClient, deadline: float) -> None:
    while True:
        web.check()
        with contextlib.suppress(OSError, GalaxyRequestError):
            client.request("GET", "/api/version", timeout=5)
            return
        _pause(web, deadline)


def _wait_for_worker(worker: Service, deadline: float) -> None:
    while " ready." not in worker.log.read_text(errors="replace"):
        worker.check()
        _pause(worker, deadline)


def _pause(service: Service, deadline: float) -> None:
    if time.monotonic() > deadline:
        raise ServiceError(
            f"{service.name} was not ready in time. The end of {service.log}:\n{service.log_tail()}"
        )
    time.sleep(0.25)
