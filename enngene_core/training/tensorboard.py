"""The epochs of a run as TensorBoard shows them."""

import time
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from tempfile import TemporaryDirectory

import tensorflow as tf

from enngene_core.training.fitted import Fitted
from enngene_core.training.train import TrainingResult

# One date for all members, as in bundles.
_DATE = (1980, 1, 1, 0, 0, 0)
_FILE = "events.out.tfevents.0.enngene"


def write_tensorboard(path: Path, result: TrainingResult) -> None:
    """Write a zip of event files, with the names that Keras gives: ``epoch_loss`` and so on.

    They are in two folders, ``train`` and ``validation``, which TensorBoard draws as two curves:
    all epochs, those before a resumption too. Of several networks each has a folder of its own,
    such as ``member_2``. The time of each epoch is kept, so no two runs write the same bytes.

    Parameters
    ----------
    path
        Zip to write.
    result
        A finished run.
    """
    with (
        TemporaryDirectory(dir=path.parent) as folder,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        networks = result.networks
        for network, fitted in networks:
            above = f"{network.replace(' ', '_')}/" if len(networks) > 1 else ""
            for name, scalars in _scalars(fitted).items():
                written = Path(folder, name)
                with tf.io.TFRecordWriter(str(written)) as file:
                    for event in _events(scalars, fitted.seconds):
                        file.write(event.SerializeToString())
                member = zipfile.ZipInfo(f"{above}{name}/{_FILE}", _DATE)
                archive.writestr(member, written.read_bytes(), zipfile.ZIP_DEFLATED)


def _scalars(fitted: Fitted) -> Mapping[str, Sequence[Mapping[str, float]]]:
    """Numbers of each epoch, by folder and tag."""
    return {
        "train": [
            {"epoch_loss": row[1], "epoch_accuracy": row[2], "epoch_learning_rate": rate}
            for row, rate in zip(fitted.history, fitted.learning_rates, strict=True)
        ],
        "validation": [{"epoch_loss": row[3], "epoch_accuracy": row[4]} for row in fitted.history],
    }


def _events(
    scalars: Sequence[Mapping[str, float]], seconds: Sequence[float]
) -> Iterator[tf.compat.v1.Event]:
    """The mark of an event file, then an event an epoch."""
    started = time.time() - sum(seconds)
    yield tf.compat.v1.Event(wall_time=started, file_version="brain.Event:2")
    for number, (values, since) in enumerate(zip(scalars, accumulate(seconds), strict=True), 1):
        event = tf.compat.v1.Event(wall_time=started + since, step=number)
        for tag, value in values.items():
            event.summary.value.add(tag=tag, simple_value=value)
        yield event
