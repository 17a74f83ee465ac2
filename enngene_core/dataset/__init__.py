"""The dataset: windows, branches, labels and splits in one file."""
