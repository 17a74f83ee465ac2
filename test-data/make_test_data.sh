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

# The same intervals as peaks; and on a chromosome called 13, in their order on it, for tabix.
awk -v OFS='\t' '{ print $1, $2, $3, $4, 0, $6, 1.5, -1, -1, int(($3 - $2) / 2) }' new.bed > new.narrowPeak
# Exons and introns of them in one table, the class in its first column.
awk -v OFS='\t' '$4 !~ /^intergenic/ { class = $4; sub("_.*", "", class); print class, $0 }' new.bed > labelled.tsv
sed 's/^chr_//' new.bed | LC_ALL=C sort -k 1,1 -k 2,2n > "$work/new.bed"

# These and the genome, compressed by bgzip.
python - "$work/new.bed" genome.fa <<'PYTHON'
import shutil
import sys
from pathlib import Path
from Bio import bgzf
for path in map(Path, sys.argv[1:]):
    with path.open("rb") as plain, bgzf.open(f"{path.name}.gz", "wb") as packed:
        shutil.copyfileobj(plain, packed)
PYTHON

# Genes as other people's annotation has them: GFF3, with chromosomes called 10 to 13. And the table of both names.
{
    echo "##gff-version 3"
    for class in exon intron; do
        awk -v OFS='\t' -v class="$class" '{
            sub("chr_", "", $1); print $1, "fgenesh", class, $2 + 1, $3, ".", $6, ".", "Name=" $4
        }' "${class}s.bed"
    done | LC_ALL=C sort -k 1,1n -k 4,4n
} > genes.gff3
printf 'chr_%s\t%s\n' 10 10 11 11 12 12 13 13 > chromosome_names.tsv

# A split that is given: of five genes three are for training, one for validation and one for testing. As a table of
# their names, and at the end of the names themselves.
cut -f 4 exons.bed introns.bed | awk -v OFS='\t' '!seen[$1]++ {
    k = n++ % 5; print $1, k < 3 ? "train" : k < 4 ? "validation" : "test"
}' > splits.tsv
for class in exons introns; do
    awk -v OFS='\t' 'NR == FNR { split_of[$1] = $2; next } FNR <= 80 { $4 = $4 "|" split_of[$4]; print }' \
        splits.tsv "$class.bed" > "${class}_given.bed"
done

# The genome as 2bit.
(cd .. && python -m tests.formats.twobit_files test-data/genome.fa test-data/genome.2bit)

# Ready sequences, cut out on their own strands: exons as DNA, with 10 bases in lower case on either
# side; introns as RNA in lower case.
python - <<'PYTHON'
import gzip
import textwrap
from pathlib import Path
import pyfaidx
genome = pyfaidx.Fasta("genome.fa", rebuild=False)
def cut(chrom, start, end, strand):
    stretch = genome[chrom][start:end]
    return str(-stretch if strand == "-" else stretch)
def write(name, flank, spell):
    records = []
    for line in Path(f"{name}.bed").read_text().splitlines()[:120]:
        chrom, start, end, _, _, strand = line.split("\t")
        start, end = int(start) - flank, int(end) + flank
        letters = "\n".join(textwrap.wrap(spell(cut(chrom, start, end, strand)), 60))
        records.append(f">{chrom}:{start}-{end}({strand}) {name}\n{letters}\n")
    Path(f"{name}.fa.gz").write_bytes(gzip.compress("".join(records).encode(), mtime=0))
write("exons", 10, lambda bases: bases[:10].lower() + bases[10:-10] + bases[-10:].lower())
write("introns", 0, lambda bases: bases.lower().replace("t", "u"))

