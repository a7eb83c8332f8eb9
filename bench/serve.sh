#!/usr/bin/env bash
# Compares `coffee send` to a `coffee serve` on the same machine with `coffee run` on the same files, and measures how soon batches
# are acknowledged when many clients send at once. bench/README.md says what is measured and how to read it.
set -euo pipefail

usage() {
    cat <<'USAGE'
Usage: bench/serve.sh [OPTIONS]
  --pairs N       how often each way is measured (default 5)
  --clients N     how many clients send at once (default 50)
  --work DIR      where everything goes that is not a result; kept, and used again by the next measurement (the default is a temporary one)
USAGE
}

fail() {
    echo "serve.sh: $*" >&2
    exit 1
}

pairs=5 clients=50 work=
while (($# > 0)); do
    case $1 in
        --help | -h) usage; exit 0 ;;
        --pairs | --clients | --work) (($# > 1)) || fail "$1 needs a value." ;;
        *) usage >&2; exit 2 ;;
    esac
    case $1 in
        --pairs) pairs=$2 ;;
        --clients) clients=$2 ;;
        --work) work=$2 ;;
    esac
    shift 2
done
for number in "$pairs" "$clients"; do [[ $number =~ ^[1-9][0-9]*$ ]] || fail "found \"$number\", expected a number from 1."; done
type -P dotnet > /dev/null || fail "dotnet is missing: install it."

bench=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
server=
[[ -n $work ]] && mkdir -p "$work" || { work=$(mktemp -d "${TMPDIR:-/tmp}/coffee-serve.XXXXXX") && temporary=true; }
work=$(cd "$work" && pwd)
trap '[[ -z $server ]] || kill "$server" 2> /dev/null; ! ${temporary:-false} || rm -rf "$work"' EXIT

echo "publishing"
dotnet publish "$bench/../src/CoffeeShop.Cli" -c Release -o "$work/coffee" --nologo -v quiet
dotnet publish "$bench/CoffeeShop.Benchmarks" -c Release -o "$work/benchmarks" --nologo -v quiet
coffee=$work/coffee/coffee

# generate NAME TRANSACTIONS-PER-MONTH MONTHS: a dataset, unless it is there.
generate() {
    [[ -f $work/$1.whole ]] && return
    echo "generating $1"
    rm -rf "${work:?}/$1"
    "$coffee" generate --out "$work/$1" --months "$3" --transactions-per-month "$2" --seed 1
    touch "$work/$1.whole"
}
# The one of a quarter of the published size, as in compare.sh; the other is what each of many clients sends.
generate data-2023-07..2025-06-155000 155000 2023-07..2025-06
generate data-2024-01..2024-06-20000 20000 2024-01..2024-06
large=$work/data-2023-07..2025-06-155000 small=$work/data-2024-01..2024-06-20000

out=$work/serve-out
rm -rf "$out"
mkdir "$out"
start() {
    rm -rf "$out/state"
    "$coffee" serve --port 0 --http 127.0.0.1:0 --state "$out/state" > "$out/ready" 2> "$out/serve.log" &
    server=$!
    until grep -q ready "$out/ready"; do
        kill -0 "$server" 2> /dev/null || fail "the server did not start: $(tail -1 "$out/serve.log")"
        sleep 0.1
    done
    address=$(sed -nE 's/.*action: listen .*address: (127\.0\.0\.1:[0-9]+).*/\1/p' "$out/serve.log" | head -1)
    [[ -n $address ]] || fail "the server does not say where it listens: $(grep listen "$out/serve.log")"
}
stop() {
    kill "$server"
    wait "$server" || fail "the server ended with exit code $?."
    server=
}
# Hundredths of a second of the server's processor time, and the most memory that it had, in kB.
processor() { awk '{ print $14 + $15 }' "/proc/$server/stat"; }
memory() { awk '$1 == "VmHWM:" { print $2 }' "/proc/$server/status"; }

# measure PAIR NAME COMMAND…: appends "pair name seconds" and, for what uses the server, its processor seconds.
measure() {
    local pair=$1 name=$2 begin end before
    shift 2
    before=$(processor)
    begin=$EPOCHREALTIME
    "$@" > "$out/$name.stdout" 2> "$out/$name.stderr" || fail "$name failed: $* $(tail -1 "$out/$name.stderr")"
    end=$EPOCHREALTIME
    printf '%s\t%s\t%s\t%s\n' "$pair" "$name" "$(awk "BEGIN { printf \"%.4f\", ${end/,/.} - ${begin/,/.} }")" \
        "$(awk "BEGIN { printf \"%.2f\", ($(processor) - $before) / 100 }")" >> "$out/measurements.tsv"
    echo "pair $pair: $(tail -1 "$out/measurements.tsv" | cut -f2-3)"
}

