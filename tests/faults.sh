#!/usr/bin/env bash
# Runs the tests against real processes, the long drills too, and writes what they showed into the table of faults of README.md.
#   tests/faults.sh          takes an hour and a quarter, most of it ten minutes of chaos, five times
#   tests/faults.sh LOG...   from what runs with --output Detailed have said
set -euo pipefail
cd "$(dirname "$0")/.."
export LC_ALL=C
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if [ $# -eq 0 ]; then
    dotnet build CoffeeShop.slnx -c Release -v quiet --nologo
    # A drill that fails is shown as such.
    dotnet test --project tests/CoffeeShop.IntegrationTests -c Release --no-build --no-ansi --no-progress --output Detailed | tee "$work/log" || true
    set -- "$work/log"
fi

# First what the runs say, "passed NAME(ARGUMENTS) (1m 04s 962ms)"; then the guarantees, each with what its tests have shown.
awk -v day="$(date -u +%F)" -v cores="$(nproc)" '
    function seconds(text,    parts, i, sum) {
        split(text, parts, " ")
        for (i in parts) sum += parts[i] ~ /ms$/ ? parts[i] / 1000 : parts[i] ~ /s$/ ? parts[i] + 0 : parts[i] ~ /m$/ ? parts[i] * 60 : parts[i] * 3600
        return sum
    }
    /^(passed|failed|skipped) CoffeeShop\.IntegrationTests\./ {
        test = $2
        sub(/\(.*/, "", test)
        sub(/.*\.IntegrationTests\.[A-Za-z]+\./, "", test)
        match($0, /\([^()]*\)$/)
        seen[test]++
        passed[test] += $1 == "passed"
        took[test] += seconds(substr($0, RSTART + 1, RLENGTH - 2))
    }
    /^## / { where = /single server/ ? "server" : /cluster/ ? "cluster" : "" }
    where != "" && /^\| / && !/^\| what happens / {
        split($0, cells, / \| /)
        drills = good = time = 0
        for (rest = $0; match(rest, /`[A-Za-z]+\.[A-Z][A-Za-z0-9_]+`/); rest = substr(rest, RSTART + RLENGTH)) {
            test = substr(rest, RSTART + 1, RLENGTH - 2)
            drills += seen[test]; good += passed[test]; time += took[test]
        }
        if (drills > 0) rows = rows sprintf("| %s | %s | %s | %d of %d | %d s |\n", where, substr(cells[1], 3), cells[2], good, drills, time + 0.5)
    }
    END {
        printf "| where | what happens | what is promised | survived | took |\n|---|---|---|--:|--:|\n%s\n", rows
        printf "Runs against real processes, %s, %d cores, by `tests/faults.sh`; [docs/guarantees.md](docs/guarantees.md) names the tests, also those in simulation.\n", day, cores
    }' "$@" docs/guarantees.md > "$work/table"

awk -v table="$work/table" '
    /^<!-- faults: / { print; while ((getline line < table) > 0) print line; inside = 1 }
    /^<!-- end of faults/ { inside = 0 }
    !inside' README.md > "$work/readme"
cat "$work/readme" > README.md
