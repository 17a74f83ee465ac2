"""What all tests share."""

from tests.core_fixtures import *  # noqa: F403 (fixtures of all tests of the core)

pytest_plugins = ["tests.galaxy.fixtures"]
