#!/usr/bin/env bash
# Compares `coffee run` with DuckDB answering the same four queries from the same CSV files, and both with counting
# newlines. Whole processes are measured, in turn. bench/README.md says what is measured and how to read it.
set -euo pipefail

usage() {
    cat <<'USAGE'
Usage: bench/compare.sh [OPTIONS]
  --size 800MB|3.2GB               the dataset (default 800MB)
  --months A..B                    other months than those of the size, as 2024-01..2025-06
  --transactions-per-month N       another number of transactions
  --pairs N                        how often each program is measured (default 5)
  --threads N                      threads of each program (default: all cores)
  --work DIR                       where everything goes that is not a result; kept, and used again by the next comparison
  --keep                           keep the default work folder, which is a temporary one
USAGE
}

fail() {
    echo "compare.sh: $*" >&2
    exit 1
}

size=800MB months= transactions= pairs=5 threads=$(nproc) work= keep=false
while (($# > 0)); do
    case $1 in
        --keep) keep=true; shift; continue ;;
        --help | -h) usage; exit 0 ;;
        --size | --months | --transactions-per-month | --pairs | --threads | --work) (($# > 1)) || fail "$1 needs a value." ;;
        *) usage >&2; exit 2 ;;
    esac
    case $1 in
        --size) size=$2 ;;
        --months) months=$2 ;;
        --transactions-per-month) transactions=$2 ;;
        --pairs) pairs=$2 ;;
        --threads) threads=$2 ;;
        --work) work=$2 keep=true ;;
    esac
    shift 2
done

# The published dataset is 24 months of 620,000 transactions: 3.2 GB. A quarter of it is 800 MB.
case $size in
    800MB) standard=155000 ;;
    3.2GB) standard=620000 ;;
    *) fail "--size: found \"$size\", expected 800MB or 3.2GB." ;;
esac
[[ $pairs =~ ^[1-9][0-9]*$ ]] || fail "--pairs: found \"$pairs\", expected a number from 1."
[[ $threads =~ ^[1-9][0-9]*$ ]] || fail "--threads: found \"$threads\", expected a number from 1."
[[ -z $months && -z $transactions ]] || size=${months:-2023-07..2025-06}_${transactions:-$standard}
months=${months:-2023-07..2025-06} transactions=${transactions:-$standard}

gnu_time=$(type -P time) || fail "the program time is missing: install the package time."
for program in dotnet node npm; do
    type -P "$program" > /dev/null || fail "$program is missing: install it."
done

bench=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
if [[ -z $work ]]; then
    work=$(mktemp -d "${TMPDIR:-/tmp}/coffee-compare.XXXXXX")
    $keep || trap 'rm -rf "$work"' EXIT
fi
mkdir -p "$work"
work=$(cd "$work" && pwd)
$keep && echo "work folder: $work"

echo "publishing"
dotnet publish "$bench/../src/CoffeeShop.Cli" -c Release -o "$work/coffee" --nologo -v quiet
dotnet publish "$bench/CoffeeShop.Benchmarks" -c Release -o "$work/benchmarks" --nologo -v quiet
mkdir -p "$work/duckdb"
cp "$bench"/duckdb/{package.json,run.mjs,plain.mjs,tuned.mjs} "$work/duckdb/"
# The exact version is in package.json; its native part has the same one.
(cd "$work/duckdb" && npm install --no-package-lock --no-audit --no-fund --loglevel=error)

data=$work/data-$months-$transactions
if [[ ! -f $data.whole ]]; then
    echo "generating $months with $transactions transactions a month"
    rm -rf "$data"
    "$work/coffee/coffee" generate --out "$data" --months "$months" --transactions-per-month "$transactions" --seed 1
    touch "$data.whole"
fi

out=$work/out
plain=$out/duckdb.ndjson tuned=$out/duckdb-tuned.ndjson actual=$out/client-1.ndjson
rm -rf "$out"
mkdir "$out"
duckdb=(node "$work/duckdb/plain.mjs" --data "$data" --out "$plain" --threads "$threads")
duckdb_tuned=(node "$work/duckdb/tuned.mjs" --data "$data" --out "$tuned" --threads "$threads")
coffee=("$work/coffee/coffee" run --data "$data" --out "$out" --threads "$threads" --quiet)
newlines=("$work/benchmarks/CoffeeShop.Benchmarks" newlines "$data" --threads "$threads")

# measure PAIR NAME COMMAND…: appends a line "pair name seconds processor-seconds peak-kB" to the measurements.
measure() {
    local pair=$1 name=$2 begin end user system kilobytes
    shift 2
    begin=$EPOCHREALTIME
    "$gnu_time" -f '%U %S %M' -o "$out/time" "$@" > "$out/$name.stdout" || fail "$name failed: $*"
    end=$EPOCHREALTIME
    read -r user system kilobytes < "$out/time"
    # Microseconds: GNU time rounds to hundredths, which is much of a fast run.
    local seconds processor
    seconds=$(awk "BEGIN { printf \"%.4f\", (${end/,/.} - ${begin/,/.}) }")
    processor=$(awk "BEGIN { printf \"%.2f\", $user + $system }")
    printf '%s\t%s\t%s\t%s\t%s\n' "$pair" "$name" "$seconds" "$processor" "$kilobytes" >> "$out/measurements.tsv"
    echo "pair $pair: $name $seconds s"
}

# Pair 0 is the warm-up: files are in the page cache from then on. The report leaves it out.
for ((pair = 0; pair <= pairs; pair++)); do
    rm -f "$plain" "$tuned" "$actual"
    measure "$pair" duckdb "${duckdb[@]}"
    measure "$pair" coffee "${coffee[@]}"
    measure "$pair" newlines "${newlines[@]}"
    measure "$pair" duckdb-tuned "${duckdb_tuned[@]}"
    for expected in "$plain" "$tuned"; do
        "$work/coffee/coffee" compare "$expected" "$actual" > "$out/compare.stdout" 2>&1 || {
            cat "$out/compare.stdout" >&2
            fail "the answers of DuckDB and coffee differ."
        }
        cmp -s "$expected" "$actual" || fail "the answers of DuckDB and coffee have the same rows and not the same bytes."
    done
done

mkdir -p "$bench/results"
node "$bench/report.mjs" --measurements "$out/measurements.tsv" --tables "$out/newlines.stdout" --answers "$actual" \
    --name "$size" --months "$months" --transactions-per-month "$transactions" --threads "$threads" \
    --dotnet "$(dotnet --list-runtimes | awk '$1 == "Microsoft.NETCore.App" && $2 ~ /^10\./ { v = $2 } END { print v }')" \
    --duckdb "$(node "$work/duckdb/plain.mjs" --version)" \
    --results "$bench/results"
cat "$bench/results/$size.md"
