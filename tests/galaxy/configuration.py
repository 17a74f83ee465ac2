"""The folder of a headless Galaxy server: its configuration files and secrets."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from tests.galaxy.checkout import PACKAGE_NAME, Checkout, tool_files


@dataclass(frozen=True)
class Secrets:
    """What only the owner of one server knows; random, and kept with that server's folder."""

    id_secret: str
    admin_key: str
    password: str


def keep_secrets(folder: Path) -> Secrets:
    """Return the secrets of the server in `folder`, drawing them when it is new."""
    path = folder / "secrets.json"
    if path.exists():
        return Secrets(**json.loads(path.read_text()))
    drawn = Secrets(
        # Galaxy uses the characters as a Blowfish key, which has at most 56.
        id_secret=secrets.token_hex(24),
        admin_key=secrets.token_hex(32),
        password=secrets.token_urlsafe(12),
    )
    _write_privately(path, json.dumps(asdict(drawn)))
    return drawn


def write_configuration(
    folder: Path,
    checkout: Checkout,
    *,
    port: int,
    extra_tools: Sequence[Path] = (),
) -> Secrets:
    """Write all that Galaxy reads at its start, and return the server's secrets.

    Parameters
    ----------
    folder
        The server's folder, absolute. What an earlier run stored in it is kept.
    checkout
        Where the wrappers, the test data and the core's environment lie.
    port
        Port on 127.0.0.1 that the server will listen on.
    extra_tools
        Folders with further wrappers, shown in a section of their own.
    """
    config = folder / "config"
    builds = folder / "data" / "tool-data" / "shared" / "ucsc" / "builds.txt"
    for needed in (config, folder / "logs", folder / "tmp", builds.parent):
        needed.mkdir(parents=True, exist_ok=True)
    drawn = keep_secrets(folder)
    options = _galaxy_options(folder, checkout, port, drawn)
    # JSON is YAML too, and quotes every path rightly without a YAML library.
    _write_privately(config / "galaxy.yml", json.dumps({"galaxy": options}, indent=2))
    (config / "job_conf.yml").write_text(json.dumps(_JOB_CONFIGURATION, indent=2))
    (config / "tool_conf.xml").write_text(_toolbox(checkout, extra_tools))
    (config / "dependency_resolvers_conf.xml").write_text(
        "<dependency_resolvers><galaxy_packages/></dependency_resolvers>\n"
    )
    # Galaxy's own samples of these name outside hosts, one of which is asked at start.
    (config / "tool_sheds_conf.xml").write_text("<tool_sheds/>\n")
    (config / "build_sites.yml").write_text("[]\n")
    builds.write_text("?\tunspecified (?)\n")
    _link_core(folder, checkout)
    return drawn


_JOB_CONFIGURATION = {
    "runners": {"local": {"load": "galaxy.jobs.runners.local:LocalJobRunner", "workers": 2}},
    "execution": {
        "default": "local",
        "environments": {"local": {"runner": "local", "local_slots": 2}},
    },
}


def _galaxy_options(folder: Path, checkout: Checkout, port: int, drawn: Secrets) -> dict[str, Any]:
    config, data = folder / "config", folder / "data"
    paths = {
        "config_dir": config,
        "data_dir": data,
        "managed_config_dir": data / "managed",
        "file_path": data / "objects",
        "job_working_directory": data / "jobs",
        "new_file_path": folder / "tmp",
        "tool_config_file": config / "tool_conf.xml",
        "job_config_file": config / "job_conf.yml",
        "dependency_resolvers_config_file": config / "dependency_resolvers_conf.xml",
        "tool_dependency_dir": folder / "deps",
        "tool_data_table_config_path": checkout.data_tables,
        "tool_sheds_config_file": config / "tool_sheds_conf.xml",
        "build_sites_config_file": config / "build_sites.yml",
        "tool_test_data_directories": checkout.test_data,
    }
    return {name: str(path) for name, path in paths.items()} | {
        "brand": "ENNGene",
        "galaxy_infrastructure_url": f"http://127.0.0.1:{port}",
        "database_connection": f"sqlite:///{data}/galaxy.sqlite?isolation_level=IMMEDIATE&timeout=300",
        "database_auto_migrate": True,
        "amqp_internal_connection": f"sqlalchemy+sqlite:///{data}/broker.sqlite?timeout=300",
        "enable_celery_tasks": True,
        # `extended_celery` loses the extra files of outputs, which hold a report's figures.
        "metadata_strategy": "directory_celery",
        "id_secret": drawn.id_secret,
        "bootstrap_admin_api_key": drawn.admin_key,
        "check_upload_content": False,
        "outputs_to_working_directory": True,
        "object_store_store_by": "uuid",
        "cleanup_job": "onsuccess",
        "watch_tools": False,
        "log_level": "INFO",
        # The rest keeps the server from asking outside hosts.
        "conda_auto_init": False,
        "conda_auto_install": False,
        "involucro_auto_init": False,
        "enable_mulled_containers": False,
        "enable_tool_shed_check": False,
        "tool_training_recommendations": False,
    }


def _toolbox(checkout: Checkout, extra_tools: Sequence[Path]) -> str:
    sections = [("enngene", "ENNGene", checkout.wrappers)]
    extra = [path for folder in extra_tools for path in tool_files(folder)]
    if extra:
        sections.append(("extra", "Extra", extra))
    lines = ["<toolbox>"]
    for identifier, name, wrappers in sections:
        lines.append(f"<section id={quoteattr(identifier)} name={quoteattr(name)}>")
        lines += [f"<tool file={quoteattr(str(path.resolve()))}/>" for path in wrappers]
        lines.append("</section>")
    lines.append("</toolbox>")
    return "\n".join(lines) + "\n"


def _link_core(folder: Path, checkout: Checkout) -> None:
    """Let the wrappers' package requirement find the core's virtual environment."""
    package = folder / "deps" / PACKAGE_NAME / checkout.tool_version
    package.mkdir(parents=True, exist_ok=True)
    programs = checkout.environment("core") / "bin"
    (package / "env.sh").write_text(f'export PATH="{programs}:$PATH"\n')


def _write_privately(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text)
