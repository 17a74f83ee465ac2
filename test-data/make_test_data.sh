#!/usr/bin/env bash
# Makes the derived files of this folder from the real ones, with the enngene command on PATH.
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# New intervals: 12 of each class from all over chr_13, which dataset.h5 and model.zip never saw.
for class in exons introns intergenic; do
    n=$(grep -c '^chr_13' "$class.bed")
    awk -v OFS='\t' -v class="$class" -v n="$n" '$1 == "chr_13" {
        if (int(i * 12 / n) != int((i + 1) * 12 / n)) { $4 = class "_" (++k); print }
        i++
    }' "$class.bed"
done > new.bed

# The same intervals as peaks, and the genome compressed by bgzip.
awk -v OFS='\t' '{ print $1, $2, $3, $4, 0, $6, 1.5, -1, -1, int(($3 - $2) / 2) }' new.bed > new.narrowPeak
python - <<'PYTHON'
import shutil
from Bio import bgzf
with open("genome.fa", "rb") as plain, bgzf.open("genome.fa.gz", "wb") as packed:
    shutil.copyfileobj(plain, packed)
PYTHON

# The first exons with one line whose end is not greater than its start.
awk -v OFS='\t' 'NR == 3 { $3 = $2 } { print } NR == 5 { exit }' exons.bed > end_before_start.bed

# A small dataset: exons and introns of chr_10 to chr_12.
for class in exons introns; do
    grep -v '^chr_13' "$class.bed" > "$work/$class.bed"
done
enngene preprocess --intervals exons="$work/exons.bed" --intervals introns="$work/introns.bed" \
    --fasta genome.fa --conservation phyloP.bw --branches sequence,conservation \
    --window 60 --ratio 8:1:1 --seed 1 --output dataset.h5

# A small network, trained on it.
cat > network.json <<'JSON'
{
  "branches": {
    "sequence": [{"type": "convolution", "filters": 16, "kernel": 8, "batch_normalization": true, "dropout": 0.1}],
    "conservation": [{"type": "convolution", "filters": 8, "kernel": 8, "batch_normalization": true, "dropout": 0.1}]
  },
  "common": [
    {"type": "gru", "units": 16, "bidirectional": true, "dropout": 0.1},
    {"type": "dense", "units": 16, "dropout": 0.1}
  ]
}
JSON
enngene train --dataset dataset.h5 --network network.json --epochs 15 --seed 1 --threads 2 --output model.zip
