"""The command line: it parses words, prints and sets exit codes, nothing else."""
