#!/usr/bin/env bash
# workflows/demo.sh FOLDER: the main job on the real data of test-data/, from BED files to the reports.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
data=$root/test-data
mkdir -p "$1"
cd "$1"
references=(--fasta "$data/genome.fa" --conservation "$data/phyloP.bw")
set -x
enngene preprocess --intervals exons="$data/exons.bed" --intervals introns="$data/introns.bed" \
    --intervals intergenic="$data/intergenic.bed" "${references[@]}" \
    --branches sequence,structure,conservation --window 100 --seed 1 \
    --output dataset.h5 --rejected rejected.tsv --report preprocess.html
enngene train --dataset dataset.h5 --epochs 30 --seed 1 \
    --output model.zip --history history.tsv --report train.html
enngene evaluate --model model.zip --dataset dataset.h5 --split test \
    --output metrics.tsv --predictions test_predictions.tsv --report evaluate.html
enngene predict --model model.zip --intervals "$data/new.bed" "${references[@]}" \
    --output new_predictions.tsv
enngene interpret --model model.zip --intervals "$data/new.bed" "${references[@]}" \
    --output attributions.h5 --table attributions.tsv --report interpret.html
{ set +x; } 2>/dev/null
echo
echo "Open these in a browser:"
for page in preprocess train evaluate interpret; do echo "  $PWD/$page.html"; done
echo "The model is $PWD/model.zip; tables and datasets lie beside it."
