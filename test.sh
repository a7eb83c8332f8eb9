#!/usr/bin/env bash
# Builds, checks the formatting and runs the tests; packages are restored by the SDK. The last line is "N passed, N failed".
#   ./test.sh            all of them
#   ./test.sh fast       those that need no server and take less than a minute
#   ./test.sh SUITE      one suite alone: the tests with [Trait("suite", SUITE)]
#   ./test.sh --long     the drills that take longer than a minute, which no other run has: those with [Trait("length", "long")]
set -euo pipefail
cd "$(dirname "$0")"

if ! command -v dotnet >/dev/null; then
    echo "The .NET SDK 10 is missing: install it from https://dotnet.microsoft.com/download or your package manager." >&2
    echo "0 passed, 1 failed"
    exit 1
fi

projects=(tests/CoffeeShop.Tests)
suites=(bus cluster drills eof sessions simulation storage)
filter=(--filter-not-trait "length=long")
case "${1:-all}" in
    all) projects+=(tests/CoffeeShop.IntegrationTests) ;;
    fast) ;;
    --long)
        projects=(tests/CoffeeShop.IntegrationTests)
        filter=(--filter-trait "length=long")
        ;;
    *)
        # A project that has no test of the suite is no failure; a suite without any is.
        for suite in "${suites[@]}"; do [ "$1" != "$suite" ] || filter+=(--filter-trait "suite=$suite" --ignore-exit-code 8); done
        projects+=(tests/CoffeeShop.IntegrationTests)
        [ ${#filter[@]} -gt 2 ] || {
            echo "Unknown suite \"$1\": expected all, fast, --long or one of: ${suites[*]}." >&2
            exit 2
        }
        ;;
esac

# The integration tests start private servers of these packages, and give processes a clock of their own.
install_servers() {
    local missing=()
    [ -x /usr/lib/rabbitmq/bin/rabbitmq-server ] || missing+=(rabbitmq-server)
    compgen -G "/usr/lib/postgresql/*/bin/postgres" >/dev/null || missing+=(postgresql)
    compgen -G "/usr/lib/*/faketime/libfaketimeMT.so.1" >/dev/null || missing+=(libfaketime)
    [ ${#missing[@]} -gt 0 ] || return 0
    if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
        echo "The integration tests need ${missing[*]}: install it (as root: apt-get install ${missing[*]}), or run ./test.sh fast." >&2
        return 1
    fi
    echo "Installing ${missing[*]} for the integration tests."
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

passed=0
failed=0
log=$(mktemp)
# Whatever happens, the last line is the count; what ended the script early is a failure.
trap '[ $? -eq 0 ] || [ "$failed" -gt 0 ] || failed=1; rm -f "$log"; echo "$passed passed, $failed failed"' EXIT

[ "${1:-all}" = fast ] || install_servers
dotnet build CoffeeShop.slnx -c Release -v quiet --nologo
dotnet format CoffeeShop.slnx --verify-no-changes --no-restore

count() { sed -nE "s/^ *$1: *([0-9]+).*/\1/p" "$log" | tail -1; }
for project in "${projects[@]}"; do
    ended_well=true
    dotnet test --project "$project" -c Release --no-build --no-ansi --no-progress "${filter[@]}" 2>&1 | tee "$log" || ended_well=false
    ran_passed=$(count succeeded)
    ran_failed=$(count failed)
    # A run that ended without its own count, or badly without a failed test, is a failure.
    $ended_well || [ "${ran_failed:-0}" -gt 0 ] || ran_failed=1
    passed=$((passed + ${ran_passed:-0}))
    failed=$((failed + ${ran_failed:-1}))
done

[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
