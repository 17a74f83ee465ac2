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

# What do structure and conservation add? The same network, of the same windows, without them.
enngene split --dataset dataset.h5 --branches sequence --seed 1 --output sequence.h5
enngene train --dataset sequence.h5 --epochs 30 --seed 1 --output sequence.zip
enngene compare --model all=model.zip --model sequence=sequence.zip --dataset dataset.h5 \
    --output numbers.tsv --comparisons comparisons.tsv --report compare.html

enngene predict --model model.zip --intervals "$data/new.bed" "${references[@]}" \
    --output new_predictions.tsv
enngene interpret --model model.zip --intervals "$data/new.bed" "${references[@]}" \
    --output attributions.h5 --table attributions.tsv --report interpret.html
enngene motifs --model model.zip --dataset dataset.h5 \
    --output motifs.tsv --meme motifs.meme --report motifs.html

# Where else? Nothing has to be folded for the network of sequence alone, which makes it fast.
printf 'chr_10\t80000\t120000\n' > region.bed
enngene scan --model sequence.zip --fasta "$data/genome.fa" --regions region.bed --q 0.2 \
    --background 20000 --output peaks.narrowPeak --tracks tracks --report scan.html
{ set +x; } 2>/dev/null
echo
echo "Open these in a browser:"
for page in preprocess train evaluate compare interpret motifs scan; do echo "  $PWD/$page.html"; done
echo "The model is $PWD/model.zip; tables and datasets lie beside it, and for a genome browser"
echo "peaks.narrowPeak and the probabilities of each class in tracks/."
