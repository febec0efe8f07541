# Sourced by run-tests and check: sums result lines "NAME: N passed, N failed[, N skipped]".
passed=0 failed=0 skipped=0
result='^([^ ]+: )?[0-9]+ passed, [0-9]+ failed'

# tally NAME STATUS OUTPUT: adds the output's last result line. Whoever ends badly although its line tells of
# no failure (a leak, a crash at exit), or shows no check at all, is one failure; returns 1 where anything failed.
tally() {
    set -- "$1" "$2" $(printf '%s\n' "$3" | grep -aE "$result" | tail -n 1 | sed 's/^[^ ]*: //' |
                       awk '{ for (i = 2; i <= NF; i++) n[substr($i, 1, 4)] = $(i - 1) }
                            END { print n["pass"] + 0, n["fail"] + 0, n["skip"] + 0 }')
    passed=$((passed + $3)) failed=$((failed + $4)) skipped=$((skipped + $5))
    [ "$4" -eq 0 ] || return 1
    case "$2" in
    0) [ $(($3 + $5)) -eq 0 ] || return 0; echo "$1: failed: no check ran" ;;
    124) echo "$1: failed: took longer than allowed" ;;
    *) echo "$1: failed: ended with status $2 after $3 passed checks" ;;
    esac
    failed=$((failed + 1))
    return 1
}

tally_close() {
    echo "$passed passed, $failed failed, $skipped skipped"
    [ $failed -eq 0 ] && [ $passed -gt 0 ]
}