# The new intervals as sequences: FASTA, and RNA with one sequence a line.
loci = [line.split("\t") for line in Path("new.bed").read_text().splitlines()]
new = {name: cut(chrom, int(start), int(end), strand) for chrom, start, end, name, _, strand in loci}
Path("new.fa.gz").write_bytes(gzip.compress("".join(f">{n}\n{s}\n" for n, s in new.items()).encode(), mtime=0))
Path("new.txt").write_text("".join(s.replace("T", "U") + "\n" for s in list(new.values())[::6]))
PYTHON
rm -f genome.fa.fai

# Both classes in one FASTA; the class is the last word of each header.
zcat exons.fa.gz introns.fa.gz > labelled.fa

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
enngene train --dataset dataset.h5 --network network.json --epochs 40 --seed 1 --precision float32 --threads 2 --output model.zip

# The same without conservation, to be compared with it; and what both predict for the test windows.
cat > "$work/network.json" <<'JSON'
{
  "branches": {
    "sequence": [{"type": "convolution", "filters": 16, "kernel": 8, "batch_normalization": true, "dropout": 0.1}]
  },
  "common": [
    {"type": "gru", "units": 16, "bidirectional": true, "dropout": 0.1},
    {"type": "dense", "units": 16, "dropout": 0.1}
  ]
}
JSON
enngene train --dataset dataset.h5 --network "$work/network.json" --epochs 40 --seed 1 --precision float32 --threads 2 \
    --output model_sequence.zip
for model in model model_sequence; do
    enngene evaluate --model $model.zip --dataset dataset.h5 --resamples 0 --output "$work/metrics.tsv" \
        --predictions predictions_$model.tsv
done

# A search of one trial, that can be taken up.
rm -f study.json
enngene tune --dataset dataset.h5 --n-trials 1 --epochs 2 --patience 1 --batch-size 32 --pruning off \
    --min-layers 2 --max-layers 2 --min-filters 4 --max-filters 4 --min-kernel 5 --max-kernel 5 \
    --min-pooling 3 --max-pooling 3 --after-convolutions global_pooling --min-units 6 --max-units 6 \
    --min-dropout 0.1 --max-dropout 0.1 --batch-normalization on --min-learning-rate 0.001 --max-learning-rate 0.02 \
    --threads 2 --output "$work/best.zip" --study study.json

# A dataset of all kinds of branches, a smaller network, and a model that reads them.
enngene preprocess --intervals exons=exons_given.bed --intervals introns=introns_given.bed \
    --fasta genome.fa --branches sequence,structure --structure unpaired --structure-flank 10 \
    --track phyloP=phyloP.bw --track introns=introns.bed --window 40 --split given --seed 1 --output dataset_tracks.h5
cat > network_tracks.json <<'JSON'
{
  "branches": {
    "sequence": [{"type": "convolution", "filters": 8, "kernel": 5}],
    "structure": [{"type": "convolution", "filters": 4, "kernel": 5}],
    "phyloP": [{"type": "convolution", "filters": 4, "kernel": 5}],
    "introns": [{"type": "convolution", "filters": 4, "kernel": 5}]
  },
  "common": [{"type": "dense", "units": 8}]
}
JSON
enngene train --dataset dataset_tracks.h5 --network network_tracks.json --epochs 20 --seed 1 --precision float32 --threads 2 \
    --output model_tracks.zip

# Two networks that read sequence and structure, trained on ready sequences.
enngene preprocess --sequences exons=exons.fa.gz --sequences introns=introns.fa.gz \
    --branches sequence,structure --structure unpaired --window 40 --edge pad --ratio 8:1:1 --seed 1 \
    --output "$work/dataset_sequences.h5"
cat > "$work/network.json" <<'JSON'
{
  "branches": {
    "sequence": [{"type": "convolution", "filters": 8, "kernel": 6}],
    "structure": [{"type": "convolution", "filters": 4, "kernel": 5}]
  },
  "common": [{"type": "dense", "units": 8}]
}
JSON
enngene train --dataset "$work/dataset_sequences.h5" --network "$work/network.json" --members 2 --epochs 20 --seed 1 \
    --threads 2 --output model_sequences.zip
