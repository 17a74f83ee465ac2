"""HDF5 files that a stranger may have made: nothing is read before its type is known."""

from pathlib import Path

import h5py

from enngene_core.errors import EnngeneError

#: As JSON, whose values take up to 30 times as much memory.
LARGEST_TEXT = 4 << 20
#: What h5py raises for a damaged file, or for types that numpy does not have.
UNREADABLE = (OSError, KeyError, TypeError, ValueError, RuntimeError, OverflowError)
#: Filters that give as many bytes as they take; others may unpack a little to very much.
_SAME_SIZE = (h5py.h5z.FILTER_FLETCHER32, h5py.h5z.FILTER_SHUFFLE)


def read_attribute(
    file: h5py.File, name: str, *, path: Path, error: type[EnngeneError]
) -> str | int | None:
    """Text or whole number that is an attribute of the file itself; None if there is none.

    A text of variable length doesn't tell its size before it is in memory: `look_first` bounds
    what it may take.

    Parameters
    ----------
    file
        Open file.
    name
        Attribute.
    path
        File, for messages.
    error
        What is raised.

    Raises
    ------
    EnngeneError
        If it is something else, or larger than 4 MiB.
    OSError
        If it is damaged.
    """
    if name not in file.attrs:
        return None
    attribute = file.attrs.get_id(name)
    kind = attribute.get_type().get_class()
    is_one = attribute.shape in ((), (1,)) and attribute.get_storage_size() <= LARGEST_TEXT
    # Other types than these two are not even given to numpy: damaged ones end the process.
    is_text = kind == h5py.h5t.STRING
    if is_one and (is_text or kind == h5py.h5t.INTEGER):
        value = file.attrs[name]
        value = value if attribute.shape == () else value[0]
        if not is_text:
            return int(value)
        try:
            text = value.decode() if isinstance(value, bytes) else str(value)
            if len(text.encode()) <= LARGEST_TEXT:
                return text
        except UnicodeError:
            pass
    raise error(
        f"{path}: its attribute {name!r} is no UTF-8 text of at most {LARGEST_TEXT:,} bytes"
    )


def is_own(group: h5py.Group, key: str) -> bool:
    """Whether a name stands for an object of this very file.

    A soft or external link could name any file of a server, and h5py's own `in` follows it.
    """
    links = group.id.links
    name = key.encode()
    return bool(links.exists(name) and links.get_info(name).type == h5py.h5l.TYPE_HARD)


def check_stored_here(array: h5py.Dataset) -> None:
    """Refuse an array that takes more memory than this very file stores of it.

    A huge shape costs nothing to declare, and a packed piece may unpack to any size.

    Raises
    ------
    ValueError
        If its numbers lie in another file, are packed, or are fewer than its shape says.
    """
    if array.external or array.is_virtual:
        raise ValueError("keeps its data in another file; refused")
    properties = array.id.get_create_plist()
    for index in range(properties.get_nfilters()):
        if properties.get_filter(index)[0] not in _SAME_SIZE:
            raise ValueError(
                "is compressed; expected plain numbers ('h5repack -f NONE' unpacks a file)"
            )
    stored = min(array.id.get_storage_size(), array.file.id.get_filesize())
    if stored < array.nbytes:
        raise ValueError(f"holds less than its shape {array.shape} says")
