"""The zip file of a model bundle: its members, and how large each may be."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from enngene_core.errors import BundleError
from enngene_core.models.zip_file import DAMAGED, check_directory, check_member
from enngene_core.specs.members import MAX_MEMBERS
from enngene_core.specs.shapes import MAX_PARAMETERS

#: Names, types and shapes of tensors.
_HEADER = 1 << 20
_LARGEST_WEIGHTS = 4 * MAX_PARAMETERS + _HEADER
_LARGEST = {
    "config.json": 3 << 20,
    "model.safetensors": _LARGEST_WEIGHTS,
    "README.md": 1 << 20,
    "history.tsv": 16 << 20,
}
#: What the training windows are made of; imported and older models lack it.
TYPICAL = "typical.safetensors"
_OPTIONAL = {TYPICAL: 2 << 20}


def weights_names(n_members: int) -> list[str]:
    """Files of the members' weights: ``model.safetensors``, ``model_2.safetensors``, ..."""
    return ["model.safetensors", *(f"model_{n}.safetensors" for n in range(2, n_members + 1))]


class BundleZip:
    """An open zip file with no other members than a bundle has, none too large.

    Parameters
    ----------
    path
        File, for messages.
    archive
        The same, open.

    Attributes
    ----------
    path : Path

    Raises
    ------
    BundleError
        If it has others, or lacks one.
    """

    def __init__(self, path: Path, archive: zipfile.ZipFile) -> None:
        self.path, self._archive = path, archive
        more = weights_names(MAX_MEMBERS)[1:]
        largest = _LARGEST | _OPTIONAL | dict.fromkeys(more, _LARGEST_WEIGHTS)
        self._found = set[str]()
        for info in archive.infolist():
            if info.filename not in largest or info.filename in self._found:
                raise BundleError(
                    f"{path}: found member {info.filename[:80]!r}; expected once each of "
                    f"{', '.join(_LARGEST)}, perhaps {TYPICAL}, and in an ensemble {more[0]} to "
                    f"{more[-1]}, and nothing else"
                )
            self._found.add(info.filename)
            check_member(path, info, largest[info.filename])
        for name in _LARGEST:
            if name not in self._found:
                raise BundleError(f"{path}: has no {name}; expected a model bundle")

    def __contains__(self, name: str) -> bool:
        return name in self._found

    def read(self, name: str) -> bytes:
        """Contents of a member.

        Raises
        ------
        BundleError
            If it is damaged or encrypted.
        """
        with _damage_told(self.path):
            return self._archive.read(name)

    def read_weights(self, name: str, *, n_parameters: int) -> bytes:
        """The same of a network's weights, which are not larger than that network's.

        Raises
        ------
        BundleError
            If they are.
        """
        check_member(self.path, self._archive.getinfo(name), 4 * n_parameters + _HEADER)
        return self.read(name)

    def check_members(self, n_members: int) -> None:
        """Refuse the weights of more or fewer networks than these.

        Raises
        ------
        BundleError
            If there are.
        """
        names = weights_names(n_members)
        others = self._found - {*_LARGEST, *_OPTIONAL} | {names[0]}
        for name in sorted(set(names) ^ others):
            state = f"is missing {name}" if name in names else f"found {name}"
            raise BundleError(
                f"{self.path}: {state}; expected the weights of {n_members} networks, as its "
                "config.json says"
            )


@contextmanager
def open_bundle_zip(path: Path) -> Iterator[BundleZip]:
    """Open a bundle, as far as its list of members goes.

    Raises
    ------
    BundleError
        If the file is no zip file, is damaged, or has other members than a bundle.
    """
    if not path.is_file():
        raise BundleError(f"{path}: no such file")
    with _damage_told(path):
        check_directory(path)
        archive = zipfile.ZipFile(path)
    with archive:
        found = BundleZip(path, archive)
        for name in ("README.md", "history.tsv"):  # nothing else reads them
            found.read(name)
        yield found


@contextmanager
def _damage_told(path: Path) -> Iterator[None]:
    try:
        yield
    except BundleError:  # a ValueError
        raise
    except DAMAGED as error:
        raise BundleError(
            f"{path}: not a zip file, or cut short or damaged; expected a model bundle that "
            "'enngene train' wrote"
        ) from error
    except RuntimeError as error:  # zipfile raises it for an encrypted member
        raise BundleError(f"{path}: {error}; expected a model bundle") from error
