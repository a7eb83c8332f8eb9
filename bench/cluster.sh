#!/usr/bin/env bash
# Compares `coffee send` to a whole cluster on this machine, RabbitMQ and PostgreSQL included, with `coffee run` on the same files,
# and tells where the processor time goes. bench/README.md says what is measured and how to read it.
set -euo pipefail

usage() {
    cat <<'USAGE'
Usage: bench/cluster.sh [OPTIONS]
  --size SIZE     800MB (the default) or 3.2GB, the size of the published dataset
  --pairs N       how often each way is measured, after a first time that warms up (default 3)
  --queue-type T  classic (the default) or quorum
  --work DIR      where everything goes that is not a result; kept, and used again by the next measurement (the default is a temporary one)
USAGE
}

fail() {
    echo "cluster.sh: $*" >&2
    exit 1
}

size=800MB pairs=3 queues=classic work=
while (($# > 0)); do
    case $1 in
        --help | -h) usage; exit 0 ;;
        --size | --pairs | --queue-type | --work) (($# > 1)) || fail "$1 needs a value." ;;
        *) usage >&2; exit 2 ;;
    esac
    case $1 in
        --size) size=$2 ;;
        --pairs) pairs=$2 ;;
        --queue-type) queues=$2 ;;
        --work) work=$2 ;;
    esac
    shift 2
done
[[ $pairs =~ ^[1-9][0-9]*$ ]] || fail "found \"$pairs\", expected a number from 1."
case $size in
    800MB) transactions=155000 ;;
    3.2GB) transactions=620000 ;;
    *) fail "found the size \"$size\", expected 800MB or 3.2GB." ;;
esac
type -P dotnet > /dev/null || fail "dotnet is missing: install it."

bench=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
up=
[[ -n $work ]] && mkdir -p "$work" || { work=$(mktemp -d "${TMPDIR:-/tmp}/coffee-cluster.XXXXXX") && temporary=true; }
work=$(cd "$work" && pwd)
trap '[[ -z $up ]] || { kill "$up" 2> /dev/null && wait "$up"; } || true; ! ${temporary:-false} || rm -rf "$work"' EXIT

echo "publishing"
dotnet publish "$bench/../src/CoffeeShop.Cli" -c Release -o "$work/coffee" --nologo -v quiet
coffee=$work/coffee/coffee
data=$work/data-2023-07..2025-06-$transactions
if [[ ! -f $data.whole ]]; then
    echo "generating $(basename "$data")"
    rm -rf "$data"
    "$coffee" generate --out "$data" --months 2023-07..2025-06 --transactions-per-month "$transactions" --seed 1
    touch "$data.whole"
fi

out=$work/cluster-out
rm -rf "$out"
mkdir "$out"
port=17341
"$coffee" up --services --state "$out/state" --queue-type "$queues" --port "$port" --http "127.0.0.1:$((port + 1))" \
    --gateways 1 --filters 2 --aggregators 1 --joiners 1 --monitors 1 > "$out/ready" 2> "$out/up.log" &
up=$!
until grep -q ready "$out/ready"; do
    kill -0 "$up" 2> /dev/null || fail "the cluster did not start: $(tail -1 "$out/up.log")"
    sleep 0.2
done

# roles: "role hundredths-of-a-second peak-kB" of every process of the cluster, those that have ended counted with their parents.
roles() {
    local all=$up next=$up pid role
    while next=$(pgrep -d, -P "$next"); do all+=,$next; done
    for pid in ${all//,/ }; do
        role=$({ tr '\0' ' ' < "/proc/$pid/cmdline"; } 2> /dev/null) || continue
        case $role in
            *"/coffee up "*) continue ;;
            *"/coffee serve "*) role=gateway ;;
            *"/coffee worker filter"*) role=filters ;;
            *"/coffee worker aggregate"*) role=aggregator ;;
            *"/coffee worker join"*) role=join ;;
            *"/coffee monitor "*) role=monitor ;;
            *postgres*) role=PostgreSQL ;;
            *) role=RabbitMQ ;;
        esac
        awk -v role=$role 'FNR == NR { sub(/.*\) /, ""); cpu = $12 + $13 + $14 + $15; next } $1 == "VmHWM:" { peak = $2 } END { print role "\t" cpu "\t" peak }' "/proc/$pid/stat" "/proc/$pid/status" 2> /dev/null || true
    done | awk -F'\t' '{ cpu[$1] += $2; if ($3 > peak[$1]) peak[$1] = $3 } END { for (role in cpu) print role "\t" cpu[role] "\t" peak[role] }' | sort
}

# seconds COMMAND…: how long it takes, and the processor seconds of itself.
seconds() {
    local TIMEFORMAT='%R %U %S'
    { time "$@" > "$out/stdout" 2> "$out/stderr" || fail "$* failed: $(tail -1 "$out/stderr")"; } 2>&1
}

