"""What all tests share."""

from tests.core_fixtures import *  # noqa: F403 (fixtures of all tests of the core)

pytest_plugins = ["tests.galaxy.fixtures"]


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes by their name: packed ones hold the time of day, and workers must agree on names."""
    return argname if isinstance(val, bytes) else None
