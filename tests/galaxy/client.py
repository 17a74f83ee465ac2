"""A small client of Galaxy's HTTP interface."""

from __future__ import annotations

import json
import secrets
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FINISHED_WELL = {"ok"}
FAILED = {"error", "failed_metadata", "discarded", "paused", "empty"}


class GalaxyRequestError(RuntimeError):
    """Galaxy refused a request, or a job of its failed."""


@dataclass(frozen=True)
class GalaxyClient:
    """Requests to one server as the owner of one API key."""

    url: str
    key: str

    def request(self, method: str, path: str, body: Any = None, *, timeout: float = 60) -> Any:
        """Send a request with a JSON body and return the decoded JSON answer.

        Parameters
        ----------
        method
            HTTP method.
        path
            Path with its query, from ``/api/`` on.
        body
            What to send, encoded as JSON.
        timeout
            Seconds to wait for an answer.

        Raises
        ------
        GalaxyRequestError
            If the server answers with an HTTP error; its message is included.
        """
        content = None if body is None else json.dumps(body).encode()
        answer = self.send(method, path, content, "application/json", timeout=timeout)
        return json.loads(answer) if answer else None

    def send(
        self,
        method: str,
        path: str,
        content: bytes | None = None,
        content_type: str = "text/plain",
        *,
        timeout: float = 60,
    ) -> bytes:
        """Send a request with any body and return the answer as it is."""
        request = urllib.request.Request(
            self.url + path,
            method=method,
            data=content,
            headers={"x-api-key": self.key, "content-type": content_type},
        )
        # No proxy of the environment may stand between this client and a server on loopback.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=timeout) as answer:
                received: bytes = answer.read()
                return received
        except urllib.error.HTTPError as error:
            message = error.read().decode(errors="replace")[:2000]
            raise GalaxyRequestError(
                f"{method} {path} was answered with {error.code}: {message}"
            ) from error

    def ensure_user(self, email: str, username: str, password: str) -> str:
        """Return the API key of a user, who is created when missing. Needs an admin's key."""
        query = urllib.parse.urlencode({"f_email": email})
        matching = self.request("GET", f"/api/users?{query}")
        user_ids = [user["id"] for user in matching if user["email"] == email]
        if not user_ids:
            account = {"email": email, "username": username, "password": password}
            user_ids = [self.request("POST", "/api/users", account)["id"]]
        return str(self.request("POST", f"/api/users/{user_ids[0]}/api_key"))

    def find_history(self, name: str) -> str | None:
        """Return the id of the newest history called `name`, if there is one."""
        for history in self.request("GET", "/api/histories?order=create_time-dsc"):
            if history["name"] == name and not history["deleted"]:
                return str(history["id"])
        return None

    def create_history(self, name: str) -> str:
        """Create a history and return its id."""
        return str(self.request("POST", "/api/histories", {"name": name})["id"])

    def rename_history(self, history_id: str, name: str) -> None:
        """Give a history another name."""
        self.request("PUT", f"/api/histories/{history_id}", {"name": name})

    def upload(self, history_id: str, files: Mapping[Path, str]) -> dict[str, str]:
        """Upload files, wait until all are ready, and return dataset ids by file name.

        Parameters
        ----------
        history_id
            Where they go.
        files
            Galaxy datatype of each file.
        """
        elements = [
            {"src": "files", "name": path.name, "ext": datatype} for path, datatype in files.items()
        ]
        target = {"destination": {"type": "hdas"}, "elements": elements}
        fields = {"history_id": history_id, "targets": json.dumps([target])}
        contents = {f"files_{i}|file_data": path for i, path in enumerate(files)}
        self.send("POST", "/api/tools/fetch", *_form(fields, contents))
        self.wait_for_history(history_id, n_datasets=len(files))
        return {item["name"]: item["id"] for item in self.datasets(history_id)}

    def datasets(self, history_id: str) -> list[dict[str, Any]]:
        """Return the datasets of a history, oldest first, with all their details."""
        contents: list[dict[str, Any]] = self.request(
            "GET", f"/api/histories/{history_id}/contents?details=all&types=dataset"
        )
        return contents

    def wait_for_history(
        self, history_id: str, *, n_datasets: int = 1, timeout: float = 300
    ) -> None:
        """Wait until a history holds at least `n_datasets` and all of them are ready.

        Raises
        ------
        GalaxyRequestError
            If one failed.
        TimeoutError
            If they are not ready after `timeout` seconds.
        """
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            datasets = self.datasets(history_id)
            failed = [item for item in datasets if item["state"] in FAILED]
            if failed:
                raise GalaxyRequestError(self._why(failed[0]))
            if len(datasets) >= n_datasets and all(
                item["state"] in FINISHED_WELL for item in datasets
            ):
                return
            time.sleep(0.5)
        raise TimeoutError(f"the history was not ready after {timeout:.0f} s")

    def _why(self, failed: Mapping[str, Any]) -> str:
        told = f"dataset {failed['name']}: {failed['state']}: {failed['misc_info']}"
        if not failed.get("creating_job"):
            return told
        job = self.request("GET", f"/api/jobs/{failed['creating_job']}?full=true")
        parts = (
            f"{name}: {job[name]}" for name in ("exit_code", "stdout", "stderr") if name in job
        )
        return "\n".join((told, *parts))

    def create_list(self, history_id: str, name: str, dataset_ids: Mapping[str, str]) -> str:
        """Build a list collection of datasets by element name, and return its id."""
        collection = {
            "type": "dataset_collection",
            "collection_type": "list",
            "copy_elements": False,
            "name": name,
            "element_identifiers": [
                {"name": element, "src": "hda", "id": dataset_id}
                for element, dataset_id in dataset_ids.items()
            ],
        }
        created = self.request("POST", f"/api/histories/{history_id}/contents", collection)
        return str(created["id"])

    def import_workflow(self, path: Path) -> str:
        """Store the workflow in `path`, as a new version if it is known, and return its id."""
        workflow = json.loads(path.read_text())
        for stored in self.request("GET", "/api/workflows"):
            if stored["name"] == workflow["name"]:
                self.request("PUT", f"/api/workflows/{stored['id']}", {"workflow": workflow})
                return str(stored["id"])
        return str(self.request("POST", "/api/workflows", {"workflow": workflow})["id"])


def _form(fields: Mapping[str, str], files: Mapping[str, Path]) -> tuple[bytes, str]:
    """Encode text fields and files as ``multipart/form-data``: the body, and its type."""
    boundary = secrets.token_hex(16)
    parts = [
        f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}'.encode()
        for name, value in fields.items()
    ]
    for name, path in files.items():
        disposition = f'Content-Disposition: form-data; name="{name}"; filename="{path.name}"'
        kind = "Content-Type: application/octet-stream"
        parts.append(f"{disposition}\r\n{kind}\r\n\r\n".encode() + path.read_bytes())
    body = b"".join(b"--%s\r\n%s\r\n" % (boundary.encode(), part) for part in parts)
    return body + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"
