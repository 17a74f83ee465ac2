"""Run a local Galaxy server with the tool suite and demo data: ``make galaxy``."""

from __future__ import annotations

import signal
import sys
import time

from tests.galaxy.checkout import Checkout
from tests.galaxy.demo import HISTORY_NAME, ensure_demo
from tests.galaxy.server import free_port, running_galaxy
from tests.galaxy.service import ServiceError

FIRST_PORT = 8080


def main() -> None:
    """Start the server, show how to get in, and wait to be stopped."""
    checkout = Checkout()
    print("Starting Galaxy, which takes about a minute ...", flush=True)
    port = free_port(FIRST_PORT)
    with running_galaxy(checkout.work_folder / "galaxy", checkout=checkout, port=port) as server:
        ensure_demo(server.client, checkout)
        server.client.import_workflow(checkout.workflow)
        print(
            f"""
Galaxy is at {server.url}
    e-mail    {server.email}
    password  {server.password}

Log in and open the history "{HISTORY_NAME}". The tools are under "ENNGene" in the tool panel,
the workflow is under "Workflows". All is kept in {server.folder} for the next time.
Press Ctrl-C to stop the server.""",
            flush=True,
        )
        while True:
            server.check()
            time.sleep(1)


if __name__ == "__main__":
    # `kill` asks for an orderly end as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        main()
    except KeyboardInterrupt:
        print("\nGalaxy has stopped.")
    except ServiceError as error:
        sys.exit(str(error))