start
# Pair 0 is the warm-up: files are in the page cache and the server's code is compiled from then on.
for ((pair = 0; pair <= pairs; pair++)); do
    measure "$pair" run "$coffee" run --data "$large" --out "$out/run"
    measure "$pair" version2 "$coffee" send --server "$address" --data "$large" --out "$out/version2"
    measure "$pair" version1 "$coffee" send --server "$address" --data "$large" --out "$out/version1" --protocol 1
    cmp "$out/run/client-1.ndjson" "$out/version2/client-1.ndjson" || fail "the server's answers are not those of run."
done
one=$(memory)
stop

start
"$work/benchmarks/CoffeeShop.Benchmarks" clients "$address" "$small" "$out/clients" "$clients" > "$out/clients.tsv" || fail "the clients failed."
many=$(memory)
stop
"$coffee" run --data "$small" --out "$out/small" --quiet
for ((client = 1; client <= clients; client++)); do
    cmp "$out/small/client-1.ndjson" "$out/clients/$client/client-$client.ndjson" || fail "the answers of client $client are not those of run."
done

# ratio NAME: median, lowest and highest of NAME's time by run's, pair by pair.
ratio() {
    awk -F'\t' -v name="$1" '$1 > 0 && $2 == "run" { run[$1] = $3 } $1 > 0 && $2 == name { print $3 / run[$1] }' "$out/measurements.tsv" | sort -n |
        awk '{ r[NR] = $1 } END { printf "**%.2f** (%.2f–%.2f)", NR % 2 ? r[(NR + 1) / 2] : (r[NR / 2] + r[NR / 2 + 1]) / 2, r[1], r[NR] }'
}
median() {
    awk -F'\t' -v name="$1" -v column="$2" '$1 > 0 && $2 == name { print $column }' "$out/measurements.tsv" | sort -n | awk '{ r[NR] = $1 } END { printf "%.2f", r[int((NR + 1) / 2)] }'
}
wire() { sed -nE 's/.*on the wire +(.*) sent .*/\1/p' "$out/$1.stderr"; }
size() { find -L "$1" -name '*.csv' -printf '%s\n' | awk '{ bytes += $1 } END { printf "%.0f MB", bytes / 1e6 }'; }
IFS=$'\t' read -r count seconds batches half most all < "$out/clients.tsv"

report=$bench/results/serve.md
cat > "$report" <<REPORT
# The single server against the embedded run

$(date -u +%F), commit $(git -C "$bench" rev-parse --short HEAD): $(awk -F': ' '/model name/ { print $2; exit }' /proc/cpuinfo), $(nproc) cores, $(awk '/MemTotal/ { printf "%.0f GB", $2 / 1e6 }' /proc/meminfo), $(. /etc/os-release && echo "$PRETTY_NAME"), .NET $(dotnet --list-runtimes | awk '$1 == "Microsoft.NETCore.App" && $2 ~ /^10\./ { v = $2 } END { print v }').
Made by \`bench/serve.sh --pairs $pairs --clients $clients\`. Client and server share the cores; the answers were the same bytes in every pair.

| $(size "$large") of CSV, one client, $pairs pairs | time by that of \`run\`: median (lowest–highest) | seconds | server's processor seconds | on the wire |
|---|---|---|---|---|
| \`coffee run\` | 1 | $(median run 3) | – | – |
| \`coffee send\`, version 2 | $(ratio version2) | $(median version2 3) | $(median version2 4) | $(wire version2) |
| \`coffee send\`, version 1 | $(ratio version1) | $(median version1 3) | $(median version1 4) | $(wire version1) |

The server's peak memory was $((one / 1024)) MB.

| $count clients at once, $(size "$small") of CSV each | |
|---|---|
| all of them done after | $seconds s |
| batches | $batches |
| sent → acknowledged: half within | $half ms |
| 99 % within | **$most ms** |
| all within | $all ms |
| the server's peak memory | $((many / 1024)) MB |
REPORT
cat "$report"
