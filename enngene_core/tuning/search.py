"""A search that is about to begin or to go on; TensorFlow is not loaded."""

from dataclasses import dataclass
from pathlib import Path

from enngene_core.dataset.file import Dataset
from enngene_core.errors import SpecError
from enngene_core.provenance import sha256
from enngene_core.specs.study import Study, Trial
from enngene_core.specs.tuning import TuningSpec
from enngene_core.training.checks import check_run
from enngene_core.tuning.proposal import propose
from enngene_core.tuning.space import network_of, training_of
from enngene_core.tuning.study import check_study, read_study, write_study


@dataclass(frozen=True)
class Search:
    """A search that fits its dataset.

    Attributes
    ----------
    dataset : Path
    sha256 : str
        Of the dataset.
    branches : tuple of str
        All branches of the dataset; each network reads them.
    spec : TuningSpec
    trials : tuple of Trial
        Those that were finished before.
    study : Path or None
        File that is written after each trial.
    """

    dataset: Path
    sha256: str
    branches: tuple[str, ...]
    spec: TuningSpec
    trials: tuple[Trial, ...] = ()
    study: Path | None = None

    def keep(self, trials: tuple[Trial, ...]) -> None:
        """Write the study, if there is a file for it."""
        if self.study is not None:
            write_study(self.study, Study(dataset=self.sha256, settings=self.spec, trials=trials))


def prepare(
    dataset: Path, spec: TuningSpec, *, study: Path | None = None, take_up: Path | None = None
) -> Search:
    """Check dataset and study, before TensorFlow is loaded.

    Parameters
    ----------
    dataset
        File that preprocessing wrote.
    spec
        What to search.
    study
        File of the search: taken up if it has trials, and written after each trial. An empty file
        is a new study.
    take_up
        Study of an earlier run, whose file stays as it is.

    Raises
    ------
    DatasetError
        If the file is no dataset, or its train or validation split lacks windows.
    SpecError
        If a study is none, or of another dataset or search.
    """
    with Dataset(dataset) as opened:
        branches = tuple(opened.spec.encodings)
    values = propose(spec, ()).values
    # A network that is too large is a trial that fails; this one is not.
    values = values.model_copy(update={"layers": 1, "filters": 1, "units": 2})
    check_run(dataset, training_of(values, spec), network_of(values, branches), None)
    digest = sha256(dataset)
    trials: tuple[Trial, ...] = ()
    if study is not None and not study.parent.is_dir():
        raise SpecError(f"{study}: its folder does not exist; create it first")
    has_trials = study is not None and study.exists() and study.stat().st_size > 0
    if has_trials and take_up is not None:
        raise SpecError(f"--study {study} has trials already; give it without --take-up")
    earlier = study if has_trials else take_up
    if earlier is not None:
        found = read_study(earlier)
        check_study(found, earlier, dataset=digest, settings=spec)
        trials = found.trials
    return Search(dataset, digest, branches, spec, trials, study)
