# The inverters' USB chip on a real kernel: HID devices made by /dev/uhid, found, renumbered, swapped and hung.
passed=0 failed=0
check() {
    if [ "$1" -eq 0 ]; then passed=$((passed + 1)); echo "  well    $2"; else failed=$((failed + 1)); echo "  FAILED  $2"; fi
}
[ -c /dev/uhid ]; check $? "the kernel has /dev/uhid"
build/rel/test/hidraw_test >/run/hidraw.log 2>&1; check $? "the port keeper on real hidraw devices: $(tail -n 1 /run/hidraw.log)"
! grep -q '^skipped' /run/hidraw.log; check $? "nothing skipped$(sed -n 's/^skipped: /: /p' /run/hidraw.log)"
sed 's/^/          /' /run/hidraw.log
[ $failed -eq 0 ] || dmesg | grep -i 'hid' | tail -n 20
echo "shed hidraw: $passed passed, $failed failed"
[ $failed -eq 0 ]
