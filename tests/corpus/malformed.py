"""The whole corpus."""

from tests.corpus import features, genomes, intervals, scores, sequences, tables, tracks
from tests.corpus.case import Case

CASES: list[Case] = [
    case
    for module in (intervals, features, genomes, sequences, scores, tracks, tables)
    for case in module.cases()
]