for ((pair = 0; pair <= pairs; pair++)); do
    read -r run user system < <(seconds "$coffee" run --data "$data" --out "$out/run" --quiet)
    roles > "$out/before"
    read -r send user system < <(seconds "$coffee" send --server "127.0.0.1:$port" --data "$data" --out "$out/send")
    roles > "$out/after"
    cmp "$out/run/client-1.ndjson" "$out/send/client-1.ndjson" || fail "the answers of the cluster are not those of run."
    awk -F'\t' -v pair="$pair" 'FNR == NR { before[$1] = $2; next } { print pair "\t" $1 "\t" ($2 - before[$1]) / 100 "\t" $3 }' "$out/before" "$out/after" >> "$out/roles.tsv"
    printf '%s\tclient\t%s\t\n' "$pair" "$(awk "BEGIN { print $user + $system }")" >> "$out/roles.tsv"
    printf '%s\t%s\t%s\n' "$pair" "$run" "$send" | tee -a "$out/measurements.tsv"
done

kill "$up"
wait "$up" || fail "the cluster ended with exit code $?."
up=

# What was published, by stage: every process tells at its end. All pairs together, the first one too.
stages() {
    sed -nE 's/.*action: published .* queue: ([a-z]+)[^|]* \| bundles: ([0-9]+) \| messages: ([0-9]+) \| bytes: ([0-9]+).*/\1 \2 \3 \4/p' "$out"/state/logs/*.log |
        awk -v pairs=$((pairs + 1)) '{ bundles[$1] += $2; messages[$1] += $3; bytes[$1] += $4 }
            END { for (stage in bundles) printf "| %s | %.0f | %.0f | %.1f MB |\n", stage == "filter" ? "batches, to the filters" : stage == "shard" ? "partial aggregates and ends, to the shards" : "rows of q1, emissions, dimensions and ends, to the joins", messages[stage] / pairs, bundles[stage] / pairs, bytes[stage] / pairs / 1e6 }' | sort
}
median() { sort -n | awk '{ r[NR] = $1 } END { printf "%.2f", NR % 2 ? r[(NR + 1) / 2] : (r[NR / 2] + r[NR / 2 + 1]) / 2 }'; }
range() { sort -n | awk '{ r[NR] = $1 } END { printf "%.1f–%.1f", r[1], r[NR] }'; }
column() { awk -F'\t' -v expression="$1" '$1 > 0 { print expression == "run" ? $2 : expression == "send" ? $3 : $3 / $2 }' "$out/measurements.tsv"; }
role() { awk -F'\t' -v role="$1" '$1 > 0 && $2 == role { print $3 }' "$out/roles.tsv" | median; }
peak() { awk -F'\t' -v role="$1" '$2 == role && $4 > peak { peak = $4 } END { if (peak) printf "%d MB", peak / 1024; else print "–" }' "$out/roles.tsv"; }

report=$bench/results/cluster-$size.md
{
    cat <<REPORT
# A cluster on the cores of one machine, $size

$(date -u +%F), commit $(git -C "$bench" rev-parse --short HEAD): $(awk -F': ' '/model name/ { print $2; exit }' /proc/cpuinfo), $(nproc) cores, $(awk '/MemTotal/ { printf "%.0f GB", $2 / 1e6 }' /proc/meminfo), $(. /etc/os-release && echo "$PRETTY_NAME"), .NET $(dotnet --list-runtimes | awk '$1 == "Microsoft.NETCore.App" && $2 ~ /^10\./ { v = $2 } END { print v }'), RabbitMQ $(dpkg-query -Wf '${Version}' rabbitmq-server 2> /dev/null) ($queues queues), $(/usr/lib/postgresql/*/bin/postgres --version 2> /dev/null | tail -1).
Made by \`bench/cluster.sh --size $size --pairs $pairs\`: a cluster of a gateway, two filters, an aggregator with eight shards, a join, a monitor and both
servers, the client and \`coffee run\` in turn, all on these cores. The answers were the same bytes in every pair.

| $(find -L "$data" -name '*.csv' -printf '%s\n' | awk '{ bytes += $1 } END { printf "%.0f MB", bytes / 1e6 }') of CSV | |
|---|---|
| \`coffee run\` | $(column run | median) s |
| \`coffee send\` through the cluster | **$(column send | median) s** ($(column send | range)) |
| ratio, pair by pair | $(column ratio | median) ($(column ratio | range)) |

| process | processor seconds | peak memory |
|---|---|---|
REPORT
    for name in client gateway filters aggregator join monitor RabbitMQ PostgreSQL; do echo "| $name | $(role $name) | $(peak $name) |"; done
    printf '\n| through RabbitMQ, for one `send` | messages | in bundles | bytes |\n|---|---|---|---|\n'
    stages
} > "$report"
cat "$report"
